"""Accounts, sessions, passwords and keys over HTTP."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.identity.public import LinkPurpose
from b2b_market.identity.rules import secret_hash
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.accounts import LI, announced, cookie, enter, link_for, sessions_of, trail
from tests.support.people import PASSWORD, join, make_company, make_person, sign_in, sign_out


@pytest.fixture
def person(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_PURCHASER, email=LI, name="Li Wei")


# ------------------------------------------------------------------------------------------------------------ sessions


def test_signing_in_sets_a_cookie_out_of_reach_of_scripts(client: TestClient, runtime: Runtime, person: Actor) -> None:
    answer = enter(client, f" {LI.upper()} ")
    assert answer.status_code == 201
    assert answer.json()["org_id"] == str(person.org_id)
    assert answer.json()["current"] is True
    morsel = cookie(answer)[SESSION_COOKIE]
    assert morsel["httponly"]
    assert morsel["samesite"] == "lax"
    assert morsel["path"] == "/"
    assert not morsel["secure"]
    stored = {bytes(row.token_hash) for row in sessions_of(runtime, person.user_id)}
    assert secret_hash(morsel.value) in stored
    assert morsel.value not in answer.text
    me = client.get("/api/v1/me").json()
    assert (me["user_id"], me["organization_id"]) == (str(person.user_id), str(person.org_id))
    assert me["roles"] == ["buyer.purchaser"]
    (event,) = trail(runtime, "session.started")
    assert (event.object_id, event.visible_to, event.outcome) == (person.user_id, [person.org_id], "done")


@pytest.mark.parametrize(
    ("email", "password"), [(LI, "not the password"), ("nobody@hengli.example", PASSWORD), ("x!!", "y")]
)
def test_a_wrong_guess_is_the_same_for_every_account(
    client: TestClient, runtime: Runtime, person: Actor, email: str, password: str
) -> None:
    answer = enter(client, email, password)
    assert answer.status_code == 401
    problem = answer.json()
    assert (problem["code"], problem["facts"]) == ("wrong-credentials", {})
    assert "set-cookie" not in answer.headers
    (event,) = trail(runtime, "sign_in")
    assert (event.outcome, event.rule) == ("denied", "wrong-credentials")
    assert event.object_id == (person.user_id if email == LI else None)


@pytest.mark.usefixtures("person")
def test_the_tenth_guess_is_refused_before_the_hash(client: TestClient) -> None:
    assert [enter(client, password="wrong words here").status_code for _ in range(11)] == [401] * 9 + [429] * 2
    answer = enter(client)
    assert answer.status_code == 429
    assert 1 <= int(answer.headers["retry-after"]) <= 900
    assert answer.json()["code"] == "too-many-attempts"


def test_signing_in_again_ends_the_session_the_browser_came_with(
    client: TestClient, runtime: Runtime, person: Actor
) -> None:
    first = cookie(enter(client))[SESSION_COOKIE].value
    second = cookie(enter(client))[SESSION_COOKIE].value
    assert first != second
    live = {bytes(row.token_hash) for row in sessions_of(runtime, person.user_id)}
    assert secret_hash(first) not in live
    assert secret_hash(second) in live


def test_a_session_starts_in_the_company_worked_for_last(client: TestClient, runtime: Runtime, person: Actor) -> None:
    other = make_company(runtime, "Aaa")
    join(runtime, person, other, Role.BUYER_PURCHASER)
    with runtime.database.session() as session:
        session.execute(
            text("UPDATE identity_session SET last_seen_at = now() - interval '1 hour' WHERE org_id = :org"),
            {"org": other},
        )
        session.commit()
    assert enter(client).json()["org_id"] == str(person.org_id)
    switched = client.post("/api/v1/sessions/current/organization", json={"organization_id": str(other)})
    assert switched.status_code == 200
    assert client.get("/api/v1/me").json()["organization_id"] == str(other)


def test_switching_rotates_the_token_and_keeps_the_end(client: TestClient, runtime: Runtime, person: Actor) -> None:
    other = make_company(runtime, "Other")
    join(runtime, person, other, Role.BUYER_EVALUATOR)
    before = enter(client)
    old = cookie(before)[SESSION_COOKIE].value
    answer = client.post("/api/v1/sessions/current/organization", json={"organization_id": str(other)})
    assert answer.json()["expires_at"] == before.json()["expires_at"]
    assert cookie(answer)[SESSION_COOKIE].value != old
    assert client.get("/api/v1/me").json()["roles"] == ["buyer.evaluator"]
    client.cookies.clear()
    client.cookies.set(SESSION_COOKIE, old)
    assert client.get("/api/v1/me").status_code == 401


def test_nobody_switches_to_a_strangers_company(client: TestClient, runtime: Runtime, person: Actor) -> None:
    other = make_company(runtime, "Other")
    sign_in(client, person)
    for org in (str(other), "00000000-0000-0000-0000-000000000000"):
        answer = client.post("/api/v1/sessions/current/organization", json={"organization_id": org})
        assert (answer.status_code, answer.json()["code"]) == (404, "not-your-company")
    assert client.get("/api/v1/me").json()["organization_id"] == str(person.org_id)


def test_signing_out_ends_the_session_at_once(client: TestClient, runtime: Runtime, person: Actor) -> None:
    token = cookie(enter(client))[SESSION_COOKIE].value
    answer = client.delete("/api/v1/sessions/current")
    assert answer.status_code == 204
    assert cookie(answer)[SESSION_COOKIE]["max-age"] == "0"
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/api/v1/me").status_code == 401
    assert [event.object_id for event in trail(runtime, "session.ended")] == [person.user_id]


def test_one_sees_and_ends_own_sessions_only(client: TestClient, runtime: Runtime, person: Actor) -> None:
    stranger = make_person(runtime, person.org_id, Role.BUYER_ADMIN)
    foreign = sessions_of(runtime, stranger.user_id)[0].id
    sign_in(client, person)
    listed = client.get("/api/v1/sessions").json()["items"]
    assert len(listed) == 2
    assert [row["current"] for row in listed].count(True) == 1
    assert client.delete(f"/api/v1/sessions/{foreign}").status_code == 404
    assert len(sessions_of(runtime, stranger.user_id)) == 1
    (other,) = [row["id"] for row in listed if not row["current"]]
    assert client.delete(f"/api/v1/sessions/{other}").status_code == 204
    assert len(client.get("/api/v1/sessions").json()["items"]) == 1
    assert client.delete(f"/api/v1/sessions/{other}").status_code == 404


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/me"),
        ("GET", "/sessions"),
        ("DELETE", "/sessions/current"),
        ("DELETE", "/sessions/00000000-0000-0000-0000-000000000000"),
        ("GET", "/account"),
        ("GET", "/api-keys"),
        ("DELETE", "/api-keys/00000000-0000-0000-0000-000000000000"),
    ],
)
def test_strangers_are_turned_away(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, f"/api/v1{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.usefixtures("person")
def test_the_session_cookie_is_secure_where_the_site_has_tls(client: TestClient, runtime: Runtime) -> None:
    runtime.settings = runtime.settings.model_copy(update={"public_url": "https://exchange.example"})
    morsel = cookie(enter(client))[SESSION_COOKIE]
    assert morsel["secure"]


# ------------------------------------------------------------------------------------------------- account and password


def test_an_account_is_changed_against_its_version(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    read = client.get("/api/v1/account")
    assert read.headers["etag"] == '"v1"'
    wanted = {
        "name": " Wei Li ",
        "locale": "zh-CN",
        "timezone": "Asia/Shanghai",
        "theme": "dark",
        "density": "compact",
        "single_key_shortcuts": False,
    }
    assert client.put("/api/v1/account", json=wanted).status_code == 428
    answer = client.put("/api/v1/account", json=wanted, headers={"if-match": '"v1"'})
    assert answer.status_code == 200
    assert answer.headers["etag"] == '"v2"'
    assert answer.json() == {**read.json(), **wanted, "name": "Wei Li", "version": 2}
    assert client.put("/api/v1/account", json=wanted, headers={"if-match": '"v1"'}).status_code == 412
    wrong = {**wanted, "timezone": "Mars/Phobos"}
    refused = client.put("/api/v1/account", json=wrong, headers={"if-match": '"v2"'})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == ["/timezone"]
    assert client.get("/api/v1/account").json()["timezone"] == "Asia/Shanghai"


def test_changing_the_password_ends_every_other_session(client: TestClient, runtime: Runtime, person: Actor) -> None:
    sign_in(client, person)
    assert len(sessions_of(runtime, person.user_id)) == 2
    wrong = client.post("/api/v1/account/password", json={"current": "no", "new": "seven tall grey herons"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "wrong-credentials")
    weak = client.post("/api/v1/account/password", json={"current": PASSWORD, "new": "password1234"})
    assert [error["pointer"] for error in weak.json()["errors"]] == ["/new"]
    done = client.post("/api/v1/account/password", json={"current": PASSWORD, "new": "seven tall grey herons"})
    assert done.status_code == 204
    assert client.get("/api/v1/me").status_code == 200
    assert len(sessions_of(runtime, person.user_id)) == 1
    assert enter(sign_out(client)).status_code == 401
    assert enter(client, password="seven tall grey herons").status_code == 201
    assert announced(runtime, "identity.password_changed.v1") == [{"user_id": str(person.user_id)}]


def test_guessing_the_present_password_is_counted_too(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    body = {"current": "wrong words here", "new": "seven tall grey herons"}
    codes = [client.post("/api/v1/account/password", json=body).status_code for _ in range(11)]
    assert codes == [401] * 9 + [429] * 2


def test_a_reset_is_announced_for_known_addresses_and_answered_alike(
    client: TestClient, runtime: Runtime, person: Actor
) -> None:
    answers = [client.post("/api/v1/password-resets", json={"email": email}) for email in (LI, "nobody@x.example")]
    assert [(answer.status_code, answer.text) for answer in answers] == [(202, ""), (202, "")]
    assert announced(runtime, "identity.reset_requested.v1") == [{"user_id": str(person.user_id)}]


def test_a_link_works_once_and_ends_every_session(client: TestClient, runtime: Runtime, person: Actor) -> None:
    token = link_for(runtime, person.user_id, LinkPurpose.RESET)
    weak = client.post("/api/v1/passwords", json={"token": token, "password": "short"})
    assert weak.status_code == 422
    answer = client.post("/api/v1/passwords", json={"token": token, "password": "seven tall grey herons"})
    assert answer.status_code == 201
    assert client.get("/api/v1/me").json()["user_id"] == str(person.user_id)
    assert len(sessions_of(runtime, person.user_id)) == 1
    again = client.post("/api/v1/passwords", json={"token": token, "password": "another seven herons"})
    assert (again.status_code, again.json()["code"]) == (409, "link-ended")
    assert enter(sign_out(client), password="seven tall grey herons").status_code == 201


def test_a_newer_link_ends_an_older_one_of_its_purpose(client: TestClient, runtime: Runtime, person: Actor) -> None:
    old = link_for(runtime, person.user_id, LinkPurpose.RESET)
    link_for(runtime, person.user_id, LinkPurpose.INVITATION)
    link_for(runtime, person.user_id, LinkPurpose.RESET)
    body = {"token": old, "password": "seven tall grey herons"}
    assert client.post("/api/v1/passwords", json=body).status_code == 409


def test_a_link_expires(client: TestClient, runtime: Runtime, person: Actor) -> None:
    token = link_for(runtime, person.user_id, LinkPurpose.RESET)
    with runtime.database.session() as session:
        session.execute(text("UPDATE identity_link SET expires_at = now()"))
        session.commit()
    body = {"token": token, "password": "seven tall grey herons"}
    assert client.post("/api/v1/passwords", json=body).status_code == 409
    assert enter(client).status_code == 201
