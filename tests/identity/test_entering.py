"""Entering without a password: a mailed link and a mailed code, each used once, throttled, and nothing given away."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text, update

from b2b_market.identity.models import Link
from b2b_market.identity.rules import LIGHT_LIFE, code_hash, masked, new_code, secret_hash
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.rfq.forms import page, send, text_of
from tests.support.accounts import announced, sessions_of, trail
from tests.support.delivery import drain_outbox
from tests.support.guests import ask_code, code_of, mails_to, redeem, token_of
from tests.support.people import join, make_company, make_person

ANNA = "anna@nordguss.example"


@pytest.fixture
def anna(runtime: Runtime) -> Actor:
    return make_person(
        runtime, make_company(runtime, "Nordguss", ("supplier",)), Role.SUPPLIER_SALES, email=ANNA, name="Anna"
    )


def link_to(client: TestClient, runtime: Runtime, address: str = ANNA) -> str:
    assert client.post("/api/v1/entry-links", json={"email": address}).status_code == 202
    drain_outbox(runtime)
    return token_of(runtime, address)


def later(runtime: Runtime, **values: object) -> None:
    with runtime.database.session() as session:
        set_tenant(session, Tenant())
        session.execute(update(Link).values(**values))
        session.commit()


def test_codes_are_bound_to_their_link() -> None:
    code = new_code()
    assert (len(code), code.isdigit()) == (8, True)
    link = secret_hash("a link")
    assert code_hash(link, code) == code_hash(link, f" {code[:4]} {code[4:]} ")
    assert code_hash(link, "１２３４５６７８") == code_hash(link, "12345678")
    assert code_hash(link, code) != code_hash(secret_hash("another"), code)
    assert masked(ANNA) == "a…@nordguss.example"


def test_link_and_code_open_a_narrow_session(client: TestClient, runtime: Runtime, anna: Actor) -> None:
    join(runtime, anna, make_company(runtime, "Buyers", ("buyer",)), Role.BUYER_ADMIN)
    token = link_to(client, runtime)
    answer = redeem(client, token, ask_code(client, runtime, token))
    assert answer.status_code == 201
    assert answer.json()["org_id"] == str(anna.org_id), "the company she quotes for"
    me = client.get("/api/v1/me").json()
    assert me["permissions"] == [
        "account:use",
        "quote:accept_nda",
        "quote:counter",
        "quote:read",
        "quote:submit",
        "rfq:read",
        "rfq:talk",
    ]
    assert client.get("/api/v1/account").status_code == 403
    (row,) = [row for row in sessions_of(runtime, anna.user_id) if row.light]
    assert timedelta(0) <= LIGHT_LIFE - (row.expires_at - row.created_at) < timedelta(seconds=1)
    assert trail(runtime, "session.entered")
    other = client.get("/api/v1/me").json()["organization_id"]
    assert other == str(anna.org_id)
    assert client.delete("/api/v1/sessions/current").status_code == 204


def test_another_company_is_worked_for_no_less_narrowly(client: TestClient, runtime: Runtime, anna: Actor) -> None:
    other = make_company(runtime, "Buyers", ("buyer", "supplier"))
    join(runtime, anna, other, Role.BUYER_ADMIN, Role.BUYER_PURCHASER, Role.SUPPLIER_SALES)
    token = link_to(client, runtime)
    assert redeem(client, token, ask_code(client, runtime, token)).status_code == 201
    switched = client.post("/api/v1/sessions/current/organization", json={"organization_id": str(other)})
    assert switched.status_code == 200
    me = client.get("/api/v1/me").json()
    assert me["organization_id"] == str(other)
    assert "rfq:publish" not in me["permissions"]


def test_both_work_once(client: TestClient, runtime: Runtime, anna: Actor) -> None:
    token = link_to(client, runtime)
    code = ask_code(client, runtime, token)
    assert redeem(client, token, code).status_code == 201
    again = redeem(client, token, code)
    assert (again.status_code, again.json()["code"]) == (409, "entry-ended")
    assert len([row for row in sessions_of(runtime, anna.user_id) if row.light]) == 1


@pytest.mark.usefixtures("anna")
def test_a_wrong_or_late_code_opens_nothing(client: TestClient, runtime: Runtime) -> None:
    token = link_to(client, runtime)
    assert redeem(client, token, "00000000").json()["code"] == "wrong-code", "none was asked for"
    code = ask_code(client, runtime, token)
    wrong = redeem(client, token, f"{(int(code) + 1) % 10**8:08d}")
    assert (wrong.status_code, wrong.json()["code"], wrong.headers.get("set-cookie")) == (409, "wrong-code", None)
    earlier, code = code, ask_code(client, runtime, token)
    assert redeem(client, token, earlier).json()["code"] == "wrong-code", "the one before ends"
    later(runtime, code_expires_at=text("now() - interval '1 second'"))
    assert redeem(client, token, code).json()["code"] == "wrong-code"
    later(runtime, expires_at=text("now() - interval '1 second'"))
    assert redeem(client, token, code).json()["code"] == "entry-ended"
    assert {event.rule for event in trail(runtime, "enter_by_code")} == {"wrong-code", "entry-ended"}


@pytest.mark.usefixtures("anna")
def test_guesses_are_counted(client: TestClient, runtime: Runtime) -> None:
    token = link_to(client, runtime)
    code = ask_code(client, runtime, token)
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    assert [redeem(client, token, wrong).status_code for _ in range(10)] == [409] * 9 + [429]
    assert redeem(client, token, code).status_code == 429


def test_nobody_learns_who_is_known(client: TestClient, runtime: Runtime, anna: Actor) -> None:
    buyer = make_person(runtime, make_company(runtime, "Buyers"), Role.BUYER_PURCHASER)
    answers = [
        client.post("/api/v1/entry-links", json={"email": address})
        for address in (ANNA, "nobody@nowhere.example", buyer.person.email)
    ]
    assert {(answer.status_code, answer.content) for answer in answers} == {(202, b"")}
    drain_outbox(runtime)
    assert len(mails_to(runtime, ANNA)) == 1
    assert mails_to(runtime, buyer.person.email) == [], "who cannot quote gets no link"
    assert announced(runtime, "identity.entry_requested.v1") == [{"user_id": str(anna.user_id)}]
    sent = [client.post("/api/v1/entry-links", json={"email": ANNA}).status_code for _ in range(3)]
    assert sent == [202, 202, 429]


@pytest.mark.usefixtures("anna")
def test_no_link_does_what_another_is_for(client: TestClient, runtime: Runtime) -> None:
    token = link_to(client, runtime)
    answer = client.post("/api/v1/passwords", json={"token": token, "password": "a slow train crosses the plain"})
    assert (answer.status_code, answer.json()["code"]) == (409, "link-ended")
    client.post("/api/v1/password-resets", json={"email": ANNA})
    drain_outbox(runtime)
    reset = token_of(runtime)
    assert client.post("/api/v1/entry-codes", json={"token": reset}).json()["code"] == "entry-ended"


@pytest.mark.usefixtures("anna")
def test_pages_lead_in(client: TestClient, runtime: Runtime) -> None:
    assert "/enter" in page(client, "/sign-in")
    asked = send(client, "/enter", {"email": ANNA})
    assert "a link is on its way" in text_of(asked.text)
    drain_outbox(runtime)
    shown = page(client, f"/enter?token={token_of(runtime)}&next=/invitations")
    assert "a…@nordguss.example" in text_of(shown)
    assert ANNA not in shown
    coded = send(client, "/enter/code", {"token": token_of(runtime), "next": "/invitations"})
    drain_outbox(runtime)
    form = {"token": token_of(runtime), "next": "/invitations", "code": "1"}
    assert send(client, "/enter/redeem", form).status_code == 409
    assert 'autocomplete="one-time-code"' in coded.text
    done = send(client, "/enter/redeem", {**form, "code": code_of(runtime)})
    assert (done.status_code, done.headers["location"]) == (303, "/invitations")
    assert SESSION_COOKIE in done.cookies
    assert send(client, "/enter/redeem", form).status_code == 409
    assert client.get("/enter?token=nonsense").status_code == 409
