"""Which costs of the way count for an offer, how those of a whole quotation are borne, and what a set-up cost does."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.kernel.money import Money
from b2b_market.sourcing.public import (
    Assumptions,
    AssumptionsUnusable,
    Basis,
    CostMeasure,
    CostRule,
    Delivery,
    Duty,
    Leg,
    LegCost,
    PartOfPrice,
    Quote,
    SpreadCost,
    Way,
    land_quotes,
    landed_cost,
    require_assumptions,
)
from b2b_market.sourcing.rules.assuming import way_of
from tests.sourcing.markets import CNY, EUR, EUR_CNY, JPY_CNY, cny, line_id, need, offer
from tests.sourcing.ways import priced, valuation

US, THEM = UUID(int=101), UUID(int=102)
HERE, THERE = line_id(1), line_id(2)


def rule(leg: Leg, value: str, measure: CostMeasure = CostMeasure.PER_UNIT, **scope: UUID) -> CostRule:
    currency = None if measure is CostMeasure.PERCENT else CNY
    made = CostRule(leg=leg, measure=measure, value=Decimal(value), currency=currency, source="Forwarder")
    return replace(made, supplier_id=scope.get("supplier_id"), line_id=scope.get("line_id"))


def assumed(*rules: CostRule, domestic: bool = False) -> Assumptions:
    return Assumptions(rate_source="Treasury", rules=rules, domestic=domestic)


def way(assumptions: Assumptions, over: str = "1000", freight: Money | None = None) -> Way:
    return way_of(assumptions, US, HERE, cny(over), freight)


class TestWhichCosts:
    def test_sound_assumptions_pass(self) -> None:
        require_assumptions(assumed(rule(Leg.FREIGHT, "4"), rule(Leg.FREIGHT, "5", supplier_id=US)))
        require_assumptions(replace(assumed(), annual_rate=Decimal(1), import_vat=Decimal(0)))

    def test_rates_of_the_whole_are_parts_of_one(self) -> None:
        with pytest.raises(AssumptionsUnusable) as refused:
            require_assumptions(replace(assumed(), annual_rate=Decimal("-0.01"), import_vat=Decimal("1.01")))
        assert [error.pointer for error in refused.value.errors] == ["/annual_rate", "/import_vat"]

    def test_the_closest_rule_counts_and_that_of_others_does_not(self) -> None:
        rules = [
            rule(Leg.FREIGHT, "1", supplier_id=US, line_id=HERE),
            rule(Leg.FREIGHT, "2", supplier_id=US),
            rule(Leg.FREIGHT, "3", line_id=HERE),
            rule(Leg.FREIGHT, "4"),
        ]
        others = [rule(Leg.FREIGHT, "8", supplier_id=THEM), rule(Leg.FREIGHT, "9", line_id=THERE)]
        for closest in range(4):
            found = way(assumed(*others, *rules[closest:])).legs
            assert found == {Leg.FREIGHT: LegCost(cny(str(closest + 1)), 0, "Forwarder")}
        assert way(assumed(*others)).legs == {}

    def test_within_a_country_nothing_is_paid_at_a_border_unless_it_is_stated(self) -> None:
        plain = way(assumed(domestic=True))
        assert plain.duty is not None
        assert plain.duty.rate == 0
        assert {cost.amount for cost in plain.legs.values() if isinstance(cost, LegCost)} == {cny("0")}
        assert {Leg.EXPORT_CLEARANCE, Leg.IMPORT_CLEARANCE} <= plain.legs.keys()
        stated = rule(Leg.IMPORT_CLEARANCE, "7"), rule(Leg.DUTY, "5", CostMeasure.PERCENT)
        found = way(assumed(*stated, domestic=True))
        assert found.legs[Leg.IMPORT_CLEARANCE] == LegCost(cny("7"), 0, "Forwarder")
        assert found.duty == Duty(Decimal("0.05"), 0, "Forwarder")

    def test_percents_and_amounts_of_a_whole_quotation_are_borne_by_value(self) -> None:
        risk, inspection = rule(Leg.RISK, "2", CostMeasure.PERCENT), rule(Leg.INSPECTION, "50", CostMeasure.PER_QUOTE)
        assert way(assumed(risk, inspection)).legs == {
            Leg.INSPECTION: SpreadCost(cny("50"), cny("1000"), 0, "Forwarder"),
            Leg.RISK: PartOfPrice(Decimal("0.02"), 0, "Forwarder"),
        }

    def test_costs_of_a_whole_quotation_are_not_spread_over_nothing(self) -> None:
        inspection = rule(Leg.INSPECTION, "50", CostMeasure.PER_QUOTE)
        assert way(assumed(inspection), over="0", freight=cny("9")).legs == {}

    def test_freight_that_is_charged_stands_before_the_assumption(self) -> None:
        found = way(assumed(rule(Leg.FREIGHT, "4")), freight=cny("90")).legs[Leg.FREIGHT]
        assert isinstance(found, SpreadCost)
        assert (found.total, found.over) == (cny("90"), cny("1000"))


class TestFigures:
    def test_a_part_of_the_price_and_a_spread_cost_are_worked_out_from_it(self) -> None:
        costs = Way(
            legs={
                Leg.RISK: PartOfPrice(Decimal("0.02"), 0, "Buyer"),
                Leg.INSPECTION: SpreadCost(cny("50"), cny("1000"), 0, "Buyer"),
            }
        )
        found = landed_cost(priced("100", "DDP"), costs, valuation("0"))
        by_leg = {figure.key: figure.value for figure in found.nominal.inputs}
        assert by_leg[Leg.RISK] == 2
        assert by_leg[Leg.INSPECTION] == 5
        assert found.present.value == 107

    def test_a_unit_bears_its_part_of_a_set_up_cost(self) -> None:
        price = replace(priced("100", "DDP"), setup=cny("70"), quantity=Decimal(30))
        assert landed_cost(price, Way(), valuation("0")).present.value == 100 + Fraction(70, 30)


class TestQuotations:
    NEEDS = (need(1, 10), need(2, 10))
    BASIS = Basis(
        currency=CNY, judged_on=date(2026, 11, 22), delivery_start=date(2026, 11, 22), rates=(JPY_CNY, EUR_CNY)
    )

    def landed(self, assumptions: Assumptions, incoterm: str = "DAP", setup: str = "0") -> list[Decimal]:
        first = replace(offer(1, "100", EUR), setup=Money(Decimal(setup), EUR))
        quote = Quote(
            supplier_id=US,
            supplier="S",
            currency=EUR,
            submitted_at=datetime(2026, 11, 20, tzinfo=UTC),
            lines=(first, offer(2, "200", EUR)),
        )
        delivery = Delivery(incoterm=incoterm, place="Suzhou" if incoterm else "", source="quotation")
        found = land_quotes(self.NEEDS, [quote], {US: delivery}, assumptions, self.BASIS).quotes[0]
        assert found.currency == CNY
        assert all(line.unit_price.currency == CNY and line.setup is None for line in found.lines)
        return [line.unit_price.amount for line in found.lines]

    def test_prices_without_a_delivery_term_are_only_converted(self) -> None:
        assert self.landed(assumed(), incoterm="") == [Decimal("781.23"), Decimal("1562.46")]

    def test_all_lines_bear_what_counts_for_all_of_them(self) -> None:
        costs = assumed(rule(Leg.UNLOADING, "1"), domestic=True)
        assert self.landed(costs) == [Decimal("782.23"), Decimal("1563.46")]

    def test_a_line_with_costs_of_its_own_bears_those(self) -> None:
        costs = assumed(rule(Leg.UNLOADING, "1"), rule(Leg.UNLOADING, "3", line_id=THERE), domestic=True)
        assert self.landed(costs) == [Decimal("782.23"), Decimal("1565.46")]

    def test_a_set_up_cost_is_in_the_price_of_the_needed_quantity(self) -> None:
        assert self.landed(assumed(), incoterm="", setup="50") == [Decimal("820.2915"), Decimal("1562.46")]
