"""Alternates and price breaks by plain values: what is refused where, how they are kept, read and held to."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from b2b_market.kernel.money import Money
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.quotes import Alternate, LineTerms, PriceTier
from b2b_market.rfq.commands.requests import QuoteLineInput
from b2b_market.rfq.rules import alternates as rules
from b2b_market.rfq.rules.breaks import MAX_BREAKS, break_errors, unanswered
from b2b_market.rfq.rules.rounds import Held, HeldLine, QuoteGotWorse, require_no_worse
from b2b_market.sourcing.public import QuoteLine
from tests.sourcing.markets import CNY

ZINC = Alternate(alternative=" Zinc ", unit_price=Decimal("8.5"), specification="5 µm", lead_days=30, note="stock")
BRASS = Alternate(
    alternative="Brass", tiers=(PriceTier(Decimal(50), Decimal(12)), PriceTier(Decimal(200), Decimal(11)))
)
OFFERED = Decimal(100)


def quoted(*alternates: Alternate, alternative: str = "", **terms: Any) -> QuoteLineInput:
    return QuoteLineInput(
        line_id=UUID(int=1),
        unit_price=Decimal(9),
        alternative=alternative,
        terms=LineTerms(alternates=alternates, **terms),
    )


def found(errors: Any) -> list[tuple[str, str]]:
    return [(one.pointer, one.code) for one in errors if isinstance(one, FieldError)]


class TestRefused:
    @pytest.mark.parametrize(
        ("line", "errors"),
        [
            (quoted(), []),
            (quoted(ZINC, BRASS, alternative="Tin"), []),
            (quoted(replace(ZINC, alternative=" ")), [("/l/alternates/0/alternative", "required")]),
            (quoted(replace(ZINC, unit_price=None)), [("/l/alternates/0/unit_price", "amount")]),
            (quoted(replace(ZINC, unit_price=Decimal(0))), [("/l/alternates/0/unit_price", "amount")]),
            (quoted(replace(ZINC, unit_price=Decimal("0.1234567"))), [("/l/alternates/0/unit_price", "amount")]),
            (quoted(ZINC, replace(ZINC, alternative="Tin", lead_days=-1)), [("/l/alternates/1/lead_days", "range")]),
            (quoted(replace(ZINC, lead_days=3651)), [("/l/alternates/0/lead_days", "range")]),
            (quoted(replace(ZINC, lead_days=None)), []),
            (quoted(replace(ZINC, setup_cost=Decimal(0))), []),
            (quoted(replace(ZINC, setup_cost=Decimal(-1))), [("/l/alternates/0/setup_cost", "amount")]),
            (quoted(replace(ZINC, setup_cost=Decimal("0.00001"))), [("/l/alternates/0/setup_cost", "amount")]),
            (quoted(replace(BRASS, tiers=BRASS.tiers[::-1])), [("/l/alternates/0/tiers", "order")]),
            (quoted(ZINC, replace(BRASS, alternative="ZINC")), [("/l/alternates/1/alternative", "twice")]),
            (quoted(ZINC, alternative="zinc"), [("/l/alternates/0/alternative", "twice")]),
            (
                quoted(*(replace(ZINC, alternative=f"alloy {number}") for number in range(10))),
                [("/l/alternates", "too-many")],
            ),
        ],
    )
    def test_at_its_field(self, line: QuoteLineInput, errors: list[tuple[str, str]]) -> None:
        assert found(rules.alternate_errors(line, "/l", OFFERED)) == errors


class TestKept:
    def kept(self, *alternates: Alternate, tax: Decimal | None = None, **terms: Any) -> list[dict[str, object]]:
        return rules.settled_alternates(quoted(*alternates, **terms), OFFERED, "C62", tax)

    def test_numbered_in_their_order_with_prices_of_the_offered_quantity(self) -> None:
        first, second = self.kept(ZINC, BRASS)
        assert first == {
            "variant": 1,
            "alternative": "Zinc",
            "specification": "5 µm",
            "unit_price": "8.5",
            "tiers": [],
            "min_quantity": None,
            "lead_days": 30,
            "note": "stock",
            "stated": None,
        }
        assert (second["variant"], second["unit_price"], second["min_quantity"]) == (2, "12", "50")

    def test_without_tax_and_written_again_with_it(self) -> None:
        taxed = (
            replace(ZINC, alternative="Zinc", unit_price=Decimal("11.3")),
            replace(BRASS, tiers=(PriceTier(Decimal(50), Decimal("22.6")),)),
        )
        stored = self.kept(*taxed, tax=Decimal(13))
        assert [one["unit_price"] for one in stored] == ["10", "20"]
        assert stored[0]["stated"] == {"unit_price": "11.3"}
        assert rules.as_written(stored) == taxed

    def test_a_set_up_cost_of_its_own_is_kept_beside_that_of_the_line(self) -> None:
        own = (replace(ZINC, alternative="Zinc", setup_cost=Decimal(113)), BRASS)
        stored = self.kept(*own, tax=Decimal(13), setup_cost=Decimal("11.3"))
        assert [rules.own_setup(one) for one in stored] == [Decimal(100), None]
        assert stored[0]["stated"] == {"unit_price": "8.5", "setup_cost": "113"}
        assert "setup_cost" not in (stored[1]["stated"] or {})  # type: ignore[operator]  # stored JSON
        assert rules.as_written(stored) == own
        (free,) = self.kept(replace(ZINC, setup_cost=Decimal(0)), setup_cost=Decimal(80))
        assert rules.as_written([free])[0].setup_cost == 0

    def test_written_again_as_they_came(self) -> None:
        assert rules.as_written(self.kept(ZINC, BRASS)) == (replace(ZINC, alternative="Zinc"), BRASS)


class TestCompared:
    def first(self, left: str = "100") -> QuoteLine:
        return QuoteLine(
            offer_id=UUID(int=7),
            line_id=UUID(int=1),
            unit_price=Money(Decimal(9), CNY),
            offered=Quantity(Decimal(left), unit("C62")),
            setup=Money(Decimal(80), CNY),
            multiple=Decimal(10),
        )

    def offers(self, left: str = "100", asked: tuple[Decimal, ...] = ()) -> list[QuoteLine]:
        stored = rules.settled_alternates(quoted(ZINC, BRASS), OFFERED, "C62", None)
        return list(rules.as_offers(self.first(left), stored, asked))

    def test_beside_the_first_offer_with_the_set_up_and_quantities_of_its_line(self) -> None:
        zinc, brass = self.offers()
        assert (zinc.variant, zinc.unit_price.amount, zinc.minimum, zinc.lead_days) == (1, Decimal("8.5"), None, 30)
        assert (zinc.alternative, zinc.note) == (True, "Zinc · 5 µm · stock")
        assert (brass.variant, brass.unit_price.amount, brass.note) == (2, Decimal(12), "Brass")
        assert brass.minimum == Quantity(Decimal(50), unit("C62"))
        for one in (zinc, brass):
            assert (one.setup, one.multiple, one.offered) == (
                Money(Decimal(80), CNY),
                Decimal(10),
                self.first().offered,
            )

    def test_its_own_set_up_is_charged_until_an_award_of_it_has_paid_it(self) -> None:
        own = (replace(ZINC, setup_cost=Decimal(30)), replace(BRASS, setup_cost=Decimal(0)))
        stored = rules.settled_alternates(quoted(*own), OFFERED, "C62", None)

        def setups(*begun: int) -> list[Money | None]:
            return [one.setup for one in rules.as_offers(self.first(), stored, (), begun)]

        assert setups() == setups(0) == [Money(Decimal(30), CNY), None]
        assert setups(1) == [None, None]

    @pytest.mark.parametrize(
        ("begun", "paid"), [((), False), ((0,), True), ((1,), False), ((2,), True), ((1, 2), True)]
    )
    def test_the_lines_set_up_is_paid_by_whatever_bears_it(self, begun: tuple[int, ...], *, paid: bool) -> None:
        stored = rules.settled_alternates(quoted(replace(ZINC, setup_cost=Decimal(30)), BRASS), OFFERED, "C62", None)
        assert rules.pays_line_setup(begun, stored) is paid

    def test_tiers_are_read_at_what_is_left_and_breaks_held_against_them(self) -> None:
        asked = (Decimal(50), Decimal(500))
        zinc, brass = self.offers("250", asked)
        assert (zinc.unit_price.amount, zinc.unanswered) == (Decimal("8.5"), asked)
        assert (brass.unit_price.amount, brass.unanswered) == (Decimal(11), (Decimal(500),))


class TestBreaks:
    @pytest.mark.parametrize(
        ("breaks", "errors"),
        [
            ((), []),
            ((100, 500), []),
            (tuple(range(1, MAX_BREAKS + 2)), [("/b", "too-many")]),
            ((0,), [("/b", "range")]),
            (("0.0000001",), [("/b", "range")]),
            (("1e13",), [("/b", "range")]),
            ((500, 100), [("/b", "order")]),
            ((100, 100), [("/b", "order")]),
        ],
    )
    def test_they_rise_and_can_be_ordered(self, breaks: tuple[Any, ...], errors: list[tuple[str, str]]) -> None:
        assert found(break_errors([Decimal(one) for one in breaks], "/b")) == errors

    def test_those_without_a_tier_are_open(self) -> None:
        asked = (Decimal(100), Decimal(500))
        assert unanswered(asked, {Decimal(100)}) == (Decimal(500),)
        assert unanswered(asked, ()) == asked


class TestFurtherRounds:
    ALTERNATE = HeldLine(unit_price=Decimal(8), quantity=Decimal(100), lead_days=30)

    def held(self, alternates: dict[str, HeldLine], **answers: str) -> Held:
        line = HeldLine(unit_price=Decimal(9), quantity=Decimal(100), alternates=alternates)
        return Held(currency="CNY", valid_until=date(2027, 1, 31), lines={UUID(int=1): line}, answers=answers)

    def test_the_same_better_and_more_pass(self) -> None:
        before = self.held({"zinc": self.ALTERNATE}, own="yes")
        require_no_worse(before, before)
        better = {"zinc": replace(self.ALTERNATE, unit_price=Decimal(7)), "tin": self.ALTERNATE}
        require_no_worse(before, self.held(better, own="yes", other="no"))

    @pytest.mark.parametrize(
        "after",
        [{}, {"zinc": replace(ALTERNATE, unit_price=Decimal(9))}, {"zinc": replace(ALTERNATE, lead_days=31)}],
    )
    def test_an_alternate_is_neither_dropped_nor_worsened(self, after: dict[str, HeldLine]) -> None:
        with pytest.raises(QuoteGotWorse) as refused:
            require_no_worse(self.held({"zinc": self.ALTERNATE}), self.held(after))
        assert found(refused.value.errors) == [("/lines/0/alternates", "worse")]

    def test_scored_answers_stay(self) -> None:
        with pytest.raises(QuoteGotWorse) as refused:
            require_no_worse(self.held({}, own="yes"), self.held({}, own="no"))
        assert found(refused.value.errors) == [("/answers", "changed")]
