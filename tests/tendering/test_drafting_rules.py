"""What a tender must say before it is stored and before it is published, in plain values."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.refusal import Invalid, Refusal
from b2b_market.kernel.units import unit
from b2b_market.tendering.commands.tenders import BondInput, CriterionInput, DraftTender, ItemInput, LotInput
from b2b_market.tendering.rules import drafting
from b2b_market.tendering.rules.periods import Clock, Period
from b2b_market.tendering.rules.procedures import Procedure, profile, read_procedure
from b2b_market.tendering.states.procedures import CriterionKind, Entry, PeriodUnit

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
SHANGHAI = Clock(ZoneInfo("Asia/Shanghai"), 1)
A, B, C, D = (UUID(int=number) for number in range(1, 5))
ACME, OTHER, BIDDER = (UUID(int=number) for number in range(11, 14))

OPEN = read_procedure(profile("private-open").values)
"""Either entry, 1 bidder at least, a bond of at most 5 percent; 3 days for questions, 4 for bids, 2 after a change."""
ITEM = ItemInput(
    name="Bolt",
    quantity=Quantity(Decimal("0.001"), unit("KGM")),
    required_on=TODAY + timedelta(days=1),
    delivery_place="Gate 1",
)
LOT = LotInput(title="Steel", items=(ITEM,), estimate=Decimal("0.01"))
DRAFT = DraftTender(title="Fasteners", currency=Currency("CNY"), lots=(LOT,))


def wrong(refused: pytest.ExceptionInfo[Refusal]) -> list[tuple[str, str]]:
    return [(error.pointer, error.code) for error in refused.value.errors]


def faults(content: DraftTender, procedure: Procedure = OPEN) -> list[tuple[str, str]]:
    """Return pointer and code of each fault that storing ``content`` is refused for."""
    with pytest.raises(Invalid) as refused:
        drafting.require_sound_draft(content, procedure, TODAY)
    return wrong(refused)


def with_lot(**changes: object) -> DraftTender:
    return replace(DRAFT, lots=(LOT, replace(LOT, **changes)))  # type: ignore[arg-type]  # names are checked by replace


def with_item(**changes: object) -> DraftTender:
    return with_lot(items=(ITEM, replace(ITEM, **changes)))  # type: ignore[arg-type]  # names are checked by replace


def award(weight: str | None, kind: CriterionKind = CriterionKind.AWARD) -> CriterionInput:
    return CriterionInput(kind=kind, name="Price", weight=None if weight is None else Decimal(weight))


class TestWhatIsStored:
    def test_the_least_that_a_tender_says_is_enough(self) -> None:
        drafting.require_sound_draft(DRAFT, OPEN, TODAY)

    def test_a_title_is_more_than_blanks(self) -> None:
        assert faults(replace(DRAFT, title=" \t")) == [("/title", "required")]

    @pytest.mark.parametrize("chosen", [Entry.PUBLIC, Entry.INVITED])
    def test_a_procedure_that_leaves_the_choice_takes_either_one(self, chosen: Entry) -> None:
        drafting.require_sound_draft(replace(DRAFT, entry=chosen), OPEN, TODAY)

    def test_either_is_no_choice(self) -> None:
        assert faults(replace(DRAFT, entry=Entry.EITHER)) == [("/entry", "choice")]

    def test_a_procedure_that_decides_who_may_bid_leaves_no_choice(self) -> None:
        public = replace(OPEN, entry=Entry.PUBLIC)
        drafting.require_sound_draft(replace(DRAFT, entry=Entry.PUBLIC), public, TODAY)
        assert faults(DRAFT, public) == [("/entry", "procedure")]
        assert faults(replace(DRAFT, entry=Entry.EITHER), public) == [("/entry", "procedure"), ("/entry", "choice")]

    def test_bidders_are_asked_for_from_the_procedures_number_to_nine(self) -> None:
        three = replace(OPEN, minimum_bidders=3)
        for enough in (None, 3, 9):
            drafting.require_sound_draft(replace(DRAFT, minimum_bidders=enough), three, TODAY)
        for beyond in (2, 10):
            with pytest.raises(Invalid) as refused:
                drafting.require_sound_draft(replace(DRAFT, minimum_bidders=beyond), three, TODAY)
            assert wrong(refused) == [("/minimum_bidders", "range")]
            assert refused.value.errors[0].facts == {"least": 3}

    def test_a_rehearsal_runs_at_most_a_day_in_a_second(self) -> None:
        for speed in (1, 2, 86_400):
            drafting.require_sound_draft(replace(DRAFT, rehearsal_factor=speed), OPEN, TODAY)
        assert faults(replace(DRAFT, rehearsal_factor=0)) == [("/rehearsal_factor", "range")]
        assert faults(replace(DRAFT, rehearsal_factor=86_401)) == [("/rehearsal_factor", "range")]

    def test_a_rehearsal_is_for_invited_suppliers(self) -> None:
        public = replace(DRAFT, entry=Entry.PUBLIC)
        drafting.require_sound_draft(public, OPEN, TODAY)
        assert faults(replace(public, rehearsal_factor=2)) == [("/rehearsal_factor", "public")]

    def test_every_fault_is_named_at_once(self) -> None:
        content = replace(DRAFT, title="", lots=(), criteria=(award("99"),), bond=BondInput(percent=Decimal(6)))
        assert faults(content) == [
            ("/title", "required"),
            ("/lots", "count"),
            ("/criteria", "total"),
            ("/bond/percent", "range"),
        ]


class TestLots:
    def test_a_tender_has_one_to_two_hundred(self) -> None:
        drafting.require_sound_draft(replace(DRAFT, lots=(LOT,) * 200), OPEN, TODAY)
        for count in (0, 201):
            assert faults(replace(DRAFT, lots=(LOT,) * count)) == [("/lots", "count")]

    def test_each_has_a_title(self) -> None:
        assert faults(with_lot(title=" ")) == [("/lots/1/title", "required")]

    @pytest.mark.parametrize("estimate", [None, Decimal("0.01"), Decimal("9999999999999.99")])
    def test_an_estimate_may_be_left_out_or_is_an_amount(self, estimate: Decimal | None) -> None:
        drafting.require_sound_draft(with_lot(estimate=estimate), OPEN, TODAY)

    @pytest.mark.parametrize("estimate", [Decimal(-1), Decimal(0), Decimal(10) ** 13])
    def test_nothing_and_more_than_can_be_kept_are_no_estimates(self, estimate: Decimal) -> None:
        assert faults(with_lot(estimate=estimate)) == [("/lots/1/estimate", "amount")]

    def test_a_lot_has_one_to_five_hundred_items(self) -> None:
        drafting.require_sound_draft(with_lot(items=(ITEM,) * 500), OPEN, TODAY)
        for count in (0, 501):
            assert faults(with_lot(items=(ITEM,) * count)) == [("/lots/1/items", "count")]

    def test_an_item_says_what_how_much_and_when_after_today(self) -> None:
        assert faults(with_item(name="\n")) == [("/lots/1/items/1/name", "required")]
        assert faults(with_item(quantity=Quantity(Decimal(0), unit("KGM")))) == [
            ("/lots/1/items/1/quantity", "positive")
        ]
        assert faults(with_item(required_on=TODAY)) == [("/lots/1/items/1/required_on", "past")]


class TestCriteria:
    def test_the_weights_of_award_criteria_add_up_to_a_hundred(self) -> None:
        others = (award(None, CriterionKind.EXCLUSION), award(None, CriterionKind.SELECTION))
        for criteria in ((), others, (*others, award("99.5"), award("0.5"))):
            drafting.require_sound_draft(replace(DRAFT, criteria=criteria), OPEN, TODAY)
        for short in ("99.99", "100.01"):
            assert faults(replace(DRAFT, criteria=(*others, award(short)))) == [("/criteria", "total")]

    @pytest.mark.parametrize("kind", [CriterionKind.EXCLUSION, CriterionKind.SELECTION])
    def test_only_award_criteria_weigh(self, kind: CriterionKind) -> None:
        assert faults(replace(DRAFT, criteria=(award("100"), award("1", kind)))) == [("/criteria/1/weight", "weight")]

    def test_an_award_criterion_weighs_something(self) -> None:
        assert faults(replace(DRAFT, criteria=(award("100"), award(None)))) == [("/criteria/1/weight", "weight")]
        assert faults(replace(DRAFT, criteria=(award("100"), award("0")))) == [("/criteria/1/weight", "positive")]
        assert faults(replace(DRAFT, criteria=(award("101"), award("-1")))) == [("/criteria/1/weight", "positive")]


class TestBond:
    def test_no_percentage_is_no_bond(self) -> None:
        drafting.require_sound_draft(replace(DRAFT, bond=BondInput(form=" ")), OPEN, TODAY)

    def test_the_procedure_says_how_much_is_allowed(self) -> None:
        for percent in ("0.01", "5"):
            bond = BondInput(percent=Decimal(percent), form="Bank guarantee")
            drafting.require_sound_draft(replace(DRAFT, bond=bond), OPEN, TODAY)
        for percent in ("0", "5.01"):
            bond = BondInput(percent=Decimal(percent), form="Bank guarantee")
            with pytest.raises(Invalid) as refused:
                drafting.require_sound_draft(replace(DRAFT, bond=bond), OPEN, TODAY)
            assert wrong(refused) == [("/bond/percent", "range")]
            assert refused.value.errors[0].facts == {"most": 5}

    def test_a_bond_says_in_which_form_it_is_given(self) -> None:
        assert faults(replace(DRAFT, bond=BondInput(percent=Decimal(5), form=" "))) == [("/bond/form", "required")]


class TestInvitations:
    def test_who_cannot_be_invited_is_named(self) -> None:
        drafting.require_invitable([])
        with pytest.raises(Invalid) as refused:
            drafting.require_invitable([A, B])
        assert wrong(refused) == [("/supplier_ids", "unfit")]
        assert refused.value.errors[0].facts == {"ids": f"{A}, {B}"}


class TestCompleteness:
    NEEDED = ("closes_at", "budget_approved", "suppliers", "award_criteria", "estimates")

    def test_a_notice_that_lacks_nothing_goes_out(self) -> None:
        drafting.require_complete(**dict.fromkeys(self.NEEDED, True))

    @pytest.mark.parametrize("lacking", NEEDED)
    def test_what_a_notice_lacks_is_named_with_what_would_be_right(self, lacking: str) -> None:
        with pytest.raises(drafting.TenderIncomplete) as refused:
            drafting.require_complete(**{name: name != lacking for name in self.NEEDED})
        assert refused.value.code == "tender-incomplete"
        assert wrong(refused) == [(f"/{lacking}", "required")]

    def test_everything_that_lacks_is_named_in_order_each_with_an_own_sentence(self) -> None:
        with pytest.raises(drafting.TenderIncomplete) as refused:
            drafting.require_complete(**dict.fromkeys(self.NEEDED, False))
        assert wrong(refused) == [(f"/{name}", "required") for name in self.NEEDED]
        assert len({error.detail for error in refused.value.errors}) == len(self.NEEDED)


class TestPeriods:
    def test_questions_take_three_days_and_bids_four_after_them(self) -> None:
        closes = NOON + timedelta(days=7)
        assert drafting.require_periods(OPEN, SHANGHAI, NOON, None, closes) == NOON + timedelta(days=3)
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_periods(OPEN, SHANGHAI, NOON, None, closes - INSTANT)
        assert refused.value.code == "tender-period-too-short"
        assert refused.value.facts == {
            "earliest": "2026-11-29T12:00:00+00:00",
            "amount": 4,
            "unit": "calendar_days",
            "given": "2026-11-29T11:59:59.999999+00:00",
        }

    def test_questions_may_take_longer_and_bids_keep_their_time(self) -> None:
        ends = NOON + timedelta(days=5)
        closes = ends + timedelta(days=4)
        assert drafting.require_periods(OPEN, SHANGHAI, NOON, ends, closes) == ends
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_periods(OPEN, SHANGHAI, NOON, ends, closes - INSTANT)
        assert refused.value.facts["earliest"] == "2026-12-01T12:00:00+00:00"

    def test_questions_do_not_take_less(self) -> None:
        ends, closes = NOON + timedelta(days=3), NOON + timedelta(days=30)
        assert drafting.require_periods(OPEN, SHANGHAI, NOON, ends, closes) == ends
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_periods(OPEN, SHANGHAI, NOON, ends - INSTANT, closes)
        assert (refused.value.facts["earliest"], refused.value.facts["amount"]) == ("2026-11-25T12:00:00+00:00", 3)

    def test_without_a_time_for_questions_bids_are_taken_at_once(self) -> None:
        silent = replace(OPEN, enquiry=Period(0, PeriodUnit.CALENDAR_DAYS))
        closes = NOON + timedelta(days=4)
        assert drafting.require_periods(silent, SHANGHAI, NOON, closes, closes) is None
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_periods(silent, SHANGHAI, NOON, None, closes - INSTANT)
        assert refused.value.facts["earliest"] == "2026-11-26T12:00:00+00:00"

    def test_a_rehearsal_is_as_many_times_shorter(self) -> None:
        fast = Clock(SHANGHAI.zone, 86_400)
        closes = NOON + timedelta(seconds=7)
        assert drafting.require_periods(OPEN, fast, NOON, None, closes) == NOON + timedelta(seconds=3)
        with pytest.raises(drafting.TenderPeriodTooShort):
            drafting.require_periods(OPEN, fast, NOON, None, closes - INSTANT)


class TestExtensions:
    def test_two_days_are_left_after_a_change(self) -> None:
        closes = NOON + timedelta(days=2)
        drafting.require_extension(OPEN, SHANGHAI, NOON, closes - INSTANT, closes)
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_extension(OPEN, SHANGHAI, NOON, NOON, closes - INSTANT)
        assert (refused.value.facts["earliest"], refused.value.facts["amount"]) == ("2026-11-24T12:00:00+00:00", 2)

    def test_a_deadline_moves_later_only(self) -> None:
        before = NOON + timedelta(days=9)
        drafting.require_extension(OPEN, SHANGHAI, NOON, before, before + INSTANT)
        with pytest.raises(drafting.TenderPeriodTooShort) as refused:
            drafting.require_extension(OPEN, SHANGHAI, NOON, before, before)
        assert refused.value.facts == {
            "earliest": "2026-12-01T12:00:00+00:00",
            "amount": 0,
            "unit": "calendar_days",
            "given": "2026-12-01T12:00:00+00:00",
        }


def officer(user_id: UUID, name: str, org_id: UUID = ACME, department: str = "Audit") -> drafting.Officer:
    return drafting.Officer(user_id, org_id, department, name, proven=True)


class TestOfficers:
    NOBODY: frozenset[UUID] = frozenset()
    SOUND = (officer(A, "Ann"), officer(B, "Ben"), officer(C, "Cho", department="Law"))

    def refused(
        self,
        officers: tuple[drafting.Officer, ...],
        insiders: frozenset[UUID] = NOBODY,
        bidders: frozenset[UUID] = NOBODY,
    ) -> str:
        """Return who is named when S12 refuses ``officers`` where three are needed."""
        with pytest.raises(drafting.OfficersUnfit) as refused:
            drafting.require_officers(officers, 3, insiders, bidders)
        assert (refused.value.code, refused.value.facts["count"]) == ("tender-officers-unfit", 3)
        return str(refused.value.facts["names"])

    def test_three_people_of_two_departments_or_of_two_companies_are_fit(self) -> None:
        drafting.require_officers(self.SOUND, 3, frozenset({D}), frozenset({BIDDER}))
        abroad = replace(self.SOUND[2], org_id=OTHER, department="Audit")
        drafting.require_officers((*self.SOUND[:2], abroad), 3, self.NOBODY, self.NOBODY)

    def test_exactly_as_many_as_the_procedure_asks_for(self) -> None:
        assert self.refused(self.SOUND[1:]) == "-"
        assert self.refused((*self.SOUND, officer(D, "Dee"))) == "-"

    def test_one_person_with_two_keys_is_one_person(self) -> None:
        twice = replace(self.SOUND[0], department="Law")
        assert self.refused((*self.SOUND[:2], twice)) == "-"
        assert self.refused((*self.SOUND, twice)) == "-"

    def test_one_department_is_not_two_for_its_spelling(self) -> None:
        assert self.refused((*self.SOUND[:2], replace(self.SOUND[2], department=" AUDIT "))) == "-"

    def test_who_is_unfit_is_named(self) -> None:
        ann, ben, cho = self.SOUND
        assert self.refused((replace(ann, proven=False), ben, cho)) == "Ann"
        assert self.refused(self.SOUND, insiders=frozenset({B})) == "Ben"
        assert self.refused((ann, ben, replace(cho, org_id=BIDDER)), bidders=frozenset({BIDDER})) == "Cho"
        assert self.refused((replace(ann, proven=False), ben, cho), insiders=frozenset({C})) == "Ann, Cho"


class TestReasons:
    def test_a_reason_has_four_characters_without_outer_blanks(self) -> None:
        assert drafting.require_reason("  late ") == "late"
        with pytest.raises(drafting.TenderReasonMissing) as refused:
            drafting.require_reason("  why   ")
        assert (refused.value.code, refused.value.facts) == ("tender-reason-missing", {"least": 4})
