"""Charges as awards keep them, what may be cancelled, and discounts and alternates in the optimiser's problem."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.rfq.rules import charging
from b2b_market.rfq.rules.cancelling import NothingToCancel, require_lines
from b2b_market.rfq.rules.planning import Conditions, problem_of, variant_of
from b2b_market.sourcing.public import (
    Cell,
    Charge,
    ChargeKind,
    Comparison,
    CostLine,
    Discount,
    PlanProblem,
    Quote,
    compare,
)
from tests.sourcing.markets import CNY, TODAY, basis, cny, line_id, need, offer, quote, supplier_id

ONE, TWO = line_id(1), line_id(2)
HERE = supplier_id(1)
SETUP = Charge(ChargeKind.SETUP, HERE, (TWO,), None, cny("80.00"), cny("80.00"))
FREIGHT = Charge(ChargeKind.FREIGHT, HERE, (ONE, TWO), None, cny("33.33"), cny("33.33"))
DISCOUNT = Charge(ChargeKind.DISCOUNT, HERE, (ONE, TWO), Decimal("5.0"), cny("-85.05"), cny("-85.05"))


class TestStored:
    def test_each_stands_with_the_first_line_it_is_for(self) -> None:
        both = [str(ONE), str(TWO)]
        assert charging.written([SETUP, FREIGHT, DISCOUNT]) == {
            TWO: [{"kind": "setup", "line_ids": [str(TWO)], "percent": None, "amount": "80"}],
            ONE: [
                {"kind": "freight", "line_ids": both, "percent": None, "amount": "33.33"},
                {"kind": "discount", "line_ids": both, "percent": "5", "amount": "-85.05"},
            ],
        }

    def test_they_are_read_by_kind(self) -> None:
        stored = charging.written([SETUP, FREIGHT, DISCOUNT])
        assert charging.read_charges([stored[ONE], stored[TWO], []], CNY) == (
            charging.AwardCharge(ChargeKind.SETUP, (TWO,), None, cny("80.00")),
            charging.AwardCharge(ChargeKind.FREIGHT, (ONE, TWO), None, cny("33.33")),
            charging.AwardCharge(ChargeKind.DISCOUNT, (ONE, TWO), Decimal(5), cny("-85.05")),
        )


class TestCancelled:
    def test_the_named_lines_or_all_that_stand(self) -> None:
        assert require_lines([ONE, TWO], [TWO]) == {TWO}
        assert require_lines([ONE, TWO], []) == {ONE, TWO}

    @pytest.mark.parametrize(("standing", "wanted"), [([], []), ([ONE], [TWO]), ([ONE], [ONE, TWO]), ([], [ONE])])
    def test_nothing_that_does_not_stand(self, standing: list[UUID], wanted: list[UUID]) -> None:
        with pytest.raises(NothingToCancel):
            require_lines(standing, wanted)


def cost_of(_cell: Cell, _supplier: UUID) -> CostLine:
    """A door at which every amount has doubled, and each unit costs 3 more."""
    return CostLine(Fraction(2), Fraction(3), ())


def bundled(*discounted: tuple[str, dict[int, int]], alternate: str | None = None) -> Quote:
    """Lines 1 and 2 at 9 and 5; percents off quantities by line, and an alternate to line 1."""
    first = offer(1, "9")
    others = () if alternate is None else (replace(first, variant=1, alternative=True, unit_price=cny(alternate)),)
    discounts = tuple(
        Discount(Decimal(percent), {line_id(line): Decimal(quantity) for line, quantity in asked.items()})
        for percent, asked in discounted
    )
    return replace(quote(1, [first, offer(2, "5")]), alternates=others, discounts=discounts)


def market(own: Quote) -> Comparison:
    return compare([need(1, 100), need(2, 10), need(3, 1)], [own, quote(2, {3: "7"})], basis())


def problem(own: Quote, conditions: Conditions | None = None) -> PlanProblem:
    compared = market(own)
    return problem_of(compared, compared, cost_of, conditions or Conditions(), ())


class TestPlanned:
    def test_a_discount_comes_off_the_prices_as_they_count(self) -> None:
        (found,) = problem(bundled(("10", {1: 100, 2: 10}))).discounts
        # 950 doubled; the 3 for each unit stay
        assert (found.supplier_id, found.amount, found.lines) == (HERE, Fraction(190), frozenset({ONE, TWO}))

    @pytest.mark.parametrize(
        "own",
        [
            bundled(),
            bundled(("10", {1: 100, 3: 1})),
            bundled(("10", {1: 200, 2: 10})),
            # the cheaper alternate takes part in place of the first offer
            bundled(("10", {1: 100, 2: 10}), alternate="8"),
        ],
    )
    def test_one_that_cannot_be_earned_takes_no_part(self, own: Quote) -> None:
        assert problem(own).discounts == ()

    def test_a_dearer_alternate_leaves_the_discount(self) -> None:
        assert len(problem(bundled(("10", {1: 100, 2: 10}), alternate="10")).discounts) == 1

    def test_the_best_of_several_offers_takes_part_and_is_known_again(self) -> None:
        compared = market(bundled(alternate="8"))
        made = problem_of(compared, compared, cost_of, Conditions(freight={HERE: Fraction(40)}), ())
        assert [one.tiers[0].price for one in made.offers if one.supplier_id == HERE] == [19, 13]
        assert [one.onboarding for one in made.suppliers] == [40, 0]
        known = [(ONE, HERE), (TWO, HERE), (line_id(3), HERE), (line_id(9), HERE), (ONE, UUID(int=5))]
        assert [variant_of(compared, *pair) for pair in known] == [1, 0, 0, 0, 0]

    def test_lines_sold_together_take_part_only_where_all_of_them_can(self) -> None:
        pair = Conditions(together={HERE: (frozenset({ONE, TWO}),)})
        bound = problem(bundled(("10", {1: 100, 2: 10})), pair)
        assert [link.lines for link in bound.links] == [frozenset({ONE, TWO})]
        assert {one.minimum for one in bound.offers if one.supplier_id == HERE} == {100, 10}
        own = bundled(("10", {2: 10}))
        gone = replace(own, lines=(replace(own.lines[0], valid_until=TODAY.replace(year=2020)), own.lines[1]))
        broken = problem(gone, pair)
        assert (broken.links, broken.discounts) == ((), ())
        assert [one.supplier_id for one in broken.offers] == [supplier_id(2)]
