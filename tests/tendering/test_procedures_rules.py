"""Procedures and their periods in plain values: what is looked up, what is refused, and how long a period lasts."""

from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.rules import procedures
from b2b_market.tendering.rules.periods import Period, end_of
from b2b_market.tendering.states.documents import Takers
from b2b_market.tendering.states.procedures import AwardOrder, Entry, PeriodUnit, Publicity, TieBreak
from b2b_market.tendering.states.stages import Envelopes

SHANGHAI = ZoneInfo("Asia/Shanghai")
HOURS, DAYS, WORKING_DAYS = PeriodUnit.HOURS, PeriodUnit.CALENDAR_DAYS, PeriodUnit.WORKING_DAYS


def refusals(name: str, code: str, **changes: Any) -> list[tuple[str, str]]:
    """Return pointer and code of each fault of a procedure that changes the values of profile ``code``."""
    values = deepcopy(dict(procedures.profile(code).values)) | changes
    try:
        procedures.require_sound(name, values, procedures.profile(code))
    except Invalid as refused:
        return [(error.pointer, error.code) for error in refused.errors]
    return []


class TestProfiles:
    def test_the_built_in_ones_are_found_by_their_code(self) -> None:
        assert tuple(procedures.profiles()) == procedures.CODES
        assert procedures.CODES[:5] == ("private-open", "accelerated", "china-open", "eu-open", "two-envelope")
        found = procedures.profile("eu-open")
        assert (found.code, found.edition, found.effective_on) == ("eu-open", 1, date(2026, 11, 1))

    @pytest.mark.parametrize("code", ["martian", "", "EU-OPEN"])
    def test_any_other_code_is_refused_by_its_name(self, code: str) -> None:
        with pytest.raises(procedures.UnknownProcedure) as refused:
            procedures.profile(code)
        assert (refused.value.code, refused.value.facts) == ("unknown-procedure", {"procedure": code})

    def test_the_nearest_statement_above_a_value_is_its_source(self) -> None:
        eu = procedures.profile("eu-open")
        assert eu.source_of("/periods/standstill").text == "Directive 89/665/EEC, Article 2a(2)"
        assert eu.source_of("/abnormally_low/below_mean_percent").text.startswith("Directive 2014/24/EU, Article 69")
        assert eu.source_of("/periods/enquiry") == procedures.Source("House rule of this product", confirmed=True)

    def test_values_are_read_as_what_the_rules_ask(self) -> None:
        assert procedures.read_procedure(procedures.profile("accelerated").values) == procedures.Procedure(
            entry=Entry.EITHER,
            notice=Publicity.PARTICIPANTS,
            opened_bids=Publicity.PARTICIPANTS,
            results=Publicity.PARTICIPANTS,
            enquiry=Period(1, DAYS),
            tendering=Period(2, WORKING_DAYS),
            extension=Period(1, DAYS),
            standstill=Period(0, DAYS),
            minimum_bidders=1,
            officers=3,
            threshold=2,
            reveal_hours=24,
            evaluation=AwardOrder.ORDERED,
            tie_break=TieBreak.EARLIEST,
            below_mean_percent=40,
            below_next_percent=30,
            bond_most_percent=5,
            committee=None,
            envelopes=Envelopes.ONE,
            technical_least=None,
            complaints=None,
            publicity=None,
            takers=Takers.UNRECORDED,
            correction_hours=24,
        )

    def test_who_reads_bids_and_awards_is_who_reads_the_notice_unless_it_is_said(self) -> None:
        eu = dict(procedures.profile("eu-open").values)
        said = procedures.read_procedure(eu)
        assert (said.opened_bids, said.results) == (Publicity.PARTICIPANTS, Publicity.PUBLIC)
        unsaid = procedures.read_procedure(
            {name: value for name, value in eu.items() if name not in ("opened_bids", "results")}
        )
        assert (unsaid.opened_bids, unsaid.results) == (Publicity.PUBLIC, Publicity.PUBLIC)

    def test_everything_that_is_decided_has_a_pointer(self) -> None:
        found = procedures.paths()
        assert {"/entry", "/periods/tendering", "/sealing/threshold", "/bond/most_percent"} <= set(found)
        assert "/periods" not in found

    def test_values_are_shown_as_people_read_them(self) -> None:
        assert procedures.shown({"amount": 20, "unit": "calendar_days"}) == "20 calendar_days"
        assert (procedures.shown(3), procedures.shown("public")) == ("3", "public")


