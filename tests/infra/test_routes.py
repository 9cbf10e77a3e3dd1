"""Which requests a route takes: those that FastAPI's own takes, only found out sooner."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.routing import Match

from b2b_market.infra.http.requests import StrictRoute

PATHS = ("/", "/things", "/things/", "/things/{thing_id}", "/things/{thing_id}/parts", "/things/new", "/{anything}")


def part() -> str:
    return "a part"


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("root", ["", "/market"])
def test_a_route_takes_what_the_routes_of_fastapi_take(path: str, root: str) -> None:
    route = StrictRoute(path, part, methods=["GET"])
    taken = []
    for asked in (*PATHS, "/thing", "/thingss", "/things/new/parts", "/market", "/market/things", ""):
        for method in ("GET", "POST"):
            for kind in ("http", "websocket"):
                scope = {"type": kind, "path": root + asked, "root_path": root, "method": method}
                found = route.matches(scope)
                assert found == super(StrictRoute, route).matches(scope), (asked, method)
                taken.append(found[0])
    assert {Match.FULL, Match.PARTIAL, Match.NONE} == set(taken)


def test_an_application_under_a_path_of_its_own_is_reached() -> None:
    app = FastAPI()
    app.router.route_class = StrictRoute
    app.get("/things/{thing_id}")(part)
    client = TestClient(app, root_path="/market")
    assert client.get("/market/things/1").json() == "a part"
    assert client.get("/market/other/1").status_code == 404
