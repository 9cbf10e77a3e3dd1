"""Every route × every kind of caller: who is let in, who is turned away how, and that a refusal leaves no trace.

Routes are taken from the application itself, included routers looked into, and counted against OpenAPI: a route that
nobody thought of here is called all the same, and fails where it lets somebody in.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from psycopg2.extensions import cursor

from b2b_market.infra.http.problems import MEDIA_TYPE
from b2b_market.infra.ids import new_id
from b2b_market.identity.rules import secret_hash, session_mark
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.ui.security import CSRF_HEADER, csrf_token
from tests.support.calling import API, Caller
from tests.support.people import make_person
from tests.support.routes import Bodies, Route, is_uuid, routes_of, without_ids
from tests.support.servers import Servers, admin
from tests.support.world import World, undone

OPEN = {
    "POST /api/v1/sessions": "signing in",
    "POST /api/v1/password-resets": "who forgot the password is a stranger",
    "POST /api/v1/passwords": "the mailed token says who it is",
    "POST /api/v1/organizations": "registering a company",
    "GET /api/v1/openapi.json": "the contract of the API",
    "GET /api/v1/audit/keys": "whoever checks a proof needs the public keys",
    "GET /api/v1/contract-verifications/{contract_id}/{edition}": "the QR code on a printed contract; hashes only",
    "GET /api/v1/reference/countries": "a published list",
    "GET /api/v1/reference/currencies": "a published list",
    "GET /api/v1/reference/incoterms": "a published list",
    "GET /api/v1/reference/units": "a published list",
    "GET /api/v1/reference/rates/lookup": "published rates",
    "GET /sign-in": "signing in",
    "POST /sign-in": "signing in",
    "GET /forgot-password": "who forgot the password is a stranger",
    "POST /forgot-password": "who forgot the password is a stranger",
    "GET /set-password": "the mailed token says who it is",
    "POST /set-password": "the mailed token says who it is",
    "GET /register": "registering a company",
    "POST /register": "registering a company",
    "POST /preferences": "language and theme of the browser",
    "GET /verify/{contract_id}/{edition}": "the QR code on a printed contract; hashes only",
    "GET /problems": "the catalogue of refusals",
    "GET /problems/{code}": "what a refusal means",
    "GET /health/live": "the supervisor asks",
    "GET /health/ready": "the load balancer asks",
    "GET /metrics": "guarded by token or loopback, not by people",
    "GET /ui/kit": "development only: the components",
    "GET /mailbox": "development only: the mail trap of an installation without a mail server",
    "GET /mailbox/{mail_id}": "development only: the mail trap of an installation without a mail server",
}
"""Every route that a stranger may call, with the reason; nothing else answers one."""
"""Routes whose parameter is not what the others of that name are."""
OTHER_THINGS = {"/delivery/{event_id}": {"event_id": "outbox_id"}, f"{API}/delivery": {"event_id": "outbox_id"}}


@cache
def bodies(document_of: Any) -> Bodies:
    return Bodies(document_of.openapi())


def things_for(route: Route, world: World) -> Mapping[str, str]:
    """Return what the route's parameters find: things of the buyer."""
    for prefix, names in OTHER_THINGS.items():
        if route.path.startswith(prefix):
            return {**world.things, **{name: world.things[other] for name, other in names.items()}}
    return world.things


def call(client: TestClient, world: World, caller: Caller, route: Route, things: Mapping[str, str]) -> Response:
    """Call a route as a browser or a program would: with a body that fits, a version, a key, a form token."""
    address = route.at(things)
    headers = {**caller.headers, "if-match": '"v1"'}
    if not route.is_api:
        return _call_page(client, world, route, address, headers)
    options: dict[str, Any] = {"params": bodies(world.app).query(route)} if route.path != f"{API}/openapi.json" else {}
    if route.method == "POST":
        headers["idempotency-key"] = new_id().hex
    body = bodies(world.app).of(route) if route.path != f"{API}/openapi.json" else None
    if body is not None and body[0] == "multipart/form-data":
        options["files"] = {"file": ("note.csv", b"Item,Quantity\nBolt,1\n", "text/csv")}
    elif body is not None:
        options["json"] = body[1]
    return client.request(route.method, address, headers=headers, **options)


