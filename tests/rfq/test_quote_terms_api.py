"""Terms of quotations and their extension over the API."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.calling import Caller, caller_for, quote_body
from tests.support.rfqs import Market, close, make_market, publish


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market)


@pytest.fixture
def sales(client: TestClient, runtime: Runtime, market: Market) -> Caller:
    return caller_for(client, runtime, market.sales[0])


def full(content: RfqContent) -> dict[str, Any]:
    lines: list[dict[str, Any]] = [
        {
            "line_id": str(content.lines[0].id),
            "tiers": [{"from_quantity": "50", "unit_price": "9.5"}, {"from_quantity": "400", "unit_price": "9"}],
            "multiple_quantity": "25",
            "setup_cost": "200",
            "origin_country": "DE",
            "capacity": "150",
            "alternative": "Another make",
            "alternative_specification": "DIN 933",
        },
        {"line_id": str(content.lines[1].id), "unit_price": "7"},
    ]
    return {
        **quote_body(content),
        "lines": lines,
        "tax_percent": "13",
        "incoterm": "DAP",
        "incoterm_place": "Shanghai",
        "freight": "80",
        "instalments": [{"percent": "100", "event": "delivery", "days": 30}],
        "early_pay_percent": "2",
        "early_pay_days": 10,
        "bundles": [{"kind": "together", "line_ids": [line["line_id"] for line in lines]}],
        "capacity": "10",
        "capacity_unit": "CEN",
    }


def test_every_term_is_sent_and_read_again(sales: Caller, content: RfqContent) -> None:
    sent = full(content)
    answer = sales.post(f"/rfqs/{content.rfq.id}/quotes", sent)
    assert answer.status_code == 201, answer.text
    made = sales.get(f"/quotes/{answer.json()['id']}").json()
    for name in set(sent) - {"lines", "bundles", "rfq_edition"}:
        assert made[name] == sent[name], name
    assert made["bundles"] == [{**sent["bundles"][0], "percent": None}]
    first, second = made["lines"]
    for name in set(sent["lines"][0]):
        assert first[name] == sent["lines"][0][name], name
    assert (first["unit_price"], first["min_quantity"], first["stated"]) == ("9.5", "50", None)
    assert (second["tiers"], second["setup_cost"], second["origin_country"]) == ([], None, "")
    assert (made["total"], made["tax_basis"], made["stated_freight"]) == ("1650", "without_tax", None)


def test_what_was_stated_with_tax_is_told_beside_what_is_stored(sales: Caller, content: RfqContent) -> None:
    answer = sales.post(f"/rfqs/{content.rfq.id}/quotes", {**full(content), "tax_basis": "with_tax"})
    line = answer.json()["lines"][0]
    assert (line["unit_price"], line["setup_cost"]) == ("8.40708", "176.9912")
    assert (line["stated"]["unit_price"], line["stated"]["setup_cost"]) == ("9.5", "200")
    assert (line["stated"]["min_quantity"], line["stated"]["tiers"][1]["unit_price"]) == (None, "9")
    assert (answer.json()["freight"], answer.json()["stated_freight"]) == ("70.7965", "80")


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"tax_basis": "net"}, "/tax_basis"),
        ({"bundles": [{"kind": "together"}] * 51}, "/bundles"),
        ({"early_pay_days": None}, "/early_pay_days"),
        ({"incoterm": "dap"}, "/incoterm"),
        ({"instalments": [{"percent": "50", "event": "order"}]}, "/instalments"),
    ],
)
def test_wrong_terms_are_refused_by_field(
    sales: Caller, content: RfqContent, changes: dict[str, object], pointer: str
) -> None:
    answer = sales.post(f"/rfqs/{content.rfq.id}/quotes", {**full(content), **changes})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert sales.get(f"/rfqs/{content.rfq.id}/quotes").json()["items"] == []


def test_a_quotation_is_extended_once_after_the_close(
    runtime: Runtime, market: Market, sales: Caller, content: RfqContent
) -> None:
    soon = (datetime.now(UTC) + timedelta(days=9)).date().isoformat()
    made = sales.post(f"/rfqs/{content.rfq.id}/quotes", {**quote_body(content), "valid_until": soon}).json()
    close(runtime, market, content.rfq.id)
    until = (datetime.now(UTC) + timedelta(days=200)).date().isoformat()
    path, body = f"/quotes/{made['id']}/extend", {"valid_until": until}
    blind = sales.post(path, body)
    assert (blind.status_code, blind.json()["code"]) == (428, "version-required")
    first = sales.post(path, body, key="extension-1", version=made["version"])
    assert first.status_code == 200, first.text
    assert (first.json()["valid_until"], first.json()["revision"]) == (until, 2)
    assert first.json()["receipts"][0]["received_at"] > first.json()["received_at"]
    again = sales.post(path, body, key="extension-1", version=made["version"])
    assert (again.status_code, again.text) == (200, first.text)
    stale = sales.post(path, body, version=made["version"])
    assert stale.status_code == 412
    sooner = sales.post(path, {"valid_until": "2026-01-01"}, version=first.json()["version"])
    assert (sooner.status_code, sooner.json()["errors"][0]["pointer"]) == (422, "/valid_until")
