"""Every route × every kind of caller: who is let in, who is turned away how, and that a refusal leaves no trace.

Routes are taken from the application itself, included routers looked into, and counted against OpenAPI: a route that
nobody thought of here is called all the same, and fails where it lets somebody in.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from psycopg2.extensions import cursor

from b2b_market.identity.rules import secret_hash, session_mark
from b2b_market.infra.http.problems import MEDIA_TYPE
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.ids import new_id
from b2b_market.ui.security import CSRF_HEADER, csrf_token
from tests.support.calling import API, Caller
from tests.support.routes import Route, is_uuid, routes_of, without_ids
from tests.support.servers import Servers, admin
from tests.support.undoing import undone, undone_again
from tests.support.world import World

OPEN = {
    "POST /api/v1/sessions": "signing in",
    "POST /api/v1/password-resets": "who forgot the password is a stranger",
    "POST /api/v1/passwords": "the mailed token says who it is",
    "POST /api/v1/organizations": "registering a company",
    "POST /api/v1/entry-links": "an invited supplier may have no password",
    "POST /api/v1/entry-codes": "the mailed token says who it is",
    "POST /api/v1/entries": "the mailed token and code say who it is",
    "GET /api/v1/openapi.json": "the contract of the API",
    "GET /api/v1/audit/keys": "whoever checks a proof needs the public keys",
    "GET /api/v1/contract-verifications/{contract_id}/{edition}": "the QR code on a printed contract; hashes only",
    "GET /api/v1/reference/countries": "a published list",
    "GET /api/v1/reference/currencies": "a published list",
    "GET /api/v1/reference/incoterms": "a published list",
    "GET /api/v1/reference/units": "a published list",
    "GET /api/v1/reference/rates/lookup": "published rates",
    "GET /api/v1/tender-board": "the public notice board",
    "GET /api/v1/tender-board/{tender_id}": "a public notice",
    "GET /api/v1/tender-board/{tender_id}/release": "a public notice",
    "GET /api/v1/tender-board/{tender_id}/committee": "whoever doubts a draw makes it again",
    "GET /tender-board/{tender_id}/committee": "whoever doubts a draw makes it again",
    "GET /api/v1/tender-board/{tender_id}/technical-result": "a public result",
    "GET /tender-board/{tender_id}/technical-result": "a public result",
    "GET /api/v1/tender-board/{tender_id}/complaints": "complaints about public tenders are public",
    "GET /tender-board/{tender_id}/complaints": "complaints about public tenders are public",
    "GET /api/v1/tender-board/{tender_id}/candidates": "the candidates of public tenders are public",
    "GET /tender-board/{tender_id}/candidates": "the candidates of public tenders are public",
    "GET /api/v1/tender-board/{tender_id}/documents/{tender_document_id}": "a document of a public notice",
    "GET /tender-board/{tender_id}/documents/{tender_document_id}": "a document of a public notice",
    "GET /api/v1/tender-board/{tender_id}/evidence.zip": "what everybody checks a public opening with",
    "GET /tender-board/{tender_id}/evidence.zip": "what everybody checks a public opening with",
    "GET /api/v1/prior-notices": "prior notices are public",
    "GET /api/v1/prior-notices/{tender_id}": "a prior notice is public",
    "GET /prior-notices": "prior notices are public",
    "GET /prior-notices/feed.atom": "prior notices to subscribe to",
    "GET /prior-notices/{tender_id}": "a prior notice is public",
    "GET /tender-board": "the public notice board",
    "GET /tender-board/{tender_id}": "a public notice",
    "GET /tender-board/{tender_id}/editions/{edition}": "a public notice",
    "GET /tender-board/feed.atom": "public notices to subscribe to",
    "GET /tender-board/{tender_id}/feed.atom": "a public notice",
    "GET /tender-board/{tender_id}/opening": "what the procedure lets everybody read",
    "GET /tender-board/{tender_id}/results": "what the procedure lets everybody read",
    "GET /api/v1/tender-board/{tender_id}/editions/{edition}": "a public notice",
    "GET /api/v1/tender-board/{tender_id}/steps": "what the procedure lets everybody read",
    "GET /api/v1/ocds/releases": "what the procedures let everybody read",
    "GET /api/v1/ocds/records/{ocid}": "what the procedure lets everybody read",
    "GET /api/v1/reference/classifications": "a published list",
    "GET /api/v1/reference/classification-schemes": "a published list",
    "GET /sign-in": "signing in",
    "POST /sign-in": "signing in",
    "GET /forgot-password": "who forgot the password is a stranger",
    "POST /forgot-password": "who forgot the password is a stranger",
    "GET /set-password": "the mailed token says who it is",
    "POST /set-password": "the mailed token says who it is",
    "GET /enter": "an invited supplier may have no password",
    "POST /enter": "an invited supplier may have no password",
    "POST /enter/code": "the mailed token says who it is",
    "POST /enter/redeem": "the mailed token and code say who it is",
    "GET /register": "registering a company",
    "POST /register": "registering a company",
    "POST /preferences": "language and theme of the browser",
    "POST /sign-out": "who is not signed in is signed out already",
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


def call(client: TestClient, world: World, caller: Caller, route: Route, things: Mapping[str, str]) -> Response:
    """Call a route as a browser or a program would: with a body that fits, a version, a key, a form token."""
    address = route.at(things)
    headers = {**caller.headers, "if-match": '"v1"'}
    if not route.is_api:
        return _call_page(client, world, route, address, headers)
    options: dict[str, Any] = {"params": world.bodies.query(route)} if route.path != f"{API}/openapi.json" else {}
    if route.method == "POST":
        headers["idempotency-key"] = new_id().hex
    body = world.bodies.of(route) if route.path != f"{API}/openapi.json" else None
    if body is not None and body[0] == "multipart/form-data":
        options["files"] = {"file": ("note.csv", b"Item,Quantity\nBolt,1\n", "text/csv")}
    elif body is not None:
        options["json"] = body[1]
    return client.request(route.method, address, headers=headers, **options)


def _call_page(client: TestClient, world: World, route: Route, address: str, headers: dict[str, str]) -> Response:
    headers |= {"accept": "text/html", "sec-fetch-site": "same-origin"}
    token = headers.get("cookie", "").removeprefix(f"{SESSION_COOKIE}=")
    reference = session_mark(secret_hash(token)) if token else ""
    headers[CSRF_HEADER] = csrf_token(world.app.state.pages.cookie_key, reference)
    form = {**world.words, "version": "1", "idempotency_key": new_id().hex}
    return client.request(route.method, address, headers=headers, data=form if route.method == "POST" else None)


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return world.client()


@pytest.fixture(scope="module")
def routes(world: World) -> list[Route]:
    return [route for route in routes_of(world.app) if route.label not in OPEN]


def test_every_route_is_seen(world: World) -> None:
    found = routes_of(world.app)
    document = world.app.openapi()
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    seen = {(route.method, route.path) for route in found if route.is_api and not route.path.endswith("/openapi.json")}
    assert seen == described
    assert len(described) > 90
    assert len([route for route in found if not route.is_api]) > 90
    assert set(OPEN) <= {route.label for route in found}
    unknown = {name for route in found for name in things_needed(route, world)}
    assert unknown == set(), "give the world a thing for these parameters"


def things_needed(route: Route, world: World) -> set[str]:
    return set(route.params) - set(world.things_at(route.path))


# ---- strangers


def test_a_stranger_is_asked_to_sign_in_everywhere(world: World, client: TestClient, routes: list[Route]) -> None:
    wrong = []
    for route in routes:
        answer = call(client, world, Caller(client), route, world.things_at(route.path))
        if not asks_to_sign_in(route, answer):
            wrong.append(f"{route.label}: {answer.status_code} {answer.text[:80]}")
    assert not wrong, "\n".join(wrong)


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
        if route.is_api and call(client, world, caller, route, world.things_at(route.path)).status_code != 401
    ]
    assert not wrong, "\n".join(wrong)


# ---- another company


@pytest.fixture(scope="module")
def foreign(world: World, client: TestClient, routes: list[Route]) -> dict[Route, Response]:
    """What somebody with every role of another company is answered by each route that finds things by their ids."""
    stranger, found = world.caller(client, "stranger"), {}
    for route in routes:
        things = world.things_at(route.path)
        if ids_of(route, things):
            found[route] = call(client, world, stranger, route, things)
    return found


def ids_of(route: Route, things: Mapping[str, str]) -> list[str]:
    return [name for name in route.params if is_uuid(things[name])]


def test_another_companys_thing_is_no_thing(
    world: World, client: TestClient, foreign: Mapping[Route, Response]
) -> None:
    """The same answer for a thing of another company and for an id that nobody ever gave: no way to tell them apart."""
    stranger = world.caller(client, "stranger")
    wrong = []
    for route, theirs in foreign.items():
        things = world.things_at(route.path)
        unknown = {**things, **{name: str(new_id()) for name in ids_of(route, things)}}
        nobodys = call(client, world, stranger, route, unknown)
        told = (theirs.status_code, without_ids(theirs.text))
        if theirs.status_code not in (403, 404) or told != (nobodys.status_code, without_ids(nobodys.text)):
            wrong.append(f"{route.label}: {theirs.status_code} {nobodys.status_code} {theirs.text[:200]}")
    assert not wrong, "\n".join(wrong)
    assert len(foreign) > 80


def test_what_is_forbidden_to_another_company_is_the_platforms(foreign: Mapping[Route, Response]) -> None:
    """Somebody with every role of a company gets 404 for foreign things; 403 is left for the platform's own work."""
    forbidden = {
        route.path.removeprefix(API).split("/")[1] for route, answer in foreign.items() if answer.status_code == 403
    }
    assert forbidden == {"complaint-fees", "delivery", "notifications", "reference", "reviews", "waiting-roles"}


