"""Further rounds over the API."""

from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from tests.support.calling import caller_for, quote_body
from tests.support.negotiations import closed_request
from tests.support.rfqs import Market, make_market, read


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


def body(market: Market, hours: int = 48) -> dict[str, object]:
    return {
        "supplier_ids": [str(market.suppliers[0])],
        "closes_at": (datetime.now(UTC) + timedelta(hours=hours)).isoformat(),
        "reason": "the best of three",
        "show_targets": True,
        "note": "Please look at line 2.",
    }


def test_a_round_is_opened_once_by_version_and_read_by_both_sides(
    client: TestClient, runtime: Runtime, market: Market
) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"], ["11", "21"]))
    buyer, sales = caller_for(client, runtime, market.purchaser), caller_for(client, runtime, market.sales[0])
    path, wanted = f"/rfqs/{content.rfq.id}/rounds", body(market)
    assert buyer.post(path, wanted).status_code == 428
    opened = buyer.post(path, wanted, key="round-two", version=content.rfq.version)
    assert opened.status_code == 201, opened.text
    assert (opened.json()["status"], opened.json()["round"]) == ("round_open", 2)
    assert buyer.post(path, wanted, key="round-two", version=content.rfq.version).text == opened.text
    (seen,) = buyer.get(path).json()["items"]
    assert [(one["goes_on"], one["reason"]) for one in seen["shortlist"]] == [
        (True, "the best of three"),
        (False, "the best of three"),
    ]
    (own,) = sales.get(path).json()["items"]
    assert (own["shortlist"], own["note"], len(own["targets"])) == ([], "Please look at line 2.", 2)
    assert caller_for(client, runtime, market.sales[1]).get(path).json()["items"] == []
    assert sales.get(f"/rfqs/{content.rfq.id}").json()["own_invitation"]["last_round"] == 2


def test_a_worse_quotation_is_refused_line_by_line(client: TestClient, runtime: Runtime, market: Market) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"],))
    buyer, sales = caller_for(client, runtime, market.purchaser), caller_for(client, runtime, market.sales[0])
    assert buyer.post(f"/rfqs/{content.rfq.id}/rounds", body(market), version=content.rfq.version).is_success
    path = f"/rfqs/{content.rfq.id}/quotes"
    worse = sales.post(path, quote_body(content, "12"))
    assert (worse.status_code, worse.json()["code"]) == (409, "quote-got-worse")
    assert [error["pointer"] for error in worse.json()["errors"]] == ["/lines/0/unit_price"]
    sent = sales.post(path, quote_body(content, "9"))
    assert sent.status_code == 201, sent.text
    items = sales.get(path).json()["items"]
    assert [(one["status"], one["total"]) for one in items] == [("submitted", "3000"), ("submitted", "1800")]
    withdrawn = sales.post(f"/quotes/{items[0]['id']}/withdraw", version=items[0]["version"])
    assert (withdrawn.status_code, withdrawn.json()["code"]) == (409, "quote-of-prior-round")


def test_who_is_not_in_the_round_reads_why(client: TestClient, runtime: Runtime, market: Market) -> None:
    content, _ = closed_request(runtime, market, (["10", "20"], ["11", "21"]))
    buyer = caller_for(client, runtime, market.purchaser)
    assert buyer.post(f"/rfqs/{content.rfq.id}/rounds", body(market), version=content.rfq.version).is_success
    refused = caller_for(client, runtime, market.sales[1]).post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content))
    assert (refused.status_code, refused.json()["code"]) == (409, "quote-not-in-round")
    now = read(runtime, market.purchaser, content.rfq.id).rfq
    closed = buyer.post(f"/rfqs/{content.rfq.id}/close", {"reason": "all have answered"}, version=now.version)
    assert (closed.status_code, closed.json()["status"]) == (200, "closed")
