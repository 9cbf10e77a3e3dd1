"""Complaints in plain values: what they cost, until when they are lodged, and what waits for them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.complaints import ComplaintInput
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.calendars import Calendar
from b2b_market.tendering.rules.complaint_terms import (
    ComplaintTerms,
    FeeRate,
    faults,
    fee_of,
    read_complaints,
)
from b2b_market.tendering.rules.periods import Clock, Period, end_of, start_of
from b2b_market.tendering.rules.procedures import CODES, profile
from b2b_market.tendering.states.complaints import (
    ComplaintKind,
    ComplaintStatus,
    ComplaintTarget,
    Holding,
    NameShown,
    ReviewedBy,
)
from b2b_market.tendering.states.procedures import PeriodUnit
from b2b_market.tendering.states.tenders import TenderStatus

SHANGHAI = ZoneInfo("Asia/Shanghai")
CLOSES = datetime(2026, 11, 23, 9, tzinfo=UTC)
LOT, OTHER = UUID(int=1), UUID(int=2)
BEFORE, AFTER = FeeRate(3, Decimal(2000), Decimal(85_000)), FeeRate(6, Decimal(3000), Decimal(170_000))


def terms(code: str) -> ComplaintTerms:
    found = read_complaints(profile(code).values["complaints"])
    assert found is not None
    return found


def said(**changes: object) -> ComplaintInput:
    whole = ComplaintInput(
        kind=ComplaintKind.COMPLAINT, target=ComplaintTarget.TENDER, grounds="tailored", demand="open it up"
    )
    return replace(whole, **changes)  # type: ignore[arg-type]  # fields of the input


def one(
    status: ComplaintStatus,
    kind: ComplaintKind = ComplaintKind.COMPLAINT,
    target: ComplaintTarget = ComplaintTarget.TENDER,
    lot_id: UUID | None = None,
) -> rules.OpenComplaint:
    return rules.OpenComplaint("T-1-C1", kind, target, status, lot_id)


class TestFees:
    @pytest.mark.parametrize(
        ("rate", "estimate", "amount"),
        [
            (BEFORE, "1000000", 3000),
            (BEFORE, "1000001", 3010),
            (BEFORE, "666666", 2000),
            (BEFORE, "666667", 2010),
            (BEFORE, "99999999", 85_000),
            (AFTER, "1000000", 6000),
            (AFTER, "400000", 3000),
            (AFTER, "99999999", 170_000),
        ],
    )
    def test_a_share_of_the_estimate_within_bounds_in_whole_tens(
        self, rate: FeeRate, estimate: str, amount: int
    ) -> None:
        fee = fee_of(rate, Decimal(estimate))
        assert fee is not None
        assert fee.amount == amount

    def test_a_hidden_estimate_costs_the_least(self) -> None:
        fee = fee_of(AFTER, None)
        assert fee is not None
        assert (fee.amount, fee.estimate) == (Decimal(3000), None)

    def test_a_procedure_may_ask_for_nothing(self) -> None:
        assert fee_of(FeeRate(0, Decimal(0), Decimal(0)), Decimal(10**9)) is None
        assert terms("china-open").fee(Decimal(10**9), opened=True) is None

    def test_another_rate_counts_after_the_opening(self) -> None:
        found = terms("eu-open")
        before, after = (found.fee(Decimal(10**6), opened=opened) for opened in (False, True))
        assert before is not None
        assert after is not None
        assert (before.amount, after.amount) == (Decimal(3000), Decimal(6000))

    @given(st.decimals(min_value=0, max_value=10**12, places=4))
    def test_it_is_whole_tens_between_the_bounds_and_never_below_the_share(self, estimate: Decimal) -> None:
        fee = fee_of(BEFORE, estimate)
        assert fee is not None
        assert fee.amount % 10 == 0
        assert BEFORE.least <= fee.amount <= BEFORE.most
        if fee.amount < BEFORE.most:
            assert fee.amount >= estimate * 3 / 1000

    def test_values_must_fit_each_other(self) -> None:
        whole = dict(profile("eu-open").values["complaints"])
        assert faults(whole) == []
        assert faults({**whole, "fee_before_least": 90_000}) == ["fee_before_most"]
        assert faults({**whole, "fee_after_least": 3005}) == ["fee_after_most"]
        assert faults({**whole, "fee_after_most": 170_001}) == ["fee_after_most"]
        assert faults({**whole, "objections": "none", "escalation": {}}) == ["escalation"]
        assert faults({**whole, "objections": "first", "escalation": {}}) == []
        assert faults({**whole, "body": "buyer"}) == ["fee_before_per_mille", "fee_after_per_mille"]


class TestTerms:
    def test_profiles_say_who_decides(self) -> None:
        found = {code: read_complaints(profile(code).values.get("complaints")) for code in CODES}
        assert {code: one.body for code, one in found.items() if one is not None} == {
            "private-open": ReviewedBy.BUYER,
            "china-open": ReviewedBy.PLATFORM,
            "eu-open": ReviewedBy.PLATFORM,
            "china-prequalified": ReviewedBy.PLATFORM,
            "china-invited": ReviewedBy.PLATFORM,
            "china-negotiated": ReviewedBy.PLATFORM,
            "china-consultation": ReviewedBy.PLATFORM,
            "china-two-stage": ReviewedBy.PLATFORM,
        }
        china = terms("china-open")
        assert (china.objections, china.holds, china.names) == (True, Holding.STAGES, NameShown.SHOWN)
        days = PeriodUnit.CALENDAR_DAYS
        assert (china.documents, china.answer) == (Period(10, days), Period(3, days))
        working = PeriodUnit.WORKING_DAYS
        assert (china.decided, china.escalation) == (Period(30, working), Period(10, days))
        assert terms("china-prequalified").applications == Period(2, days)
        bought = terms("china-negotiated")
        assert (bought.answer, bought.decided, bought.escalation) == (
            Period(7, working),
            Period(30, working),
            Period(15, working),
        )
        private = terms("private-open")
        assert (private.decided, private.escalation) == (private.answer, None)
        assert private.applications == private.documents

    def test_a_kind_that_the_procedure_does_not_take_is_refused(self) -> None:
        china, private = terms("china-open"), terms("private-open")
        assert rules.require_foreseen(china, ComplaintKind.OBJECTION) is china
        assert rules.require_foreseen(private, ComplaintKind.COMPLAINT) is private
        for found, kind in ((None, ComplaintKind.COMPLAINT), (private, ComplaintKind.OBJECTION)):
            with pytest.raises(rules.ComplaintsNotForeseen):
                rules.require_foreseen(found, kind)


class TestTimes:
    @pytest.mark.parametrize("target", [ComplaintTarget.TENDER, ComplaintTarget.LOT])
    def test_documents_are_complained_about_until_before_the_deadline(self, target: ComplaintTarget) -> None:
        china = terms("china-open")
        live = rules.Standing(TenderStatus.TENDERING, CLOSES, None)
        assert rules.window_end(target, live, china, Clock(SHANGHAI)) == CLOSES - timedelta(days=10)
        assert rules.window_end(target, live, china, Clock(SHANGHAI, 86_400)) == CLOSES - timedelta(seconds=10)
        for status, closes_at in ((TenderStatus.CLOSED, CLOSES), (TenderStatus.DRAFT, CLOSES)):
            gone = rules.Standing(status, closes_at, None)
            assert rules.window_end(target, gone, china, Clock(SHANGHAI)) is None
        undated = rules.Standing(TenderStatus.TENDERING, None, None)
        assert rules.window_end(target, undated, china, Clock(SHANGHAI)) is None

    def test_decisions_are_complained_about_while_they_stand_still(self) -> None:
        decided = rules.Standing(TenderStatus.AWARDED, CLOSES, CLOSES + timedelta(days=5))
        found = rules.window_end(ComplaintTarget.AWARD, decided, terms("eu-open"), Clock(SHANGHAI))
        assert found == CLOSES + timedelta(days=5)

    def test_before_applications_end_the_documents_are_complained_about_too(self) -> None:
        ends_at = CLOSES - timedelta(days=40)
        applying = rules.Standing(TenderStatus.APPLICATIONS, CLOSES, None, ends_at)
        for code, days in (("china-prequalified", 2), ("china-open", 10)):
            found = rules.window_end(ComplaintTarget.TENDER, applying, terms(code), Clock(SHANGHAI))
            assert found == ends_at - timedelta(days=days)
        never = rules.Standing(TenderStatus.APPLICATIONS, CLOSES, None)
        assert rules.window_end(ComplaintTarget.TENDER, never, terms("china-open"), Clock(SHANGHAI)) is None

    def test_the_end_is_too_late(self) -> None:
        assert rules.require_in_time(CLOSES, CLOSES - timedelta(microseconds=1)) == CLOSES
        for ends_at in (CLOSES, None):
            with pytest.raises(rules.ComplaintTooLate):
                rules.require_in_time(ends_at, CLOSES)

    @pytest.mark.parametrize(
        ("amount", "unit", "days"),
        [
            (48, PeriodUnit.HOURS, 2),
            (3, PeriodUnit.CALENDAR_DAYS, 3),
            (0, PeriodUnit.WORKING_DAYS, 0),
            (1, PeriodUnit.WORKING_DAYS, 3),
            (6, PeriodUnit.WORKING_DAYS, 10),
        ],
    )
    def test_a_period_is_counted_backwards_too(self, amount: int, unit: PeriodUnit, days: int) -> None:
        start = start_of(CLOSES, Period(amount, unit), SHANGHAI)
        assert start == CLOSES - timedelta(days=days)
        if unit is not PeriodUnit.WORKING_DAYS:
            assert end_of(start, Period(amount, unit), SHANGHAI) == CLOSES

    def test_days_off_are_skipped_backwards_too(self) -> None:
        calendar = Calendar("Ours", "1", frozenset({date(2026, 11, 20)}), frozenset({date(2026, 11, 22)}))
        two = Period(2, PeriodUnit.WORKING_DAYS)
        assert start_of(CLOSES, two, SHANGHAI, 1, calendar) == CLOSES - timedelta(days=4)


class TestContent:
    @pytest.mark.parametrize(
        ("changes", "pointers"),
        [
            ({}, []),
            ({"grounds": "  "}, ["/grounds"]),
            ({"demand": "x" * 8001}, ["/demand"]),
            ({"target_id": LOT}, ["/target_id"]),
            ({"target": ComplaintTarget.LOT}, ["/target_id"]),
            ({"target": ComplaintTarget.LOT, "target_id": LOT}, []),
            ({"file_ids": (LOT, LOT)}, ["/file_ids"]),
            ({"file_ids": tuple(UUID(int=n) for n in range(11))}, ["/file_ids"]),
        ],
    )
    def test_what_is_wrong_is_named(self, changes: dict[str, object], pointers: list[str]) -> None:
        if not pointers:
            rules.require_sound(said(**changes))
            return
        with pytest.raises(Invalid) as refused:
            rules.require_sound(said(**changes))
        assert [error.pointer for error in refused.value.errors] == pointers

    def test_a_company_has_so_many_open_at_a_time(self) -> None:
        rules.require_few(19)
        with pytest.raises(rules.TooManyComplaints):
            rules.require_few(20)


class TestWhatWaits:
    @pytest.mark.parametrize("status", [ComplaintStatus.PENDING, ComplaintStatus.ACCEPTED])
    def test_an_undecided_complaint_blocks_its_lot_or_everything(self, status: ComplaintStatus) -> None:
        whole, lot = one(status), one(status, lot_id=LOT)
        rules.require_none_open([lot], OTHER)
        rules.require_none_open([one(ComplaintStatus.SATISFIED)])
        for found, asked in (([whole], LOT), ([lot], LOT), ([lot], None)):
            with pytest.raises(rules.ComplaintOpen):
                rules.require_none_open(found, asked)
        assert rules.holds_contracts([lot])
        assert not rules.holds_contracts([one(ComplaintStatus.SATISFIED)])

    @pytest.mark.parametrize(
        ("kind", "status", "holds"),
        [
            (ComplaintKind.COMPLAINT, ComplaintStatus.PENDING, False),
            (ComplaintKind.COMPLAINT, ComplaintStatus.ACCEPTED, True),
            (ComplaintKind.COMPLAINT, ComplaintStatus.SATISFIED, True),
            (ComplaintKind.OBJECTION, ComplaintStatus.PENDING, True),
            (ComplaintKind.OBJECTION, ComplaintStatus.SATISFIED, True),
        ],
    )
    def test_bidding_does_not_close_over_what_is_heard(
        self, kind: ComplaintKind, status: ComplaintStatus, *, holds: bool
    ) -> None:
        assert rules.holds_close([one(status, kind)], Holding.STAGES) is holds
        assert not rules.holds_close([one(status, kind)], Holding.CONTRACTS)
        assert not rules.holds_close([one(status, kind, ComplaintTarget.AWARD, LOT)], Holding.STAGES)

    def test_an_upheld_complaint_about_the_documents_wants_another_notice(self) -> None:
        rules.require_acted(ComplaintTarget.AWARD, edition_then=1, edition_now=1, cancelled=False)
        rules.require_acted(ComplaintTarget.LOT, edition_then=1, edition_now=2, cancelled=False)
        rules.require_acted(ComplaintTarget.LOT, edition_then=1, edition_now=1, cancelled=True)
        with pytest.raises(rules.NotYetActed):
            rules.require_acted(ComplaintTarget.TENDER, edition_then=1, edition_now=1, cancelled=False)


class TestEscalating:
    PERIOD = Period(10, PeriodUnit.CALENDAR_DAYS)

    def end(self, content: ComplaintInput, *objections: rules.Objected, at: datetime = CLOSES) -> datetime:
        return rules.escalation_end(content, LOT, objections, self.PERIOD, Clock(SHANGHAI), at=at)

    @pytest.mark.parametrize(
        ("status", "late", "taken"),
        [
            (ComplaintStatus.DECLINED, False, True),
            (ComplaintStatus.SATISFIED, False, True),
            (ComplaintStatus.RESOLVED, False, True),
            (ComplaintStatus.PENDING, True, True),
            (ComplaintStatus.PENDING, False, False),
            (ComplaintStatus.DRAFT, True, False),
            (ComplaintStatus.MISTAKEN, True, False),
        ],
    )
    def test_an_objection_comes_first_and_has_its_time(
        self, status: ComplaintStatus, *, late: bool, taken: bool
    ) -> None:
        due_at = CLOSES if late else CLOSES + timedelta(microseconds=1)
        objected = rules.Objected(ComplaintTarget.TENDER, None, None, status, due_at)
        content = said(target=ComplaintTarget.LOT, target_id=LOT)
        if taken:
            assert self.end(content, objected) == due_at + timedelta(days=10)
        else:
            with pytest.raises(rules.ObjectionFirst):
                self.end(content, objected)

    def test_it_was_about_the_same(self) -> None:
        award, other = UUID(int=7), UUID(int=8)

        def objected(target: ComplaintTarget, target_id: UUID | None, lot_id: UUID | None) -> rules.Objected:
            return rules.Objected(target, target_id, lot_id, ComplaintStatus.DECLINED, CLOSES)

        about_award = said(target=ComplaintTarget.AWARD, target_id=award)
        dropped = said(target=ComplaintTarget.DEPARTURE, target_id=award)
        assert self.end(about_award, objected(ComplaintTarget.CANDIDATES, other, LOT)) == CLOSES + timedelta(days=10)
        assert self.end(dropped, objected(ComplaintTarget.DEPARTURE, award, None)) == CLOSES + timedelta(days=10)
        for content, known in (
            (about_award, objected(ComplaintTarget.AWARD, award, UUID(int=9))),
            (about_award, objected(ComplaintTarget.TENDER, None, None)),
            (about_award, objected(ComplaintTarget.DEPARTURE, other, LOT)),
            (said(), objected(ComplaintTarget.AWARD, award, LOT)),
            (dropped, objected(ComplaintTarget.DEPARTURE, other, None)),
        ):
            with pytest.raises(rules.ObjectionFirst):
                self.end(content, known)

    def test_the_last_one_counts(self) -> None:
        found = [
            rules.Objected(ComplaintTarget.TENDER, None, None, ComplaintStatus.DECLINED, CLOSES - timedelta(days=days))
            for days in (3, 1, 2)
        ]
        assert self.end(said(), *found) == CLOSES + timedelta(days=9)
