"""Frameworks and call-offs in plain values: terms, ceilings, time, and whose turn it is."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.frameworks import CallOffLine, LotCeiling, SetFrameworkTerms
from b2b_market.tendering.rules import calling, competing, frameworks
from b2b_market.tendering.rules.frameworks import FrameworkShape, Room
from b2b_market.tendering.states.frameworks import (
    BOOKED,
    CALL_OFF_LIFECYCLE,
    FRAMEWORK_LIFECYCLE,
    OFFER_LIFECYCLE,
    CallOffMode,
    CallOffStatus,
    FrameworkStatus,
    OfferStatus,
)

CNY, SHANGHAI = Currency("CNY"), ZoneInfo("Asia/Shanghai")
SHAPE = FrameworkShape(5, 48)
TERMS = SetFrameworkTerms(
    tender_id=UUID(int=1),
    expected_version=1,
    members=5,
    months=48,
    mode=CallOffMode.CASCADE,
    answer_hours=240,
    ceilings=(LotCeiling(Decimal(100), (Decimal(5), None)), LotCeiling(Decimal(1))),
)
LINE = CallOffLine(position=1, quantity=Decimal(2), required_on=date(2026, 12, 2), delivery_place="Gate 3")
TODAY = date(2026, 12, 1)


def pointers(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [error.pointer for error in refused.value.errors]


class TestTerms:
    def test_the_most_that_a_procedure_allows_is_accepted(self) -> None:
        frameworks.require_terms(TERMS, SHAPE, [2, 1])

    def test_a_procedure_without_frameworks_has_no_shape(self) -> None:
        assert frameworks.read_framework(None) is None
        assert frameworks.read_framework({"members": 5, "months": 48}) == SHAPE

    @pytest.mark.parametrize(
        ("changes", "wrong"),
        [
            ({"members": 6}, ["/members"]),
            ({"members": 0, "months": 49}, ["/members", "/months"]),
            ({"answer_hours": 241}, ["/answer_hours"]),
            ({"ceilings": TERMS.ceilings[:1]}, ["/ceilings"]),
            ({"ceilings": (*TERMS.ceilings[:1], LotCeiling(Decimal(0)))}, ["/ceilings/1/amount"]),
            ({"ceilings": (*TERMS.ceilings[:1], LotCeiling(Decimal(10) ** 13))}, ["/ceilings/1/amount"]),
            (
                {"ceilings": (LotCeiling(Decimal(1), (Decimal(1),)), TERMS.ceilings[1])},
                ["/ceilings/0/quantities"],
            ),
            (
                {"ceilings": (LotCeiling(Decimal(1), (None, Decimal(0))), TERMS.ceilings[1])},
                ["/ceilings/0/quantities"],
            ),
        ],
    )
    def test_each_wrong_term_is_named(self, changes: dict[str, object], wrong: list[str]) -> None:
        with pytest.raises(Invalid) as refused:
            frameworks.require_terms(replace(TERMS, **changes), SHAPE, [2, 1])  # type: ignore[arg-type]  # of the table
        assert pointers(refused) == wrong

    @pytest.mark.parametrize(("items", "fits"), [([2, 1], True), ([2], False), ([1, 1], False), ([2, 1, 1], False)])
    def test_ceilings_are_for_the_lots_as_they_were(self, items: list[int], fits: bool) -> None:
        stored: list[dict[str, object]] = [{"quantities": ["5", None]}, {"quantities": [None]}]
        assert frameworks.fits_lots(stored, items) is fits


class TestTime:
    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            ("2026-01-31T16:30:00+00:00", 1, "2026-02-28T16:30:00+00:00"),
            ("2026-11-30T12:00:00+00:00", 3, "2027-02-28T12:00:00+00:00"),
            ("2026-12-15T12:00:00+00:00", 48, "2030-12-15T12:00:00+00:00"),
            ("2026-11-15T12:00:00+00:00", 1, "2026-12-15T12:00:00+00:00"),
        ],
    )
    def test_months_end_on_the_same_day_or_the_months_last(self, start: str, months: int, end: str) -> None:
        ends = frameworks.ends_after(datetime.fromisoformat(start), months, SHANGHAI, 1)
        assert ends == datetime.fromisoformat(end)

    def test_a_rehearsal_is_over_sooner(self) -> None:
        start = datetime(2026, 11, 1, tzinfo=UTC)
        assert frameworks.ends_after(start, 1, SHANGHAI, 86_400) == start + timedelta(seconds=30)
        assert frameworks.answer_by(start, 48, 86_400, start + timedelta(days=1)) == start + timedelta(seconds=2)

    def test_nobody_answers_after_the_end(self) -> None:
        start = datetime(2026, 11, 1, tzinfo=UTC)
        assert frameworks.answer_by(start, 48, 1, start + timedelta(days=9)) == start + timedelta(hours=48)
        assert frameworks.answer_by(start, 48, 1, start + timedelta(hours=1)) == start + timedelta(hours=1)

    def test_an_answer_at_the_deadline_is_too_late(self) -> None:
        due_at = datetime(2026, 11, 1, tzinfo=UTC)
        calling.require_in_time(due_at - timedelta(microseconds=1), due_at)
        for given in (due_at, None):
            with pytest.raises(calling.AnswerTooLate):
                calling.require_in_time(due_at, given)


class TestCeilings:
    def test_a_total_is_the_sum_of_rounded_lines(self) -> None:
        lines = [replace(LINE, quantity=Decimal("1.5")), replace(LINE, position=2, quantity=Decimal(3))]
        total = frameworks.call_off_total(lines, [Decimal("0.333"), Decimal("0.335")], CNY)
        assert total == Money.of("1.51", "CNY")

    def test_another_currency_counts_rounded_half_up(self) -> None:
        assert frameworks.booked_amount(Money.of("24.37", "EUR"), Decimal("7.8"), CNY) == Decimal("190.09")
        assert frameworks.booked_amount(Money.of("0.05", "EUR"), Decimal("0.1"), CNY) == Decimal("0.01")

    def test_what_is_left_can_be_had_to_the_last_cent(self) -> None:
        rooms = {1: Room(Decimal(5), Decimal(3)), 2: Room(None, Decimal(900))}
        frameworks.require_room(Decimal(10), Room(Decimal(100), Decimal(90)), {1: Decimal(2), 2: Decimal(9)}, rooms)

    def test_an_amount_without_a_ceiling_is_not_limited(self) -> None:
        frameworks.require_room(Decimal(10) ** 12, Room(None, Decimal(0)), {}, {})

    @pytest.mark.parametrize(
        ("amount", "quantity", "what", "left"), [("10.01", "2", "amount", "10"), ("10", "2.000001", "1", "2")]
    )
    def test_more_is_refused_with_what_is_left(self, amount: str, quantity: str, what: str, left: str) -> None:
        room, rooms = Room(Decimal(100), Decimal(90)), {1: Room(Decimal(5), Decimal(3))}
        with pytest.raises(frameworks.CeilingPassed) as refused:
            frameworks.require_room(Decimal(amount), room, {1: Decimal(quantity)}, rooms)
        assert (refused.value.facts["what"], refused.value.facts["left"]) == (what, left)

    @pytest.mark.parametrize(
        ("booked", "items", "exhausted"),
        [
            ("100", [("5", "0")], True),
            ("90", [("5", "5"), ("1", "1")], True),
            ("90", [("5", "5"), ("1", "0")], False),
            ("90", [("5", "5"), (None, "7")], False),
        ],
    )
    def test_exhausted_is_without_amount_or_without_any_item(
        self, booked: str, items: list[tuple[str | None, str]], exhausted: bool
    ) -> None:
        rooms = [Room(None if most is None else Decimal(most), Decimal(used)) for most, used in items]
        assert frameworks.is_exhausted(Room(Decimal(100), Decimal(booked)), rooms) is exhausted


class TestLines:
    def test_sound_lines_pass(self) -> None:
        frameworks.require_lines([LINE, replace(LINE, position=2)], 2, TODAY)

    @pytest.mark.parametrize(
        ("lines", "wrong"),
        [
            ([], ["/lines"]),
            ([replace(LINE, position=3)], ["/lines/0/position"]),
            ([LINE, LINE], ["/lines/1/position"]),
            ([replace(LINE, quantity=Decimal(0))], ["/lines/0/quantity"]),
            ([replace(LINE, required_on=TODAY)], ["/lines/0/required_on"]),
            ([replace(LINE, delivery_place=" ")], ["/lines/0/delivery_place"]),
        ],
    )
    def test_each_wrong_line_is_named(self, lines: list[CallOffLine], wrong: list[str]) -> None:
        with pytest.raises(Invalid) as refused:
            frameworks.require_lines(lines, 2, TODAY)
        assert pointers(refused) == wrong


class TestTurns:
    def test_the_best_member_not_asked_is_next(self) -> None:
        members = [UUID(int=n) for n in range(1, 4)]
        assert calling.remaining(members, {members[0]}) == members[1:]
        assert calling.remaining(members, set(members)) == []

    def test_a_limit_reaches_its_amount(self) -> None:
        ten = Money.of("10", "CNY")
        assert calling.within(ten, None)
        calling.require_within(ten, ten)
        calling.require_within(ten, None)
        with pytest.raises(calling.CallOffAboveLimit) as refused:
            calling.require_within(Money.of("1234.5", "CNY"), ten)
        assert refused.value.facts == {"amount": "CNY 1,234.50", "limit": "CNY 10.00"}


def test_what_counts_against_the_ceiling_can_always_be_cancelled() -> None:
    assert all("cancel" in CALL_OFF_LIFECYCLE.allowed(status) for status in BOOKED)
    assert CALL_OFF_LIFECYCLE.terminal() == {
        CallOffStatus.RETURNED,
        CallOffStatus.UNPLACED,
        CallOffStatus.CANCELLED,
    }


def test_an_ended_agreement_and_an_answered_offer_stay_so() -> None:
    assert FRAMEWORK_LIFECYCLE.terminal() == {FrameworkStatus.EXPIRED, FrameworkStatus.TERMINATED}
    assert OFFER_LIFECYCLE.terminal() == {OfferStatus.DECLINED, OfferStatus.LAPSED, OfferStatus.WITHDRAWN}


class TestCompetitions:
    ITEM = MappingProxyType({"name": "Pump", "specification": "", "unit": "H87", "quantity": "5"})
    MEMBERS = frozenset({UUID(int=1), UUID(int=2)})

    def test_the_same_members_and_items_pass(self) -> None:
        same = (self.MEMBERS, "CNY", [self.ITEM])
        competing.require_same(same, same, [Room(Decimal(5), Decimal(0))])
        competing.require_same(same, same, [Room(None, Decimal(0))])

    @pytest.mark.parametrize(
        ("members", "currency", "items", "wrong"),
        [
            ({UUID(int=1)}, "CNY", [ITEM], ["/supplier_ids"]),
            (MEMBERS, "EUR", [ITEM], ["/currency"]),
            (MEMBERS, "CNY", [], ["/lots"]),
            (MEMBERS, "CNY", [{**ITEM, "unit": "KGM"}], ["/lots/0/items/0"]),
            (MEMBERS, "CNY", [{**ITEM, "quantity": "5.1"}], ["/lots/0/items/0/quantity"]),
        ],
    )
    def test_each_difference_is_named(
        self, members: set[UUID], currency: str, items: list[dict[str, str]], wrong: list[str]
    ) -> None:
        with pytest.raises(competing.CompetitionDiffers) as refused:
            competing.require_same(
                (members, currency, items), (self.MEMBERS, "CNY", [self.ITEM]), [Room(Decimal(5), Decimal(0))]
            )
        assert [error.pointer for error in refused.value.errors] == wrong

    def test_a_price_at_the_agreements_is_not_above_it(self) -> None:
        one = Decimal(1)
        competing.require_prices([Decimal(60), Decimal(7)], one, [Decimal(60), Decimal(8)], one)
        competing.require_prices([Decimal(10)], Decimal("7.8"), [Decimal(78)], one)
        with pytest.raises(competing.PriceAboveFramework) as refused:
            competing.require_prices([Decimal(1), Decimal("8.01")], one, [Decimal(1), Decimal(8)], one)
        assert refused.value.facts == {"line": 2, "price": "8.01", "most": "8"}
