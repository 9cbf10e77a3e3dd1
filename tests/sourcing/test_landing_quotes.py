"""Landing quotations: the golden case by assumptions, what is refused, and a comparison that turns around."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.sourcing.public import (
    Assumptions,
    AssumptionsUnusable,
    Basis,
    CostMeasure,
    CostRule,
    Delivery,
    Flag,
    Leg,
    Need,
    Part,
    Quote,
    QuoteLine,
    compare,
    land_quotes,
    require_assumptions,
    shown_value,
    way_of,
)
from tests.sourcing.markets import CNY

EXW, DAP, LINE = UUID(int=1), UUID(int=2), UUID(int=9)
BASIS = Basis(currency=CNY, judged_on=date(2026, 11, 22), delivery_start=date(2026, 11, 22))
NEED = Need(line_id=LINE, number=1, item="pump", specification="", quantity=Quantity(Decimal(10), unit("H87")))


def rule(leg: Leg, value: str, day: int = 0, measure: CostMeasure = CostMeasure.PER_UNIT) -> CostRule:
    currency = None if measure is CostMeasure.PERCENT else CNY
    return CostRule(leg=leg, measure=measure, value=Decimal(value), day=day, currency=currency, source="forwarder")


GOLDEN = Assumptions(
    annual_rate=Decimal("0.08"),
    rate_source="treasury",
    rules=(
        rule(Leg.LOADING, "0", 15),
        rule(Leg.EXPORT_CLEARANCE, "1", 15),
        rule(Leg.ORIGIN_CARRIAGE, "0", 15),
        rule(Leg.BOARDING, "0", 15),
        rule(Leg.FREIGHT, "4", 15),
        rule(Leg.INSURANCE, "0.3", 15, CostMeasure.PERCENT),
        rule(Leg.ARRIVAL_HANDLING, "0", 15),
        rule(Leg.IMPORT_CLEARANCE, "0", 15),
        rule(Leg.DUTY, "5", 30, CostMeasure.PERCENT),
        rule(Leg.INLAND, "1.5", 30),
        rule(Leg.UNLOADING, "0", 15),
    ),
)
TERMS = {
    EXW: Delivery(incoterm="EXW", place="Ningbo", source="quotation"),
    DAP: Delivery(incoterm="DAP", place="Suzhou", source="quotation", parts=(Part(Decimal(1), 60),)),
}


def quote(supplier_id: UUID, price: str) -> Quote:
    line = QuoteLine(offer_id=supplier_id, line_id=LINE, unit_price=Money(Decimal(price), CNY))
    received = datetime(2026, 11, 20, tzinfo=UTC)
    return Quote(supplier_id=supplier_id, supplier="S", currency=CNY, submitted_at=received, lines=(line,))


def test_the_golden_case_by_assumptions() -> None:
    landing = land_quotes([NEED], [quote(EXW, "100")], TERMS, GOLDEN, BASIS)
    cost = landing.cost(LINE, EXW)
    assert cost is not None
    assert cost.customs_value is not None
    assert shown_value(cost.customs_value, 4) == Decimal("105.3476")
    assert shown_value(cost.present, 4) == Decimal("112.0555")
    assert cost.complete
    assert landing.quotes[0].lines[0].unit_price.amount.quantize(Decimal("0.0001")) == Decimal("112.0555")


def test_the_dearer_headline_wins_on_its_landed_cost() -> None:
    quotes = [quote(EXW, "100"), quote(DAP, "103")]
    raw = compare([NEED], quotes, BASIS)
    landed = compare([NEED], land_quotes([NEED], quotes, TERMS, GOLDEN, BASIS).quotes, BASIS)
    assert [cell.best for cell in raw.rows[0].cells if cell] == [True, False]
    assert [cell.best for cell in landed.rows[0].cells if cell] == [False, True]
    assert [column.place.rank for column in landed.columns if column.place] == [2, 1]


def test_only_offers_with_a_delivery_term_have_a_cost_to_derive() -> None:
    nobody_knows = {EXW: Delivery(incoterm="", place="", source="quotation"), DAP: TERMS[DAP]}
    landing = land_quotes([NEED], [quote(EXW, "100"), quote(DAP, "100")], nobody_knows, GOLDEN, BASIS)
    assert landing.termless == {EXW}
    assert landing.cost(LINE, DAP) is not None
    assert landing.cost(LINE, EXW) is None
    assert landing.cost(UUID(int=8), DAP) is None, "nobody quoted that line"


def test_a_cost_that_nobody_stated_keeps_the_offer_out_of_ranks() -> None:
    without = replace(GOLDEN, rules=tuple(one for one in GOLDEN.rules if one.leg is not Leg.FREIGHT))
    landing = land_quotes([NEED], [quote(EXW, "100"), quote(DAP, "103")], TERMS, without, BASIS)
    assert landing.unpriced == {EXW: (Leg.FREIGHT,)}
    compared = compare([NEED], landing.quotes, BASIS)
    first, second = compared.rows[0].cells
    assert first is not None
    assert second is not None
    assert (Flag.COST_INCOMPLETE in first.flags, first.awardable, second.best) == (True, False, True)
    assert compared.columns[0].place is None


def test_freight_charged_beside_the_prices_stands_before_the_assumption() -> None:
    charged = replace(TERMS[DAP], freight=Money(Decimal(50), CNY))
    landing = land_quotes([NEED], [quote(DAP, "103")], {DAP: charged}, replace(GOLDEN, annual_rate=Decimal(0)), BASIS)
    cost = landing.cost(LINE, DAP)
    assert cost is not None
    freight = next(one for one in cost.nominal.inputs if one.key == Leg.FREIGHT)
    assert freight.value == 5


@pytest.mark.parametrize(
    ("broken", "pointer", "code"),
    [
        ({"value": Decimal(-1)}, "/costs/0/value", "negative"),
        ({"currency": None}, "/costs/0/currency", "missing"),
        ({"measure": CostMeasure.PERCENT}, "/costs/0/currency", "not-an-amount"),
        ({"leg": Leg.DUTY}, "/costs/0/measure", "not-for-duty"),
        ({"source": " "}, "/costs/0/source", "missing"),
        ({"day": 9999}, "/costs/0/day", "out-of-range"),
        ({"measure": CostMeasure.PERCENT, "currency": None, "value": Decimal(1000)}, "/costs/0/value", "too-large"),
    ],
)
def test_broken_assumptions_are_refused_where_they_are(broken: dict[str, object], pointer: str, code: str) -> None:
    wrong = replace(rule(Leg.FREIGHT, "4"), **broken)  # type: ignore[arg-type]  # each case changes another field
    with pytest.raises(AssumptionsUnusable) as refused:
        require_assumptions(replace(GOLDEN, rules=(wrong,)))
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]


def test_two_rows_for_the_same_are_refused() -> None:
    with pytest.raises(AssumptionsUnusable) as refused:
        require_assumptions(replace(GOLDEN, annual_rate=Decimal(2), rules=(*GOLDEN.rules, GOLDEN.rules[0])))
    assert [error.pointer for error in refused.value.errors] == ["/annual_rate", "/costs/11/leg"]


def test_an_amount_without_a_currency_is_an_error_of_the_caller() -> None:
    unsaid = CostRule(leg=Leg.INLAND, measure=CostMeasure.PER_UNIT, value=Decimal(2), source="forwarder")
    with pytest.raises(ValueError, match="an amount has a currency"):
        way_of(Assumptions(rate_source="bank", rules=(unsaid,)), EXW, LINE, Money(Decimal(100), CNY), None)
