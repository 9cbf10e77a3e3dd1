"""What lies between the two sides of a negotiation, and what a counter-offer may name of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.rounds import NO_TERMS, CounterLineInput, CounterTerms
from b2b_market.rfq.rules.bargaining import NoImprovement
from b2b_market.rfq.rules.counter_terms import (
    Position,
    Topic,
    named,
    position,
    require_move,
    require_narrower,
)
from b2b_market.rfq.rules.rounds import Held, HeldLine

BOLTS, NUTS, UNQUOTED = UUID(int=1), UUID(int=2), UUID(int=9)
UNTIL = date(2027, 3, 1)
PRICE: Topic = (BOLTS, "unit_price")
FREIGHT: Topic = (None, "freight")
DETAILED = HeldLine(
    unit_price=Decimal(10),
    quantity=Decimal(100),
    lead_days=14,
    min_quantity=Decimal(20),
    setup_cost=Decimal(60),
    tiers=((Decimal(15), Decimal(12)), (Decimal(50), Decimal(10))),
)
PLAIN = HeldLine(unit_price=Decimal(4), quantity=Decimal(100))
BARE = Held(currency="CNY", valid_until=UNTIL, lines={NUTS: PLAIN})
FULL = Held(
    currency="CNY",
    valid_until=UNTIL,
    lines={BOLTS: DETAILED, NUTS: PLAIN},
    freight=Decimal(80),
    instalments=(("30", "order", 0), ("70", "invoice", 30)),
    early_pay=(Decimal("1.5"), 10),
)


def of(number: str | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def bolts(
    price: str | None = None, lead_days: int | None = None, least: str | None = None, setup: str | None = None
) -> CounterLineInput:
    return CounterLineInput(BOLTS, of(price), lead_days, of(least), of(setup))


def nuts(lead_days: int | None = None, least: str | None = None, setup: str | None = None) -> CounterLineInput:
    return CounterLineInput(NUTS, None, lead_days, of(least), of(setup))


def freight(amount: str) -> CounterTerms:
    return CounterTerms(freight=Decimal(amount))


def early(percent: str | None = None, days: int | None = None) -> CounterTerms:
    return CounterTerms(early_pay_percent=of(percent), early_pay_days=days)


def move(
    *lines: CounterLineInput,
    terms: CounterTerms = NO_TERMS,
    held: Held = FULL,
    asked: Mapping[Topic, Decimal] | None = None,
    given: Mapping[Topic, Decimal] | None = None,
) -> None:
    require_move(lines, terms, position(held, asked or {}, given or {}))


def ends(at: Position, topic: Topic) -> str:
    return f"{at.floor(topic)} to {at.ceiling(topic)}"


def wrong(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str, Mapping[str, object] | None]]:
    return [(error.pointer, error.code, error.facts) for error in refused.value.errors]


class TestWhatIsNamed:
    def test_everything_is_on_one_scale_of_burden_for_the_buyer(self) -> None:
        terms = CounterTerms(
            freight=Decimal(50),
            valid_until=UNTIL,
            early_pay_percent=Decimal(2),
            early_pay_days=10,
            pay_days=(0, 60),
        )
        line = CounterLineInput(BOLTS, Decimal("9.5"), 7, Decimal(5), Decimal(30))
        assert named([line], terms) == {
            (BOLTS, "unit_price"): Decimal("9.5"),
            (BOLTS, "lead_days"): Decimal(7),
            (BOLTS, "min_quantity"): Decimal(5),
            (BOLTS, "setup_cost"): Decimal(30),
            (None, "freight"): Decimal(50),
            (None, "valid_until"): Decimal(-740_041),  # days are numbered from the first of the year 1
            (None, "early_pay_percent"): Decimal(-2),
            (None, "early_pay_days"): Decimal(-10),
            (None, "pay_days/0"): Decimal(0),
            (None, "pay_days/1"): Decimal(-60),
        }

    def test_what_is_left_out_is_not_named_and_zero_is(self) -> None:
        assert named([CounterLineInput(BOLTS), bolts(least="0")], CounterTerms(freight=Decimal(0), pay_days=())) == {
            (BOLTS, "min_quantity"): Decimal(0),
            (None, "freight"): Decimal(0),
        }


class TestPositions:
    def test_a_quotation_that_says_everything(self) -> None:
        at = position(FULL, {}, {})
        assert {name: burden for (line_id, name), burden in at.quoted.items() if line_id == BOLTS} == {
            "unit_price": Decimal(10),
            "lead_days": Decimal(14),
            "min_quantity": Decimal(20),
            "setup_cost": Decimal(60),
        }
        assert {name: burden for (line_id, name), burden in at.quoted.items() if line_id is None} == {
            "freight": Decimal(80),
            "valid_until": Decimal(-740_041),
            "early_pay_percent": Decimal("-1.5"),
            "early_pay_days": Decimal(-10),
            "pay_days/0": Decimal(0),
            "pay_days/1": Decimal(-30),
        }
        assert at.least == {
            (BOLTS, "unit_price"): Decimal("0.000001"),
            (BOLTS, "min_quantity"): Decimal(15),
            (NUTS, "unit_price"): Decimal("0.000001"),
            (NUTS, "min_quantity"): Decimal(0),
            (None, "valid_until"): Decimal(-743_691),
            (None, "early_pay_percent"): Decimal("-99.9999"),
            (None, "early_pay_days"): Decimal(-730),
            (None, "pay_days/0"): Decimal(-730),
            (None, "pay_days/1"): Decimal(-730),
        }

    def test_what_a_quotation_does_not_say_is_no_cost_and_the_longest_time(self) -> None:
        assert position(BARE, {}, {}).quoted == {
            (NUTS, "unit_price"): Decimal(4),
            (NUTS, "lead_days"): Decimal(3651),
            (NUTS, "min_quantity"): Decimal(0),
            (NUTS, "setup_cost"): Decimal(0),
            (None, "freight"): Decimal(0),
            (None, "valid_until"): Decimal(-740_041),
            (None, "early_pay_percent"): Decimal(0),
            (None, "early_pay_days"): Decimal(0),
            (None, "pay_days/0"): Decimal(1),
        }

    def test_the_ends_follow_the_last_word_of_each_side(self) -> None:
        fresh = Position({PRICE: Decimal(10), FREIGHT: Decimal(80)}, {PRICE: Decimal(1)})
        asked = replace(fresh, asked={PRICE: Decimal(7)})
        answered = replace(asked, given={PRICE: Decimal(9), FREIGHT: Decimal(70)})
        assert [ends(at, PRICE) for at in (fresh, asked, answered)] == ["1 to 10", "7 to 10", "7 to 9"]
        assert [ends(at, FREIGHT) for at in (fresh, asked, answered)] == ["0 to 80", "80 to 80", "70 to 70"]


class TestSound:
    @pytest.mark.parametrize("terms", [NO_TERMS, CounterTerms(pay_days=())])
    def test_a_counter_offer_names_something(self, terms: CounterTerms) -> None:
        with pytest.raises(Invalid) as refused:
            move(terms=terms)
        assert wrong(refused) == [("/lines", "required", None)]

    def test_lines_are_quoted_named_once_and_say_something(self) -> None:
        unquoted = CounterLineInput(UNQUOTED, Decimal(1))
        with pytest.raises(Invalid) as refused:
            move(bolts("9"), unquoted, bolts("8"), CounterLineInput(NUTS))
        assert wrong(refused) == [
            ("/lines/1/line_id", "unknown", None),
            ("/lines/2/line_id", "twice", None),
            ("/lines/3", "required", None),
        ]
        move(bolts("9"), nuts(lead_days=7))

    @pytest.mark.parametrize("terms", [NO_TERMS, freight("79")])
    def test_an_empty_line_is_wrong_alone_and_beside_another_term(self, terms: CounterTerms) -> None:
        with pytest.raises(Invalid) as refused:
            move(CounterLineInput(BOLTS), terms=terms)
        assert wrong(refused) == [("/lines/0", "required", None)]

    @pytest.mark.parametrize(
        ("held", "right", "few_or_many"),
        [(FULL, (15, 60), ((15,), (15, 60, 90))), (BARE, (0,), ((0, 30),))],
        ids=["two parts", "no plan"],
    )
    def test_each_part_of_the_payment_has_its_days(
        self, held: Held, right: tuple[int, ...], few_or_many: tuple[tuple[int, ...], ...]
    ) -> None:
        move(terms=CounterTerms(pay_days=right), held=held)
        for days in few_or_many:
            with pytest.raises(Invalid) as refused:
                move(terms=CounterTerms(pay_days=days), held=held)
            assert wrong(refused) == [("/terms/pay_days", "count", {"parts": len(right)})]

    def test_a_new_discount_for_early_payment_needs_both_its_figures(self) -> None:
        move(terms=early("2", 10), held=BARE)
        with pytest.raises(Invalid) as refused:
            move(terms=early("2"), held=BARE)
        assert wrong(refused) == [("/terms/early_pay_days", "required", None)]
        with pytest.raises(Invalid) as refused:
            move(terms=early(days=10), held=BARE)
        assert wrong(refused) == [("/terms/early_pay_percent", "required", None)]

    @pytest.mark.parametrize("terms", [early("2"), early(days=11)])
    def test_of_a_discount_that_is_quoted_one_figure_may_stay(self, terms: CounterTerms) -> None:
        move(terms=terms)

    def test_what_is_misshapen_is_told_before_what_is_out_of_range(self) -> None:
        with pytest.raises(Invalid) as refused:
            move(bolts("99"), CounterLineInput(UNQUOTED, Decimal(1)))
        assert wrong(refused) == [("/lines/1/line_id", "unknown", None)]


class TestRange:
    @pytest.mark.parametrize(
        ("line", "beyond", "field", "bounds"),
        [
            (bolts("0.000001"), bolts("0"), "unit_price", ("0.000001", "10")),
            (bolts("9.999999"), bolts("10.000001"), "unit_price", ("0.000001", "10")),
            (bolts(lead_days=0), bolts(lead_days=-1), "lead_days", ("0", "14")),
            (bolts(lead_days=13), bolts(lead_days=15), "lead_days", ("0", "14")),
            (nuts(lead_days=3650), nuts(lead_days=3652), "lead_days", ("0", "3650")),
            (bolts(least="15"), bolts(least="14.999999"), "min_quantity", ("15", "20")),
            (bolts(least="19"), bolts(least="20.5"), "min_quantity", ("15", "20")),
            (bolts(setup="0"), bolts(setup="-0.0001"), "setup_cost", ("0", "60")),
            (bolts(setup="59.9999"), bolts(setup="60.0001"), "setup_cost", ("0", "60")),
        ],
    )
    def test_a_line_lies_between_the_lightest_and_what_is_quoted(
        self, line: CounterLineInput, beyond: CounterLineInput, field: str, bounds: tuple[str, str]
    ) -> None:
        move(line)
        with pytest.raises(Invalid) as refused:
            move(beyond)
        assert wrong(refused) == [(f"/lines/0/{field}", "range", {"low": bounds[0], "high": bounds[1]})]

    @pytest.mark.parametrize(
        ("terms", "beyond", "field", "bounds"),
        [
            (freight("0"), freight("-0.01"), "freight", ("0", "80")),
            (freight("79.9999"), freight("80.0001"), "freight", ("0", "80")),
            (
                CounterTerms(valid_until=date(2027, 3, 2)),
                CounterTerms(valid_until=date(2027, 2, 28)),
                "valid_until",
                ("2027-03-01", "2037-02-26"),
            ),
            (
                CounterTerms(valid_until=date(2037, 2, 26)),
                CounterTerms(valid_until=date(2037, 2, 27)),
                "valid_until",
                ("2027-03-01", "2037-02-26"),
            ),
            (early("1.5001"), early("1.4999"), "early_pay_percent", ("1.5", "99.9999")),
            (early("99.9999"), early("100"), "early_pay_percent", ("1.5", "99.9999")),
            (early(days=11), early(days=9), "early_pay_days", ("10", "730")),
            (early(days=730), early(days=731), "early_pay_days", ("10", "730")),
            (CounterTerms(pay_days=(0, 31)), CounterTerms(pay_days=(0, 29)), "pay_days/1", ("30", "730")),
            (CounterTerms(pay_days=(730, 30)), CounterTerms(pay_days=(731, 30)), "pay_days/0", ("0", "730")),
        ],
    )
    def test_a_term_lies_between_what_is_quoted_and_the_lightest(
        self, terms: CounterTerms, beyond: CounterTerms, field: str, bounds: tuple[str, str]
    ) -> None:
        move(terms=terms)
        with pytest.raises(Invalid) as refused:
            move(terms=beyond)
        assert wrong(refused) == [(f"/terms/{field}", "range", {"low": bounds[0], "high": bounds[1]})]

    @pytest.mark.parametrize("days", [0, 730])
    def test_without_a_plan_any_number_of_days_is_lighter(self, days: int) -> None:
        move(terms=CounterTerms(pay_days=(days,)), held=BARE)
        for beyond in (-2, 731):
            with pytest.raises(Invalid) as refused:
                move(terms=CounterTerms(pay_days=(beyond,)), held=BARE)
            assert wrong(refused) == [("/terms/pay_days/0", "range", {"low": "0", "high": "730"})]

    @pytest.mark.parametrize(
        ("most", "finer", "pointer", "digits"),
        [
            ((bolts("9.123456"), NO_TERMS), (bolts("9.1234567"), NO_TERMS), "/lines/0/unit_price", 6),
            ((bolts(least="15.123456"), NO_TERMS), (bolts(least="15.1234567"), NO_TERMS), "/lines/0/min_quantity", 6),
            ((bolts(setup="9.1234"), NO_TERMS), (bolts(setup="9.12345"), NO_TERMS), "/lines/0/setup_cost", 4),
            ((None, freight("9.1234")), (None, freight("9.12345")), "/terms/freight", 4),
            ((None, early("2.1234")), (None, early("2.12345")), "/terms/early_pay_percent", 4),
        ],
    )
    def test_figures_are_no_finer_than_they_are_kept(
        self,
        most: tuple[CounterLineInput | None, CounterTerms],
        finer: tuple[CounterLineInput | None, CounterTerms],
        pointer: str,
        digits: int,
    ) -> None:
        move(*filter(None, most[:1]), terms=most[1])
        with pytest.raises(Invalid) as refused:
            move(*filter(None, finer[:1]), terms=finer[1])
        assert wrong(refused) == [(pointer, "digits", {"digits": digits})]

    def test_every_wrong_figure_is_named_at_its_line(self) -> None:
        with pytest.raises(Invalid) as refused:
            move(nuts(setup="1"), bolts("11", lead_days=20), terms=freight("81"))
        assert [(pointer, code) for pointer, code, _ in wrong(refused)] == [
            ("/lines/0/setup_cost", "range"),
            ("/lines/1/unit_price", "range"),
            ("/lines/1/lead_days", "range"),
            ("/terms/freight", "range"),
        ]

    def test_after_the_buyer_spoke_nothing_lies_below_it_and_what_it_left_stays(self) -> None:
        asked = {PRICE: Decimal(7)}
        move(bolts("7.000001"), asked=asked)
        with pytest.raises(Invalid) as refused:
            move(bolts("6.999999"), asked=asked)
        assert wrong(refused) == [("/lines/0/unit_price", "range", {"low": "7", "high": "10"})]
        move(bolts("8"), terms=freight("80"), asked=asked)
        with pytest.raises(Invalid) as refused:
            move(bolts("8"), terms=freight("79"), asked=asked)
        assert wrong(refused) == [("/terms/freight", "range", {"low": "80", "high": "80"})]

    def test_after_the_supplier_answered_nothing_lies_above_it(self) -> None:
        asked, given = {PRICE: Decimal(7)}, {PRICE: Decimal(9)}
        move(bolts("8.999999"), asked=asked, given=given)
        with pytest.raises(Invalid) as refused:
            move(bolts("9.000001"), asked=asked, given=given)
        assert wrong(refused) == [("/lines/0/unit_price", "range", {"low": "7", "high": "9"})]


class TestMoving:
    def test_the_first_word_is_lighter_than_the_quotation(self) -> None:
        move(bolts("9.999999"))
        move(bolts("10"), terms=freight("79"))
        for same in (bolts("10"), bolts("10", lead_days=14)):
            with pytest.raises(NoImprovement):
                move(same)

    def test_an_answer_is_lighter_than_the_quotation_and_heavier_than_the_buyers_word(self) -> None:
        asked = {PRICE: Decimal(7)}
        move(bolts("7.000001"), asked=asked)
        move(bolts("9.999999"), asked=asked)
        for price in ("7", "10"):
            with pytest.raises(NoImprovement):
                move(bolts(price), asked=asked)

    def test_what_an_answer_leaves_out_is_as_it_is_offered(self) -> None:
        asked = {PRICE: Decimal(7), FREIGHT: Decimal(40)}
        move(bolts("7"), asked=asked)  # grants the price, keeps the freight of 80
        move(bolts("7"), terms=freight("40.0001"), asked=asked)
        with pytest.raises(NoImprovement):
            move(bolts("7"), terms=freight("40"), asked=asked)  # all that was asked for: accepting says that

    def test_the_buyer_comes_towards_the_supplier_and_stays_better_than_its_offer(self) -> None:
        asked = {PRICE: Decimal(7), FREIGHT: Decimal(40)}
        given = {PRICE: Decimal(9), FREIGHT: Decimal(60)}
        move(bolts("9"), terms=freight("40"), asked=asked, given=given)
        with pytest.raises(NoImprovement):
            move(bolts("9"), terms=freight("60"), asked=asked, given=given)  # the supplier's own offer
        with pytest.raises(NoImprovement):
            move(bolts("7"), terms=freight("40"), asked=asked, given=given)  # the buyer's own words again

    def test_where_nothing_is_left_between_the_sides_nothing_moves(self) -> None:
        at = Position({PRICE: Decimal(10)}, asked={PRICE: Decimal(9)}, given={PRICE: Decimal(9)})
        for said in ({PRICE: Decimal(9)}, {}):
            with pytest.raises(NoImprovement) as refused:
                require_narrower(said, at)
            assert refused.value.code == "counter-does-not-improve"