class TestOwnProcedures:
    def test_a_name_has_one_to_a_hundred_characters_without_outer_blanks(self) -> None:
        assert refusals("x", "private-open") == []
        assert refusals(f" {'x' * 100} ", "private-open") == []
        for name in ("", " ", "x" * 101):
            assert refusals(name, "private-open") == [("/name", "length")]

    def test_what_a_law_allows_at_least_at_most_and_only(self) -> None:
        assert refusals("Ours", "china-open", minimum_bidders=3, bond={"most_percent": 2}) == []
        assert refusals("Ours", "china-open", minimum_bidders=2) == [("/minimum_bidders", "law")]
        assert refusals("Ours", "china-open", bond={"most_percent": 3}) == [("/bond/most_percent", "law")]
        assert refusals("Ours", "eu-open", notice="participants") == [("/notice", "law")]

    def test_a_refused_value_is_told_with_its_source(self) -> None:
        china = procedures.profile("china-open")
        with pytest.raises(Invalid) as refused:
            procedures.require_sound("Ours", {**china.values, "minimum_bidders": 2}, china)
        assert refused.value.errors[0].facts == {"source": "Bidding Law, Article 28", "value": "3", "given": "2"}

    @pytest.mark.parametrize(
        ("amount", "unit", "pointers"),
        [
            (30, "calendar_days", []),
            (30, "working_days", []),
            (29, "calendar_days", ["/periods/tendering/amount"]),
            (29, "working_days", ["/periods/tendering/amount"]),
            (30, "hours", ["/periods/tendering/amount"]),
        ],
    )
    def test_a_period_of_a_law_is_not_undercut_in_any_unit(self, amount: int, unit: str, pointers: list[str]) -> None:
        periods = {**procedures.profile("eu-open").values["periods"], "tendering": {"amount": amount, "unit": unit}}
        assert refusals("Ours", "eu-open", periods=periods) == [(pointer, "law") for pointer in pointers]

    def test_fewer_officers_are_needed_than_there_are(self) -> None:
        assert refusals("Ours", "private-open", sealing={"officers": 4, "threshold": 3, "reveal_hours": 24}) == []
        assert refusals("Ours", "private-open", sealing={"officers": 3, "threshold": 3, "reveal_hours": 24}) == [
            ("/sealing/threshold", "range")
        ]

    def test_a_committee_is_as_large_and_as_expert_as_the_law_asks(self) -> None:
        asked = procedures.profile("china-open").values["committee"]
        assert refusals("Ours", "china-open", committee={**asked, "least": 7}) == []
        assert [code for _, code in refusals("Ours", "china-open", committee={**asked, "least": 3})] == ["law"]
        too_many = {"least": 5, "experts": 4, "of": 3}
        assert refusals("Ours", "private-open", committee=too_many) == [("/committee/experts", "range")]

    def test_a_committee_that_the_law_asks_for_is_not_left_out(self) -> None:
        china = procedures.profile("china-open")
        without = {name: value for name, value in china.values.items() if name != "committee"}
        with pytest.raises(Invalid) as refused:
            procedures.require_sound("Ours", without, china)
        assert {(error.pointer.split("/")[1], error.code) for error in refused.value.errors} == {("committee", "law")}

    def test_fees_of_complaints_fit_each_other(self) -> None:
        own = procedures.profile("private-open").values["complaints"]
        assert refusals("Ours", "private-open", complaints=own) == []
        assert refusals("Ours", "private-open", complaints={**own, "fee_after_per_mille": 3}) == [
            ("/complaints/fee_after_per_mille", "range")
        ]

    def test_what_does_not_fit_the_schema_is_not_held_against_the_law(self) -> None:
        assert refusals("Ours", "china-open", minimum_bidders="2", bond={"most_percent": 3}) == [
            ("/minimum_bidders", "schema")
        ]


