"""The OpenAPI document names the headers that routes read."""

from typing import Any

import pytest
from fastapi import FastAPI


@pytest.fixture(scope="module")
def paths(shared_app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = shared_app.openapi()["paths"]
    return found


def headers(operation: dict[str, Any]) -> dict[str, bool]:
    return {one["name"]: one["required"] for one in operation.get("parameters", []) if one["in"] == "header"}


def test_a_post_that_makes_something_needs_a_key(paths: dict[str, Any]) -> None:
    assert headers(paths["/api/v1/rfqs"]["post"]) == {"Idempotency-Key": True}


def test_a_change_takes_a_key_and_the_version_that_was_seen(paths: dict[str, Any]) -> None:
    assert headers(paths["/api/v1/rfqs/{rfq_id}/publish"]["post"]) == {"Idempotency-Key": False, "If-Match": False}


def test_reading_takes_neither_and_an_upload_may_have_a_key(paths: dict[str, Any]) -> None:
    assert headers(paths["/api/v1/rfqs"]["get"]) == {}
    assert headers(paths["/api/v1/files"]["post"]) == {"Idempotency-Key": False}