def _call_page(
    client: TestClient, world: World, route: Route, address: str, headers: dict[str, str]
) -> Response:
    headers |= {"accept": "text/html", "sec-fetch-site": "same-origin"}
    token = headers.get("cookie", "").removeprefix(f"{SESSION_COOKIE}=")
    reference = session_mark(secret_hash(token)) if token else ""
    headers[CSRF_HEADER] = csrf_token(world.app.state.pages.cookie_key, reference)
    form = {"version": "1", "idempotency_key": new_id().hex} if route.method == "POST" else None
    return client.request(route.method, address, headers=headers, data=form)


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return TestClient(world.app, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture(scope="module")
def routes(world: World) -> list[Route]:
    return [route for route in routes_of(world.app) if route.label not in OPEN]


def test_every_route_is_seen(world: World) -> None:
    found = routes_of(world.app)
    document = world.app.openapi()
    described = {
        (method.upper(), path) for path, methods in document["paths"].items() for method in methods
    }
    seen = {(route.method, route.path) for route in found if route.is_api and not route.path.endswith("/openapi.json")}
    assert seen == described
    assert len(described) > 90
    assert len([route for route in found if not route.is_api]) > 90
    assert set(OPEN) <= {route.label for route in found}
    unknown = {name for route in found for name in things_needed(route, world)}
    assert unknown == set(), "give the world a thing for these parameters"


def things_needed(route: Route, world: World) -> set[str]:
    return set(route.params) - set(things_for(route, world))


# ---- strangers


def test_a_stranger_is_asked_to_sign_in_everywhere(world: World, client: TestClient, routes: list[Route]) -> None:
    wrong = []
    for route in routes:
        answer = call(client, world, Caller(client), route, things_for(route, world))
        if not asks_to_sign_in(route, answer):
            wrong.append(f"{route.label}: {answer.status_code} {answer.text[:80]}")
    assert wrong == []


def asks_to_sign_in(route: Route, answer: Response) -> bool:
    if route.is_api:
        kind = answer.headers["content-type"].partition(";")[0]
        told = (answer.status_code, kind, answer.headers.get("www-authenticate") is not None)
        return told == (401, MEDIA_TYPE, True) and answer.json()["code"] == "unauthenticated"
    if route.method == "GET":
        return answer.status_code == 303 and answer.headers["location"].startswith("/sign-in?next=")
    return answer.status_code == 401


def test_an_ended_key_opens_nothing(world: World, client: TestClient, routes: list[Route]) -> None:
    caller = Caller(client)
    caller.headers = {"authorization": f"Bearer {world.api_key[:-1]}x"}
    wrong = [
        route.label
        for route in routes
        if route.is_api and call(client, world, caller, route, things_for(route, world)).status_code != 401
    ]
    assert wrong == []


# ---- another company


ALIKE = {
    "GET /notifications/about/{object_type}/{object_id}": "one's own messages about a thing; none about a foreign one",
    "GET /api/v1/audit/checkpoints/{size}": "checkpoints are for everybody who is signed in",
}
"""Routes with a thing in their address that answer another company, and why that tells nothing."""


def test_another_companys_thing_is_no_thing(world: World, client: TestClient, routes: list[Route]) -> None:
    """The same answer for a thing of another company and for an id that nobody ever gave: no way to tell them apart."""
    stranger = world.caller(client, "stranger")
    wrong = []
    for route in routes:
        things = things_for(route, world)
        ids = [name for name in route.params if is_uuid(things[name])]
        if not ids or route.label in ALIKE:
            continue
        theirs = call(client, world, stranger, route, things)
        nobodys = call(client, world, stranger, route, {**things, **{name: str(new_id()) for name in ids}})
        told = (theirs.status_code, without_ids(theirs.text))
        if theirs.status_code not in (403, 404) or told != (nobodys.status_code, without_ids(nobodys.text)):
            wrong.append(f"{route.label}: {theirs.status_code} {nobodys.status_code} {theirs.text[:200]}")
    assert wrong == []


def test_what_answers_another_company_answers_it_like_an_unknown_id(
    world: World, client: TestClient, routes: list[Route]
) -> None:
    stranger = world.caller(client, "stranger")
    for route in (route for route in routes if route.label in ALIKE):
        things = things_for(route, world)
        unknown = {**things, **{name: str(new_id()) for name in route.params if is_uuid(things[name])}}
        answers = [call(client, world, stranger, route, found) for found in (things, unknown)]
        assert without_ids(answers[0].text) == without_ids(answers[1].text), route.label
        assert PLANTED_ID(world) not in answers[0].text


def PLANTED_ID(world: World) -> str:  # noqa: N802 - reads as what it is
    return world.rfqs["awarded"].rfq.number


# ---- the wrong role


EVERYBODY = (
    "/account", "/notifications", "/api/v1/account", "/api/v1/me", "/api/v1/notifications", "/api/v1/sessions",
    "/api/v1/reference/rates", "/reference/rates", "/", "/search", "/sign-out", "/organization/switch",
)


def test_without_the_permission_nothing_opens(
    world: World, client: TestClient, routes: list[Route]
) -> None:
    raise NotImplementedError
