"""Stages of a tender in plain values: what a draft may say, who is judged how, who is chosen, and what follows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.selecting import Finding, RecordTalk, Reply
from b2b_market.tendering.commands.tenders import DraftTender
from b2b_market.tendering.rules import admission, qualifying, shapes, talking
from b2b_market.tendering.rules.drafting import TenderPeriodTooShort
from b2b_market.tendering.rules.periods import Clock
from b2b_market.tendering.rules.procedures import Procedure, profile, profiles, read_procedure
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import QualificationStatus, TalkKind
from b2b_market.tendering.states.tenders import TenderStatus

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
DAY = timedelta(days=1)
CLOCK = Clock(ZoneInfo("Asia/Shanghai"), 1)
FIRST, SECOND, THIRD = (UUID(int=number) for number in range(1, 4))
CRITERIA = [{"kind": kind} for kind in ("award", "exclusion", "selection")]


def procedure(code: str) -> Procedure:
    return read_procedure(profile(code).values)


def draft(**changes: Any) -> DraftTender:
    return DraftTender(title="Pumps", currency=Currency("CNY"), lots=(), **changes)


def pointers(refused: pytest.ExceptionInfo[Invalid]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refused.value.errors]


class TestShapes:
    def test_a_procedure_belongs_to_a_family(self) -> None:
        families = {code: shapes.family_of(one.values).value for code, one in profiles().items()}
        assert families["china-open"] == families["china-invited"] == "one_stage"
        assert families["eu-restricted"] == "restricted"
        assert families["eu-negotiated"] == families["eu-dialogue"] == families["negotiated-quick"] == "talks"

    def test_a_committee_sits_with_the_final_bids(self) -> None:
        values = profile("china-negotiated").values
        first = shapes.first_values(values)
        assert read_procedure(first).committee is None
        final = read_procedure(shapes.final_values(first))
        assert (final.committee, final.talks, final.entry) == (read_procedure(values).committee, None, Entry.INVITED)
        assert (final.enquiry.amount, final.tendering) == (0, procedure("china-negotiated").talks.final)  # type: ignore[union-attr]  # the profile has talks

    def test_others_follow_their_values_as_they_are(self) -> None:
        for code in ("china-open", "eu-dialogue"):
            assert shapes.first_values(profile(code).values) == dict(profile(code).values)
        final = shapes.final_values(profile("eu-dialogue").values)
        assert "committee" not in final
        assert not set(shapes.STAGED) & set(final)


class TestDrafts:
    def test_only_a_procedure_with_applications_has_their_times_and_numbers(self) -> None:
        said = draft(applications_end_at=NOON, most_invited=3)
        found = admission.stage_errors(said, procedure("private-open"))
        assert [error.pointer for error in found] == ["/applications_end_at", "/most_invited"]
        assert admission.stage_errors(said, procedure("private-restricted")) == []
        assert admission.stage_errors(draft(enquiry_ends_at=NOON), procedure("private-open")) == []

    @pytest.mark.parametrize(("number", "wrong"), [(None, False), (2, True), (3, False), (5, False), (6, True)])
    def test_the_procedure_bounds_how_many_are_invited(self, number: int | None, *, wrong: bool) -> None:
        found = admission.stage_errors(draft(most_invited=number), procedure("eu-restricted"))
        assert [error.code for error in found] == ["range"] * wrong

    def test_what_begins_later_has_no_time_yet(self) -> None:
        said = draft(enquiry_ends_at=NOON, closes_at=NOON)
        found = admission.stage_errors(said, procedure("eu-dialogue"))
        assert [error.pointer for error in found] == ["/enquiry_ends_at", "/closes_at"]

    def test_the_tender_after_talks_keeps_procedure_and_companies(self) -> None:
        kept = draft(procedure="eu-dialogue", supplier_ids=(SECOND, FIRST))
        admission.require_same_companies(kept, "eu-dialogue", [FIRST, SECOND])
        for said in (draft(supplier_ids=(FIRST,)), draft(entry=Entry.PUBLIC, supplier_ids=(FIRST, SECOND))):
            with pytest.raises(Invalid) as refused:
                admission.require_same_companies(said, "eu-dialogue", [FIRST, SECOND])
            assert pointers(refused) == [("/procedure", "stage"), ("/supplier_ids", "stage")]

    def test_what_a_notice_needs_besides(self) -> None:
        there = admission.what_is_there
        assert there(procedure("private-open"), "", [], 0, 3) == {}
        assert there(procedure("china-invited"), " ", [], 2, 3) == {"ground": False, "invited": False}
        assert there(procedure("china-invited"), "One maker", [], 3, 3) == {"ground": True, "invited": True}
        assert there(procedure("eu-negotiated"), "x", ["award"], None, 3)["invited"] is True
        assert there(procedure("eu-restricted"), "", ["award"], None, 1) == {"qualification_criteria": False}
        assert there(procedure("eu-restricted"), "", ["selection"], None, 1) == {"qualification_criteria": True}


class TestTimes:
    def test_applications_have_their_least_time(self) -> None:
        asked = procedure("private-restricted")
        least = NOON + timedelta(days=5)
        assert admission.applications_end(asked, CLOCK, NOON, None) == least
        assert admission.applications_end(asked, CLOCK, NOON, least) == least
        assert admission.applications_end(procedure("private-open"), CLOCK, NOON, None) is None
        with pytest.raises(TenderPeriodTooShort):
            admission.applications_end(asked, CLOCK, NOON, least - timedelta(microseconds=1))

    def test_the_invitation_follows_the_stand_still(self) -> None:
        assert admission.bids_from(procedure("private-restricted"), CLOCK, NOON) == NOON + timedelta(days=1)
        assert admission.bids_from(procedure("private-open"), CLOCK, NOON) == NOON

    def test_those_invited_have_the_whole_time(self) -> None:
        ends, least = admission.invited_times(procedure("private-restricted"), CLOCK, NOON)
        assert (ends, least) == (NOON + timedelta(days=2), NOON + timedelta(days=6))
        assert admission.invited_times(procedure("eu-restricted"), CLOCK, NOON) == (None, NOON + timedelta(days=25))

    def test_a_later_end_of_applications_moves_the_deadline_only_where_it_must(self) -> None:
        restricted, two_stage = procedure("eu-restricted"), procedure("eu-dialogue")
        least = NOON + timedelta(days=25)
        for closes_at, expected in ((least - timedelta(seconds=1), least), (least, least), (least + DAY, least + DAY)):
            assert admission.deadline_after(restricted, CLOCK, NOON, closes_at) == expected
        assert admission.deadline_after(two_stage, CLOCK, NOON, least) == NOON


class TestTakingPart:
    def test_those_are_told_who_are_admitted_else_who_is_invited_or_came_each_once(self) -> None:
        assert admission.concerned([FIRST], [SECOND], [THIRD]) == [SECOND]
        everybody = [FIRST, SECOND, THIRD]
        assert admission.concerned([FIRST, SECOND], None, [SECOND, THIRD]) == everybody
        assert admission.concerned([FIRST, SECOND], [], [SECOND, THIRD]) == everybody

    def test_the_admitted_where_there_was_a_selection_else_whom_the_entry_lets_in(self) -> None:
        assert admission.takes_part(Entry.PUBLIC, (), None, FIRST)
        assert admission.takes_part(Entry.INVITED, (FIRST,), None, FIRST)
        assert not admission.takes_part(Entry.INVITED, (FIRST,), None, SECOND)
        assert not admission.takes_part(Entry.PUBLIC, (FIRST,), (), FIRST)
        assert admission.takes_part(Entry.PUBLIC, (), (FIRST,), FIRST)

    def test_the_publication_begins_what_the_procedure_begins_with(self) -> None:
        assert admission.first_step(procedure("eu-dialogue"), asks=False) == "publish_for_applications"
        assert admission.first_step(procedure("private-open"), asks=True) == "publish"
        assert admission.first_step(procedure("negotiated-quick"), asks=False) == "publish_at_once"

    def test_talks_are_of_one_kind_or_none(self) -> None:
        for code, dialogue, negotiation in (
            ("private-open", False, False),
            ("eu-dialogue", True, False),
            ("eu-negotiated", False, True),
        ):
            found = procedure(code)
            assert (admission.has_dialogue(found), admission.has_negotiation(found)) == (dialogue, negotiation)


class TestApplying:
    def test_until_the_end_which_is_too_late(self) -> None:
        before = NOON - timedelta(microseconds=1)
        qualifying.require_applying(NOON, TenderStatus.APPLICATIONS, before)
        for status in (TenderStatus.APPLICATIONS, TenderStatus.QUALIFYING, TenderStatus.TENDERING):
            with pytest.raises(qualifying.ApplicationTooLate):
                qualifying.require_applying(NOON, status, NOON)
        for ends, status in ((None, TenderStatus.TENDERING), (NOON, TenderStatus.CANCELLED)):
            with pytest.raises(qualifying.NoApplicationsNow):
                qualifying.require_applying(ends, status, NOON)
        with pytest.raises(qualifying.NoApplicationsNow):
            qualifying.require_applying(NOON, TenderStatus.SHORTLISTED, before)

    def test_every_criterion_but_those_of_the_award_is_answered_once(self) -> None:
        kept = qualifying.require_replies([Reply(2, " much "), Reply(1, "none")], CRITERIA)
        assert kept == [{"criterion": 1, "answer": "none"}, {"criterion": 2, "answer": "much"}]
        for replies, wrong in (
            ([Reply(1, "none")], [("/replies/2", "required")]),
            ([Reply(1, "none"), Reply(2, " ")], [("/replies/2", "required")]),
            ([Reply(1, "a"), Reply(2, "b"), Reply(0, "c")], [("/replies", "unknown")]),
            ([Reply(1, "a"), Reply(2, "b"), Reply(2, "b")], [("/replies", "unknown")]),
        ):
            with pytest.raises(Invalid) as refused:
                qualifying.require_replies(replies, CRITERIA)
            assert pointers(refused) == wrong


class TestJudging:
    def test_findings_are_kept_in_the_order_of_the_criteria(self) -> None:
        met = [Finding(2, met=True, score=Decimal("80.5")), Finding(1, met=True)]
        kept = qualifying.require_findings(met, CRITERIA, ranked=True)
        assert [(one["criterion"], one["score"]) for one in kept] == [(1, None), (2, "80.5")]
        assert qualifying.is_met(kept)
        assert qualifying.total_score(kept) == Decimal("80.5")
        failing = [Finding(1, met=True), Finding(2, met=False, remark="Too small")]
        assert not qualifying.is_met(qualifying.require_findings(failing, CRITERIA, ranked=True))

    @pytest.mark.parametrize(
        ("finding", "ranked", "wrong"),
        [
            (Finding(2, met=False, remark=" "), False, ("/findings/2/remark", "required")),
            (Finding(2, met=True), True, ("/findings/2/score", "scored")),
            (Finding(2, met=True, score=Decimal(1)), False, ("/findings/2/score", "scored")),
            (Finding(2, met=False, remark="No", score=Decimal(1)), True, ("/findings/2/score", "scored")),
            (Finding(2, met=True, score=Decimal("100.1")), True, ("/findings/2/score", "range")),
            (Finding(2, met=True, score=Decimal(-1)), True, ("/findings/2/score", "range")),
            (Finding(0, met=True), False, ("/findings", "incomplete")),
            (Finding(1, met=True), False, ("/findings", "incomplete")),
        ],
    )
    def test_what_a_finding_lacks_is_named(self, finding: Finding, *, ranked: bool, wrong: tuple[str, str]) -> None:
        with pytest.raises(Invalid) as refused:
            qualifying.require_findings([Finding(1, met=True), finding], CRITERIA, ranked=ranked)
        assert pointers(refused) == [wrong]

    def test_letters_wait_for_every_decision(self) -> None:
        qualifying.require_decided([QualificationStatus.QUALIFIED, QualificationStatus.FAILED])
        with pytest.raises(qualifying.ApplicationsUndecided) as refused:
            qualifying.require_decided([QualificationStatus.FAILING, QualificationStatus.FAILED])
        assert refused.value.facts == {"count": 1}


class TestChoosing:
    def test_equal_scores_share_a_place_and_the_invitation(self) -> None:
        places = qualifying.ranked({FIRST: Decimal(70), SECOND: Decimal(90), THIRD: Decimal("70.0")})
        assert places == {FIRST: 2, SECOND: 1, THIRD: 2}
        assert qualifying.chosen(places, 1) == {SECOND}
        assert qualifying.chosen(places, 2) == {FIRST, SECOND, THIRD}
        assert qualifying.chosen(places, None) == {FIRST, SECOND, THIRD}

    @given(st.dictionaries(st.uuids(), st.decimals(0, 300, places=2), max_size=12), st.integers(1, 12))
    def test_nobody_who_is_left_out_scores_as_much_as_anybody_invited(
        self, totals: dict[UUID, Decimal], most: int
    ) -> None:
        invited = qualifying.chosen(qualifying.ranked(totals), most)
        out = set(totals) - invited
        assert len(invited) >= min(most, len(totals))
        assert all(totals[one] > totals[other] for one in invited for other in out)
        better = [sum(1 for other in totals.values() if other > totals[one]) for one in invited]
        assert all(number < most for number in better)


class TestTalking:
    LOT = UUID(int=9)

    def entry(self, kind: TalkKind, **more: Any) -> RecordTalk:
        given: dict[str, Any] = {"text": "Said", **more}
        return RecordTalk(tender_id=THIRD, expected_version=1, kind=kind, **given)

    def test_an_entry_is_for_one_or_for_all(self) -> None:
        to = talking.require_addressees
        both = (FIRST, SECOND)
        assert to(self.entry(TalkKind.QUESTION), both, []) == both
        assert to(self.entry(TalkKind.INFORMATION), both, []) == both
        assert to(self.entry(TalkKind.QUESTION, supplier_id=SECOND, lot_id=self.LOT), both, [self.LOT]) == (SECOND,)
        assert to(self.entry(TalkKind.SESSION, supplier_id=FIRST, held_at=NOON), both, []) == (FIRST,)

    @pytest.mark.parametrize(
        ("kind", "more", "wrong"),
        [
            (TalkKind.SESSION, {}, {"/supplier_id", "/held_at"}),
            (TalkKind.INFORMATION, {"supplier_id": FIRST, "held_at": NOON}, {"/supplier_id", "/held_at"}),
            (
                TalkKind.QUESTION,
                {"supplier_id": THIRD, "lot_id": LOT, "text": " "},
                {"/supplier_id", "/lot_id", "/text"},
            ),
        ],
    )
    def test_what_does_not_fit_is_named(self, kind: TalkKind, more: dict[str, Any], wrong: set[str]) -> None:
        with pytest.raises(Invalid) as refused:
            talking.require_addressees(self.entry(kind, **more), (FIRST, SECOND), [])
        assert {error.pointer for error in refused.value.errors} == wrong

    def test_everybody_takes_part_once_and_meets_in_every_round(self) -> None:
        assert talking.require_participants([SECOND, FIRST, SECOND]) == [FIRST, SECOND]
        with pytest.raises(talking.NobodyLeft):
            talking.require_participants([])
        talking.require_equal([FIRST], [FIRST, SECOND])
        with pytest.raises(talking.TalksUnequal) as refused:
            talking.require_equal([SECOND, FIRST], [])
        assert refused.value.facts == {"companies": f"{FIRST}, {SECOND}"}

    def test_so_many_rounds_at_least(self) -> None:
        talking.require_rounds(1, 1)
        with pytest.raises(talking.RoundsMissing) as refused:
            talking.require_rounds(3, 2)
        assert refused.value.facts == {"least": 3, "round": 2}


class TestOpenToAll:
    def test_a_public_tender_is_open_until_applications_or_bids_end(self) -> None:
        later = NOON + DAY
        for status, entry, applications_end_at, until in (
            (TenderStatus.TENDERING, Entry.PUBLIC, None, later),
            (TenderStatus.ENQUIRIES, Entry.PUBLIC, None, later),
            (TenderStatus.CLOSED, Entry.PUBLIC, None, None),
            (TenderStatus.TENDERING, Entry.INVITED, None, None),
            (TenderStatus.APPLICATIONS, Entry.PUBLIC, NOON, NOON),
            (TenderStatus.TENDERING, Entry.PUBLIC, NOON, None),
        ):
            assert admission.open_until(entry, status, later, applications_end_at) == until