# ---- the wrong role


FOR_EVERYBODY = (
    ("/account", "one's own account"),
    ("/sessions", "one's own sessions"),
    ("/sign-out", "one's own session"),
    ("/organization/switch", "one's own companies; a foreign one is not there"),
    ("/me", "who one is"),
    ("/notifications", "one's own messages; a foreign one is not there"),
    ("/search", "leads to the first page that the viewer may open"),
    ("/", "leads to the first page that the viewer may open"),
)
"""What needs no role: paths (without the API's prefix) that begin so are about the caller alone."""


def is_for_everybody(route: Route) -> bool:
    path = route.path.removeprefix(API)
    return any(path == begin or (begin != "/" and path.startswith(begin)) for begin, _ in FOR_EVERYBODY)


def test_without_any_role_nothing_opens(world: World, routes: list[Route]) -> None:
    wrong, nobody = [], world.caller(world.client(), "nobody")
    for route in routes:
        with undone(world) as client, undone_again(world):  # some of what is for everybody ends the session
            answer = call(client, world, nobody, route, world.things_at(route.path))
        if is_for_everybody(route):
            if answer.status_code >= 500:
                wrong.append(f"{route.label}: {answer.status_code}")
        elif answer.status_code != 403:
            wrong.append(f"{route.label}: {answer.status_code} {answer.text[:100]}")
    assert not wrong, "\n".join(wrong)


