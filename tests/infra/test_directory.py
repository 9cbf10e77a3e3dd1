"""Which route answers a request: the one that the router would have found by itself, only found sooner."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI, Request, Response
from fastapi.testclient import TestClient
from starlette.types import Receive, Scope, Send

from b2b_market.infra.http.directory import Directory

PATHS = (
    "/",
    "/things",
    "/slashed/",
    "/things/{thing_id}",
    "/things/new",
    "/things/{thing_id}/parts",
    "/things/{thing_id}.pdf",
    "/files/{name:path}",
    "/{anything}",
    "/{anything}/{other}/parts",
)
ASKED = (
    *PATHS,
    "",
    "//",
    "/things/",
    "/slashed",
    "/thing",
    "/things/7",
    "/things/7/",
    "/things//parts",
    "/things/7/parts",
    "/things/new/parts/",
    "/things/7.pdf",
    "/files/a/b/c",
    "/files/",
    "/held/there",
    "/held",
    "/a/b/c/d",
)


def _app(*, directed: bool) -> FastAPI:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    for path in PATHS:
        app.get(path, name=path)(_saying(path))
    app.post("/things", name="adding")(_saying("adding"))
    app.mount("/held", _held)
    if directed:
        Directory(app.router).install()
    return app


def _saying(word: str) -> Callable[[], Response]:
    return lambda: Response(word)


async def _held(scope: Scope, receive: Receive, send: Send) -> None:
    await Response("held " + scope["path"])(scope, receive, send)


@pytest.mark.parametrize("root", ["", "/market"])
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_the_answer_is_that_of_the_router_alone(method: str, root: str) -> None:
    alone, directed = (
        TestClient(_app(directed=directed), root_path=root, follow_redirects=False) for directed in (False, True)
    )
    seen = set()
    for asked in ASKED:
        wanted, found = (client.request(method, root + asked) for client in (alone, directed))
        assert (found.status_code, found.content) == (wanted.status_code, wanted.content), asked
        assert found.headers == wanted.headers, asked
        seen.add(found.status_code)
    assert seen >= ({200, 307, 404} if method == "GET" else {404, 405})


def test_a_route_that_is_added_later_is_found() -> None:
    app = _app(directed=True)
    client = TestClient(app)
    assert client.get("/a/b/c").status_code == 404
    app.get("/a/b/c")(_saying("later"))
    assert client.get("/a/b/c").text == "later"


def test_an_address_can_be_asked_for_by_name_within_an_answer() -> None:
    app = _app(directed=True)

    @app.get("/where/is")
    def where(request: Request) -> str:
        return str(request.url_for("/things/{thing_id}", thing_id="7").path)

    assert TestClient(app).get("/where/is").json() == "/things/7"
