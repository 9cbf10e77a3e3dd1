"""Pages and API of suppliers invited by mail, as the buyer, the guest and another company see them."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from tests.rfq.forms import errors, followed, page, send, text_of
from tests.support.calling import caller_for
from tests.support.delivery import drain_outbox
from tests.support.guests import ADDRESS, code_of, entered, guests, mails_to, published
from tests.support.people import make_company, make_person, sign_in
from tests.support.registrations import PROFILE
from tests.support.rfqs import Market, close, make_draft, make_market, read, submit

FORM = {"company_name": "Nordguss GmbH", "email": ADDRESS, "locale": "zh-CN"}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


def test_the_buyer_invites_by_mail_on_a_page(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    sign_in(client, market.purchaser)
    assert f"/rfqs/{content.rfq.id}/guests" in page(client, f"/rfqs/{content.rfq.id}")
    url = f"/rfqs/{content.rfq.id}/guests"
    wrong = send(client, url, {**FORM, "email": "no address", "version": content.rfq.version})
    assert (wrong.status_code, list(errors(wrong.text))) == (422, ["email"])
    assert guests(runtime, market, content.rfq.id) == []
    done = send(client, url, {**FORM, "version": content.rfq.version})
    assert "the mail goes out when you publish" in followed(client, done)
    assert "Nordguss GmbH" in text_of(page(client, url))
    (found,) = guests(runtime, market, content.rfq.id)
    taken = send(client, f"/rfq-guests/{found.id}/remove", {})
    assert "Nobody is invited by mail" in followed(client, taken)


def test_a_guest_finds_its_request_and_nothing_else(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = published(runtime, market)
    entered(client, runtime)
    assert client.get("/", headers={"accept": "text/html"}).headers["location"] == "/invitations"
    assert content.rfq.number in page(client, "/invitations")
    shown = page(client, f"/rfqs/{content.rfq.id}")
    assert "You are here by invitation" in text_of(shown)
    assert "/claim" in shown
    assert "unit_price" in page(client, f"/rfqs/{content.rfq.id}/quote")
    assert f"/rfqs/{content.rfq.id}/questions" in shown
    html = {"accept": "text/html"}
    closed = ("/board", "/companies", "/members", "/account", "/organization", "/api-keys", "/contracts", "/takeover")
    assert {path: client.get(path, headers=html).status_code for path in closed} == dict.fromkeys(closed, 403)
    assert client.get("/rfqs/new", headers=html).status_code == 403
    assert send(client, "/preferences", {"locale": "zh-CN"}).status_code in (200, 204, 303)
    assert send(client, "/sign-out", {}).status_code == 303


def test_comparison_and_detail_mark_the_provisional(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = published(runtime, market)
    guest = entered(client, runtime)
    submit(runtime, guest, content, ["9", "8"])
    close(runtime, market, content.rfq.id)
    sign_in(client, market.purchaser)
    for path in (f"/rfqs/{content.rfq.id}", f"/rfqs/{content.rfq.id}/comparison"):
        assert "Nordguss GmbH (provisional)" in text_of(page(client, path))
    found = caller_for(client, runtime, market.purchaser).get(f"/rfqs/{content.rfq.id}/comparison").json()
    assert "Nordguss GmbH (provisional)" in str(found)


def test_a_guest_registers_its_company(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = published(runtime, market)
    entered(client, runtime)
    assert client.get("/register", headers={"accept": "text/html"}).headers["location"] == "/claim"
    form = page(client, "/claim")
    assert "Nordguss GmbH" in form
    number = PROFILE["identifiers"][0]
    sent = {
        "legal_name_en": "Nordguss GmbH",
        "country": "CN",
        "street": "1 Works Road",
        "city": "Dalian",
        "identifiers-0-scheme": number["scheme"],
        "identifiers-0-value": number["value"],
        "base_currency": "CNY",
        "timezone": "Asia/Shanghai",
    }
    assert send(client, "/claim", {**sent, "city": ""}).status_code == 422
    assert send(client, "/claim", sent).status_code == 303
    drain_outbox(runtime)
    (found,) = guests(runtime, market, content.rfq.id)
    assert found.status == "registered"
    assert mails_to(runtime, ADDRESS)[-1].kind == "organizations.registration_received"
    assert client.get("/claim", headers={"accept": "text/html"}).headers["location"] == "/invitations"


def test_another_company_takes_the_place_on_a_page(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = published(runtime, market)
    org_id = make_company(runtime, "Nordguss Group", ("supplier",))
    admin = make_person(runtime, org_id, Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES)
    sign_in(client, admin)
    assert "/takeover" in client.get("/organization", headers={"accept": "text/html"}).text
    unknown = send(client, "/takeover", {"email": "nobody@nowhere.example"})
    known = send(client, "/takeover", {"email": ADDRESS})
    assert text_of(unknown.text) == text_of(known.text)
    drain_outbox(runtime)
    assert send(client, "/takeover/confirm", {"email": ADDRESS, "code": "1"}).status_code == 409
    assert send(client, "/takeover/confirm", {"email": "nobody@nowhere.example", "code": "1"}).status_code == 409
    done = send(client, "/takeover/confirm", {"email": ADDRESS, "code": code_of(runtime)})
    assert content.rfq.number in followed(client, done)
    assert org_id in read(runtime, market.purchaser, content.rfq.id).rfq.party_ids


def test_guests_over_the_api(client: TestClient, runtime: Runtime, market: Market) -> None:
    content = make_draft(runtime, market)
    caller = caller_for(client, runtime, market.purchaser)
    url = f"/rfqs/{content.rfq.id}/guests"
    made = caller.post(url, {"email": ADDRESS, "company_name": "Nordguss GmbH", "locale": "en"}, version=1)
    assert made.status_code == 200, made.text
    assert caller.post(url, {"email": ADDRESS, "company_name": "X"}, version=1).status_code == 412
    (guest,) = caller.get(url).json()["items"]
    assert (guest["email"], guest["supplier_id"], guest["status"]) == (ADDRESS, None, None)
    own = {"email": market.approver.person.email, "company_name": "Us"}
    assert caller.post(url, own, version=2).json()["code"] == "own-person"
    stranger = caller_for(client, runtime, market.sales[0])
    assert stranger.get(url).status_code == 403
    assert caller.call("DELETE", f"/rfq-guests/{guest['id']}").status_code == 200
    assert caller.get(url).json()["items"] == []