def test_a_colleague_with_another_role_gets_403_and_changes_nothing(
    world: World, client: TestClient, routes: list[Route]
) -> None:
    """The clerk may read requests and nothing else; everything that changes something is refused by name."""
    clerk = world.caller(client, "clerk")
    wrong = []
    for route in routes:
        if route.method == "GET" or is_for_everybody(route):
            continue
        answer = call(client, world, clerk, route, world.things_at(route.path))
        named = answer.json().get("facts", {}).get("permission") if route.is_api else "a page"
        if answer.status_code != 403 or not named:
            wrong.append(f"{route.label}: {answer.status_code} {answer.text[:100]}")
    assert not wrong, "\n".join(wrong)


def test_a_key_does_only_what_it_was_made_for(world: World, client: TestClient, routes: list[Route]) -> None:
    """The key may draft and read requests and quotations; S9 and its own list keep it from everything else."""
    service = world.caller(client, "service")
    meant = (
        "/rfqs",
        "/rfq-amendments",
        "/rfq-attachments",
        "/rfq-imports",
        "/rfq-templates",
        "/quotes",
        "/counters",
        "/letters",
        "/invitations",
    )
    wrong = []
    for route in routes:
        path = route.path.removeprefix(API)
        if not route.is_api or path.startswith((*meant, "/me", "/notifications")):
            continue
        answer = call(client, world, service, route, world.things_at(route.path))
        if answer.status_code != 403:
            wrong.append(f"{route.label}: {answer.status_code}")
    for step in ("publish", "approve", "close", "cancel"):
        wanted = Route("POST", f"{API}/rfqs/{{rfq_id}}/{step}", step)
        if call(client, world, service, wanted, world.things).status_code != 403:
            wrong.append(wanted.label)
    for step in ("approve", "return", "withdraw"):
        wanted = Route("POST", f"{API}/rfq-amendments/{{amendment_id}}/{step}", step)
        if call(client, world, service, wanted, world.things).status_code != 403:
            wrong.append(wanted.label)
    for step in ("accept", "decline", "withdraw"):
        wanted = Route("POST", f"{API}/counters/{{counter_id}}/{step}", step)
        if call(client, world, service, wanted, world.things).status_code != 403:
            wrong.append(wanted.label)
    assert not wrong, "\n".join(wrong)


