"""Amendments, versions and confirmations over the API."""

from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.amendments import amend, amendment, body_of, line_changed
from tests.support.calling import Caller, caller_for, quote_body
from tests.support.rfqs import Market, draft_command, make_market, publish

MORE = {"quantity": Quantity(Decimal(150), unit("H87"))}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 2, estimate="9876543210123"))


@pytest.fixture
def buyer(client: TestClient, runtime: Runtime, market: Market) -> Caller:
    return caller_for(client, runtime, market.purchaser)


@pytest.fixture
def sales(client: TestClient, runtime: Runtime, market: Market) -> Caller:
    return caller_for(client, runtime, market.sales[0])


def body(content: RfqContent) -> dict[str, object]:
    return body_of(amendment(content, line_changed(0, **MORE)))


def test_an_amendment_is_made_once_and_answers_with_the_new_etag(
    buyer: Caller, sales: Caller, content: RfqContent
) -> None:
    assert sales.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content)).status_code == 201
    path, version = f"/rfqs/{content.rfq.id}/amendments", content.rfq.version
    first = buyer.post(path, body(content), key="amendment-1", version=version)
    assert first.status_code == 201, first.text
    assert (first.json()["edition"], first.json()["binding_edition"]) == (2, 2)
    assert first.headers["etag"] == f'"v{version + 1}"'
    assert first.headers["location"] == f"/api/v1/rfqs/{content.rfq.id}/editions/2"
    twice = buyer.post(path, body(content), key="amendment-1", version=version)
    assert (twice.status_code, twice.text, twice.headers["idempotent-replay"]) == (201, first.text, "true")
    stale = buyer.post(path, body(content), version=version)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale-version")
    blind = buyer.post(path, body(content))
    assert (blind.status_code, blind.json()["code"]) == (428, "version-required")
    assert buyer.get(f"/rfqs/{content.rfq.id}").json()["edition"] == 2


def test_a_preview_changes_nothing(buyer: Caller, sales: Caller, content: RfqContent) -> None:
    assert sales.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content)).status_code == 201
    found = buyer.post(f"/rfqs/{content.rfq.id}/amendments/preview", body(content))
    assert found.status_code == 200, found.text
    told = found.json()
    assert (told["edition"], told["material"], len(told["to_confirm"]), told["too_soon"]) == (2, True, 1, False)
    assert told["lines"][0]["fields"] == [{"field": "quantity", "before": "100", "after": "150", "material": True}]
    again = buyer.get(f"/rfqs/{content.rfq.id}").json()
    assert (again["edition"], again["version"]) == (1, content.rfq.version)
    same = buyer.post(f"/rfqs/{content.rfq.id}/amendments/preview", body_of(amendment(content)))
    assert (same.status_code, same.json()["code"]) == (409, "rfq-nothing-amended")


def test_a_deadline_that_is_too_soon_is_refused_with_the_earliest(
    runtime: Runtime, market: Market, buyer: Caller
) -> None:
    content = publish(runtime, market, draft_command(market.suppliers, 1, hours=5))
    refused = buyer.post(f"/rfqs/{content.rfq.id}/amendments", body(content), version=content.rfq.version)
    assert (refused.status_code, refused.json()["code"]) == (409, "rfq-deadline-must-move")
    assert refused.json()["facts"]["earliest"].endswith("+00:00")
    assert buyer.get(f"/rfqs/{content.rfq.id}").json()["edition"] == 1


def test_versions_and_differences_are_read_by_both_sides_without_hidden_figures(
    runtime: Runtime, market: Market, buyer: Caller, sales: Caller, content: RfqContent
) -> None:
    amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE, target_price=Decimal("71.5519"))))
    for caller in (buyer, sales):
        listed = caller.get(f"/rfqs/{content.rfq.id}/editions").json()["items"]
        assert [(item["edition"], item["material"]) for item in listed] == [(2, True), (1, True)]
        second = caller.get(f"/rfqs/{content.rfq.id}/editions/2")
        assert second.json()["lines"][0]["fields"]["quantity"] == "150"
        assert second.json()["content_hash"] == listed[0]["content_hash"]
        found = caller.get(f"/rfqs/{content.rfq.id}/editions/2/difference")
        assert (found.json()["before"], found.json()["after"]) == (1, 2)
        assert [line["fate"] for line in found.json()["lines"]] == ["changed"]
        back = caller.get(f"/rfqs/{content.rfq.id}/editions/1/difference?before=2").json()
        assert back["lines"][0]["fields"][0]["before"] == "150"
        for answer in (second, found, caller.get(f"/rfqs/{content.rfq.id}/editions")):
            assert not any(hidden in answer.text for hidden in ("9876543210123", "71.5519", "target", "estimate"))
        for path in ("editions/3", "editions/3/difference", "editions/2/difference?before=9"):
            assert caller.get(f"/rfqs/{content.rfq.id}/{path}").status_code == 404
        assert caller.get(f"/rfqs/{content.rfq.id}/editions/0").status_code == 422


def test_an_outdated_quotation_is_confirmed_with_a_receipt_that_names_the_version(
    runtime: Runtime, market: Market, sales: Caller, content: RfqContent
) -> None:
    sent = sales.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content)).json()
    assert (sent["rfq_edition"], sent["receipts"][0]["rfq_edition"]) == (1, 1)
    amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE)))
    outdated = sales.get(f"/quotes/{sent['id']}").json()
    assert outdated["status"] == "needs_confirmation"
    assert {"confirm", "revise", "withdraw"} <= set(outdated["allowed_steps"])
    path = f"/quotes/{sent['id']}/confirm"
    old = sales.post(path, {"rfq_edition": 1}, version=outdated["version"])
    assert (old.status_code, old.json()["code"]) == (409, "rfq-amended")
    done = sales.post(path, {"rfq_edition": 2}, key="confirm-once", version=outdated["version"])
    assert done.status_code == 200, done.text
    assert (done.json()["status"], done.json()["rfq_edition"], done.json()["revision"]) == ("submitted", 2, 2)
    assert done.json()["receipts"][0]["content_hash"] == sent["receipts"][0]["content_hash"]
    assert sales.post(path, {"rfq_edition": 2}, key="confirm-once", version=outdated["version"]).text == done.text


def test_a_quotation_names_the_version_it_answers(
    runtime: Runtime, market: Market, sales: Caller, content: RfqContent
) -> None:
    amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE)))
    path = f"/rfqs/{content.rfq.id}/quotes"
    blind = sales.post(path, quote_body(content))
    assert (blind.status_code, blind.json()["code"]) == (409, "rfq-amended")
    ahead = sales.post(path, quote_body(content) | {"rfq_edition": 3})
    assert (ahead.status_code, ahead.json()["errors"][0]["pointer"]) == (422, "/rfq_edition")
    assert sales.post(path, quote_body(content) | {"rfq_edition": 2}).status_code == 201
