"""The OpenAPI document, completed: the problem schema, how callers authenticate, and the headers that routes read."""

from collections.abc import Iterator
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from b2b_market.infra.http.idempotency import PATTERN, IdempotencyKeyMalformed
from b2b_market.infra.http.problems import PROBLEM_SCHEMA, STATUS
from b2b_market.kernel.refusal import Refusal, VersionRequired
from b2b_market.rbac.edge import needs_key

Parameter = dict[str, Any]
_KEY: Final[Parameter] = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "New for each new request; the same request sent again with it is answered as the first time.",
    "schema": {"type": "string", "pattern": PATTERN.pattern},
}
_VERSION: Final[Parameter] = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "description": "The ETag of the version that the caller saw; a route that changes one refuses to do without.",
    "schema": {"type": "string"},
}


def describe(app: FastAPI) -> None:
    """Let the application's OpenAPI document say what FastAPI cannot read off the routes."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        document = generate()
        if "security" in document:  # FastAPI keeps what it generated, and with it what was added below
            return document
        components = document.setdefault("components", {})
        components.setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        components["securitySchemes"] = {
            "apiKey": {"type": "http", "scheme": "bearer", "description": "An API key of a company"},
            "session": {"type": "apiKey", "in": "cookie", "name": "market_session"},
        }
        document["security"] = [{"apiKey": []}, {"session": []}]
        for route in app.router.routes:
            if isinstance(route, APIRoute) and route.include_in_schema:
                _add_headers(document["paths"][route.path_format], route)
        return document

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend the document


def _add_headers(path: dict[str, Any], route: APIRoute) -> None:
    for method in route.methods or ():
        operation = path[method.lower()]
        known = operation.get("parameters", [])
        names = {parameter["name"] for parameter in known}
        missing = [one for one in _headers(method, route) if one["name"] not in names]
        if missing:
            operation["parameters"] = [*known, *missing]


def _headers(method: str, route: APIRoute) -> Iterator[Parameter]:
    if method == "POST" and _lists(route, IdempotencyKeyMalformed):
        yield {**_KEY, "required": needs_key(route)}
    if _lists(route, VersionRequired):
        yield _VERSION


def _lists(route: APIRoute, refusal: type[Refusal]) -> bool:
    return refusal.code in route.responses.get(STATUS[refusal.kind], {}).get("description", "")