class TestStages:
    DIALOGUE: ClassVar = {"kind": "dialogue", "rounds": 1, "final": {"amount": 4, "unit": "calendar_days"}}
    ASKED: ClassVar = {
        "period": {"amount": 5, "unit": "calendar_days"},
        "least": 3,
        "most": 0,
        "standstill": {"amount": 0, "unit": "hours"},
    }

    def test_every_profile_keeps_its_own_limits(self) -> None:
        for code in procedures.CODES:
            assert refusals("Ours", code) == [], code

    def test_a_dialogue_begins_with_applications(self) -> None:
        assert refusals("Ours", "private-open", talks=self.DIALOGUE) == [("/talks/kind", "range")]
        assert refusals("Ours", "private-open", talks=self.DIALOGUE, applications=self.ASKED) == []
        negotiation = {**self.DIALOGUE, "kind": "negotiation"}
        assert refusals("Ours", "private-open", talks=negotiation) == []

    @pytest.mark.parametrize(("most", "wrong"), [(0, False), (2, True), (3, False)])
    def test_no_fewer_are_invited_at_most_than_at_least(self, most: int, *, wrong: bool) -> None:
        found = refusals("Ours", "private-open", applications={**self.ASKED, "most": most})
        assert found == [("/applications/most", "range")] * wrong

    def test_what_a_law_rules_out_is_left_out(self) -> None:
        negotiation = {**self.DIALOGUE, "kind": "negotiation"}
        assert refusals("Ours", "china-open", talks=negotiation) == [("/talks", "law")]


class TestPeriods:
    SATURDAY = datetime(2026, 11, 21, 9, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("amount", "unit", "days"),
        [(48, HOURS, 2), (0, DAYS, 0), (2, DAYS, 2), (0, WORKING_DAYS, 0), (1, WORKING_DAYS, 2), (6, WORKING_DAYS, 9)],
    )
    def test_hours_pass_and_days_are_counted(self, amount: int, unit: PeriodUnit, days: int) -> None:
        assert end_of(self.SATURDAY, Period(amount, unit), SHANGHAI) == self.SATURDAY + timedelta(days=days)

    def test_the_weekday_is_the_buyers(self) -> None:
        friday_night = datetime(2026, 11, 20, 17, tzinfo=UTC)
        period = Period(1, WORKING_DAYS)
        assert end_of(friday_night, period, ZoneInfo("UTC")) == friday_night + timedelta(days=3)
        assert end_of(friday_night, period, SHANGHAI) == friday_night + timedelta(days=2)

    def test_a_rehearsal_is_as_many_times_shorter_to_the_microsecond(self) -> None:
        day = Period(1, DAYS)
        assert end_of(self.SATURDAY, day, SHANGHAI, 86_400) == self.SATURDAY + timedelta(seconds=1)
        assert end_of(self.SATURDAY, day, SHANGHAI, 7) == self.SATURDAY + timedelta(days=1) / 7

    def test_a_period_covers_what_is_never_longer(self) -> None:
        assert Period(20, WORKING_DAYS).covers(Period(20, DAYS))
        assert Period(20, DAYS).covers(Period(20, DAYS))
        assert not Period(19, WORKING_DAYS).covers(Period(20, DAYS))
        assert not Period(480, HOURS).covers(Period(20, DAYS))


class TestEnvelopes:
    def test_a_least_technical_score_belongs_to_two_envelopes(self) -> None:
        assert refusals("Ours", "private-open", envelopes="two", technical_least=60) == []
        assert refusals("Ours", "private-open", technical_least=60) == [("/technical_least", "range")]
        assert refusals("Ours", "private-open", envelopes="one", technical_least=60) == [("/technical_least", "range")]
        assert refusals("Ours", "two-envelope", envelopes="one") == [
            ("/envelopes", "law"),
            ("/technical_least", "range"),
        ]
        found = procedures.read_procedure(procedures.profile("two-envelope").values)
        assert (found.envelopes, found.technical_least) == (Envelopes.TWO, 60)
