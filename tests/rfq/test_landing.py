"""Landed cost: what the buyer assumes, the comparison on either basis, and each figure's derivation."""

from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from openpyxl import load_workbook

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, NotFound, StaleVersion
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.commands.landing import SetCosting
from b2b_market.rfq.commands.quotes import Instalment, QuoteTerms
from b2b_market.rfq.commands.requests import ReadRfq, Terms
from b2b_market.rfq.service import landing, quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.landing import CostingContent
from b2b_market.rfq.states import PayEvent
from b2b_market.sourcing.public import AssumptionsUnusable, CostMeasure, CostRule, Leg
from tests.rfq.forms import filled, followed, page, send, summary, text_of, tree, words
from tests.rfq.sheets import pages_of
from tests.support.people import make_person, sign_in
from tests.support.rfqs import CNY, Market, close, draft_command, make_market, publish, quote_command
from tests.support.works import work_for

NEEDED = (Leg.LOADING, Leg.EXPORT_CLEARANCE, Leg.ORIGIN_CARRIAGE, Leg.BOARDING, Leg.ARRIVAL_HANDLING)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    seed_rates(runtime)
    return make_market(runtime, 2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    """A closed request: the first supplier is cheaper under EXW, the second delivers and is paid late."""
    wanted = replace(draft_command(market.suppliers, 2), terms=Terms(incoterm="EXW", incoterm_place="Ningbo"))
    made = publish(runtime, market, wanted)
    late = (Instalment(Decimal(30), PayEvent.ORDER), Instalment(Decimal(70), PayEvent.INVOICE, 60))
    delivered = QuoteTerms(incoterm="DAP", incoterm_place="Suzhou", instalments=late)
    for sales, prices, terms in zip(
        market.sales, (("100", "10"), ("103", "11")), (QuoteTerms(), delivered), strict=True
    ):
        with work_for(runtime, sales) as work:
            quoting.submit_quote(work, sales, replace(quote_command(made, prices), terms=terms))
    close(runtime, market, made.rfq.id)
    return made


def amount(leg: Leg, value: str, day: int = 0, **scope: UUID) -> CostRule:
    return CostRule(
        leg=leg,
        measure=CostMeasure.PER_UNIT,
        value=Decimal(value),
        currency=CNY,
        day=day,
        source="Forwarder",
        **scope,
    )


def costs() -> tuple[CostRule, ...]:
    """All that is paid under EXW for goods that stay in the country."""
    share = CostRule(leg=Leg.FREIGHT, measure=CostMeasure.PERCENT, value=Decimal(4), day=15, source="Last year")
    rest = (amount(Leg.LOADING, "1", 15), amount(Leg.INLAND, "1.5", 30), amount(Leg.UNLOADING, "0"))
    return (share, *rest, amount(Leg.INSURANCE, "0"))


def state(runtime: Runtime, market: Market, rfq_id: UUID, **changed: Any) -> CostingContent:
    command = SetCosting(rfq_id=rfq_id, expected_version=None, annual_percent=Decimal(8), domestic=True, costs=costs())
    with work_for(runtime, market.purchaser) as work:
        return landing.set_costing(work, market.purchaser, replace(command, **changed))


class TestService:
    def test_the_dearer_price_is_the_cheaper_at_the_door(
        self, runtime: Runtime, market: Market, content: RfqContent
    ) -> None:
        state(runtime, market, content.rfq.id)
        with work_for(runtime, market.purchaser) as work:
            landed = landing.compare_landed(work, market.purchaser, ReadRfq(content.rfq.id))
        raw = landed.compared.comparison
        assert [cell.best for cell in raw.rows[0].cells if cell] == [True, False]
        assert [cell.best for cell in landed.comparison.rows[0].cells if cell] == [False, True]
        cost = landed.landing.cost(content.lines[0].id, market.suppliers[1])
        assert cost is not None
        days = [one.value for one in cost.present.inputs[0].inputs[1].inputs]
        assert days == [Decimal("0.08"), -14]  # 30 % with the order, 14 days before the delivery

    def test_versions_scopes_and_rights(self, runtime: Runtime, market: Market, content: RfqContent) -> None:
        first = state(runtime, market, content.rfq.id)
        assert first.version == 1
        with pytest.raises(StaleVersion):
            state(runtime, market, content.rfq.id, expected_version=7)
        own = amount(Leg.FREIGHT, "2", supplier_id=market.suppliers[0], line_id=content.lines[1].id)
        second = state(runtime, market, content.rfq.id, expected_version=1, costs=(*costs(), own))
        assert (second.version, len(second.costs)) == (2, 6)
        for stranger in (amount(Leg.DUTY, "1"), amount(Leg.FREIGHT, "1", supplier_id=market.buyer_id)):
            with pytest.raises(AssumptionsUnusable):
                state(runtime, market, content.rfq.id, expected_version=2, costs=(stranger,))
        with work_for(runtime, market.approver) as work, pytest.raises(Forbidden):
            landing.set_costing(work, market.approver, SetCosting(rfq_id=content.rfq.id, expected_version=2))
        for supplier in market.sales:
            with work_for(runtime, supplier) as work, pytest.raises((Forbidden, NotFound)):
                landing.read_costing(work, supplier, ReadRfq(content.rfq.id))
        with work_for(runtime, market.purchaser) as work:
            assert landing.read_costing(work, market.purchaser, ReadRfq(content.rfq.id)).version == 2


class TestApi:
    def test_costs_matrix_and_derivation(self, market: Market, content: RfqContent, client: TestClient) -> None:
        purchaser = sign_in(client, market.purchaser)
        url = f"/api/v1/rfqs/{content.rfq.id}"
        assert purchaser.get(f"{url}/costing").json()["version"] == 0
        body = {
            "annual_percent": "8",
            "domestic": True,
            "costs": [
                {"leg": leg, "measure": "per_unit", "value": value, "currency": "CNY", "source": "Forwarder"}
                for leg, value in (("loading", "1"), ("freight", "4"), ("inland", "1.5"), ("unloading", "0"))
            ],
        }
        headers = {"origin": "http://testserver"}
        answer = purchaser.put(f"{url}/costing", json=body, headers=headers)
        assert answer.status_code == 200, answer.text
        assert purchaser.put(f"{url}/costing", json=body, headers=headers).status_code == 428
        landed = purchaser.get(f"{url}/landed").json()
        first, second = landed["columns"]
        assert (first["unpriced"], first["rank"]) == (["insurance"], None)
        assert (second["unpriced"], second["rank"], second["covered"]) == ([], 1, 2)
        assert landed["rows"][0]["cells"][0]["flags"] == ["cost_incomplete"]
        line, quote = landed["rows"][0]["line_id"], landed["rows"][0]["cells"][1]["quote_id"]
        explained = purchaser.get(f"{url}/landed/{line}/{quote}").json()
        assert explained["present"]["value"] == landed["rows"][0]["cells"][1]["landed"]
        assert explained["present"]["inputs"][0]["inputs"][1]["formula"] == "1 ÷ (1 + rate) ^ (days ÷ 365)"
        assert purchaser.get(f"{url}/landed/{line}/{line}").status_code == 404


class TestPages:
    def test_the_buyer_states_costs_and_reads_a_derivation(
        self, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        purchaser, place = sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"
        missing = page(purchaser, f"{place}/comparison?basis=landed")
        assert "Supplier 1: Loading at the seller, Export clearance" in text_of(missing)
        data = filled(page(purchaser, f"{place}/costs"), "costs-form")
        data |= {"annual_percent": "8", "domestic": "1"}
        for number, rule in enumerate(costs()):
            data |= {
                f"costs-{number}-leg": rule.leg.value,
                f"costs-{number}-measure": rule.measure.value,
                f"costs-{number}-value": str(rule.value),
                f"costs-{number}-currency": "CNY",
                f"costs-{number}-day": str(rule.day),
                f"costs-{number}-source": "Forwarder",
            }
        wrong = send(purchaser, f"{place}/costs", data | {"costs-1-source": "", "costs-2-line": "9"})
        assert wrong.status_code == 422
        said = summary(wrong.text)
        assert any("Fill this in." in line for line in said)
        assert any("The request has no line 9." in line for line in said)
        twice = send(purchaser, f"{place}/costs", data | {"costs-1-leg": "freight"})
        assert any("Another row says" in line for line in summary(twice.text))
        html = followed(purchaser, send(purchaser, f"{place}/costs", data))
        best = tree(html).xpath("//td[contains(@class, 'best')]/@data-supplier")
        assert best == ["Supplier 2", "Supplier 2"]
        assert "Landed, present value" in text_of(html)
        href = tree(html).xpath("//table[@id='matrix']//td[@data-supplier='Supplier 1']//a/@href")[0]
        derived = page(purchaser, href)
        figures = [words(one) for one in tree(derived).xpath("//span[@class='figure-name']")]
        assert {"Quoted price", "Main carriage", "Discount factor", "Carriage to the buyer"} <= set(figures)
        assert "Forwarder" in text_of(derived)

    def test_an_award_from_the_landed_basis_is_made_at_quoted_prices(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        state(runtime, market, content.rfq.id)
        purchaser, place = sign_in(client, market.purchaser), f"/rfqs/{content.rfq.id}"
        data = filled(page(purchaser, f"{place}/comparison?basis=landed"), "award-form")
        html = followed(purchaser, send(purchaser, f"{place}/award", data))
        assert "CNY 11,400.00" in text_of(html).replace("\u00a0", " ")
        assert page(purchaser, f"{place}/costs").count("Save the costs") == 0

    def test_both_files_carry_the_landed_basis(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        state(runtime, market, content.rfq.id)
        purchaser, url = sign_in(client, market.purchaser), f"/api/v1/rfqs/{content.rfq.id}"
        told = purchaser.get(f"{url}/landed").json()
        book = load_workbook(BytesIO(purchaser.get(f"{url}/comparison/xlsx?language=en").content), data_only=True)
        sheet = book["Landed cost"]
        for at, column in enumerate(told["columns"]):
            landed = [sheet.cell(4 + row, 4 + at * 5 + 3).value for row in range(2)]
            assert landed == [float(row["cells"][at]["landed"]) for row in told["rows"]]
            assert sheet.cell(6, 4 + at * 5 + 4).value == float(column["landed_total"])
        formulas = load_workbook(BytesIO(purchaser.get(f"{url}/comparison/xlsx?language=en").content))["Landed cost"]
        assert formulas.cell(4, 4 + 3).value == "=D4*E4+F4"
        assert [row[0] for row in book["Costs assumed"].values][:3] == [
            "Cost",
            "Cost of capital per year",
            "Main carriage",
        ]
        printed = " ".join(pages_of(purchaser.get(f"{url}/comparison/pdf?language=en").content))
        assert "Landed cost, present value per unit" in printed
        assert "Last year" in printed

    def test_it_speaks_chinese(self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient) -> None:
        state(runtime, market, content.rfq.id)
        reader = sign_in(client, make_person(runtime, market.buyer_id, Role.BUYER_EVALUATOR, locale="zh-CN"))
        assert "到岸成本" in text_of(page(reader, f"/rfqs/{content.rfq.id}/comparison?basis=landed"))
        assert "途中费用" in text_of(page(reader, f"/rfqs/{content.rfq.id}/costs"))
