"""What a request opens stands around its endpoint, in the endpoint's own thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import pytest
from fastapi import Depends, FastAPI, Request
from fastapi.testclient import TestClient

from b2b_market.infra.http.opening import Opens
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireIn
from b2b_market.kernel.refusal import Forbidden


class Content(WireIn):
    """A body with one field."""

    size: int


class Place:
    """An application with one route, and what happened around it."""

    def __init__(self) -> None:
        self.happened: list[tuple[str, int]] = []
        self.closed: Exception | None = None
        self.refusing = False
        app = FastAPI()
        app.router.route_class = StrictRoute
        opened = Annotated[str, Depends(Opens(self.block))]

        @app.post("/things")
        def thing(call: opened, body: Content) -> dict[str, str]:
            self.note("endpoint")
            return {"got": call, "size": str(body.size)}

        self.app = app
        self.client = TestClient(app, raise_server_exceptions=False)

    def note(self, what: str) -> None:
        self.happened.append((what, threading.get_ident()))

    @contextmanager
    def block(self, request: Request) -> Iterator[str]:
        self.note("open")
        if self.refusing:
            raise Forbidden(permission="thing:make")
        try:
            yield request.method
        except Exception as error:
            self.closed = error
            raise
        self.note("close")
        if request.query_params.get("fails"):
            message = "the commit failed"
            raise RuntimeError(message)


@pytest.fixture
def place() -> Place:
    return Place()


def test_the_block_and_the_endpoint_share_one_thread(place: Place) -> None:
    answer = place.client.post("/things", json={"size": 3})
    assert answer.json() == {"got": "POST", "size": "3"}
    assert [what for what, _ in place.happened] == ["open", "endpoint", "close"]
    assert len({thread for _, thread in place.happened}) == 1


def test_nothing_is_answered_before_the_block_is_left(place: Place) -> None:
    assert place.client.post("/things?fails=1", json={"size": 3}).status_code == 500


def test_wrong_content_is_told_within_the_block(place: Place) -> None:
    assert place.client.post("/things", json={"size": "three"}).status_code == 422
    assert [what for what, _ in place.happened] == ["open"]
    assert type(place.closed).__name__ == "RequestValidationError"


def test_who_may_not_call_hears_that_before_what_is_wrong_with_the_content(place: Place) -> None:
    place.refusing = True
    with pytest.raises(Forbidden):
        TestClient(place.app).post("/things", json={"size": "three"})