# ---- refusals leave nothing behind but their entry


def test_refused_changes_leave_nothing_but_their_audit_entry(
    world: World, client: TestClient, routes: list[Route], servers: Servers
) -> None:
    callers = {name: world.caller(client, name) for name in ("anonymous", "stranger", "clerk")}
    connection = admin(servers, world.database)
    wrong, refused = [], 0
    with connection.cursor() as owner:
        count_often(owner)
        before = counts(owner)
        for route in routes:
            if route.method == "GET" or is_for_everybody(route):
                continue
            for name, caller in callers.items():
                things = world.things_at(route.path)
                if name == "stranger" and not any(is_uuid(things[param]) for param in route.params):
                    continue
                answer = call(client, world, caller, route, things)
                after = counts(owner)
                grown = {table: after[table] - rows for table, rows in before.items() if after[table] != rows}
                before, refused = after, refused + 1
                grown.pop("audit_party", None)  # the sealer's index of an entry's readers
                if answer.status_code not in (401, 403, 404) or grown != {"audit_event": 1, "audit_detail": 1}:
                    wrong.append(f"{route.label} as {name}: {answer.status_code} {grown}")
    connection.close()
    assert not wrong, "\n".join(wrong)
    assert refused > 150


def count_often(owner: cursor) -> None:
    """Let :func:`counts` be planned once: to plan it takes longer than to count."""
    owner.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    names = [str(name) for (name,) in owner.fetchall()]
    wanted = " UNION ALL ".join(f"SELECT '{name}', (SELECT count(*) FROM \"{name}\")" for name in names)  # noqa: S608 - names from the catalogue
    owner.execute(f"PREPARE counts AS {wanted}")


def counts(owner: cursor) -> dict[str, int]:
    """Return how many rows each table has, seen by one who sees all."""
    owner.execute("EXECUTE counts")
    return dict(owner.fetchall())


# ---- the right people


PEOPLE = (
    "purchaser",
    "chief",
    "admin",
    "second_admin",
    "approver",
    "winner",
    "winner_admin",
    "rival",
    "guest",
    "juror",
    "partner",
    "operator",
    "auditor",
    "reviewer",
    "service",
)


def test_somebody_reaches_every_route(world: World, routes: list[Route]) -> None:
    """The refusals above mean something: each route lets one of the right people in, and none ever breaks."""
    closed, broken = [], []
    welcome: dict[tuple[str, bool], str] = {}
    """Who was let in last under a path; asked first under the same, as most of the others would be turned away."""
    callers = {name: world.caller(world.client(), name) for name in PEOPLE}
    for route in routes:
        if route.path.endswith("/audit/export"):
            continue  # a stream with a snapshot of its own; tests/audit reads it
        place = (route.path.removeprefix(API).split("/")[1], route.method == "GET")
        statuses = {}
        for name in sorted(PEOPLE, key=lambda one: one != welcome.get(place)):
            # a transaction for each call: a long one would keep the sealers of other tests waiting
            with undone(world) as client, undone_again(world):
                answer = call(client, world, callers[name], route, world.things_at(route.path))
            statuses[name] = answer.status_code
            if answer.status_code not in (401, 403, 404):
                welcome[place] = name
                break
        if max(statuses.values()) >= 500:
            broken.append(f"{route.label}: {statuses}")
        if set(statuses.values()) <= {401, 403, 404}:
            closed.append(f"{route.label}: {statuses}")
    assert broken == []
    assert closed == []
