"""Bid bonds in plain values: what is wrong with one, and when it goes back."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import IllegalStep, Invalid
from b2b_market.tendering.commands.bonds import BondContent
from b2b_market.tendering.rules import bonds as rules
from b2b_market.tendering.rules.periods import Clock, Period
from b2b_market.tendering.rules.procedures import CODES, profile, read_procedure
from b2b_market.tendering.states.bonds import BOND_LIFECYCLE, BondFinding, BondForm, BondStatus, ReleaseCause
from b2b_market.tendering.states.evaluation import Outcome
from b2b_market.tendering.states.procedures import PeriodUnit
from b2b_market.tendering.states.tenders import TenderStatus

WANTED = rules.Wanted(Decimal("1.5"), Money.of("1000.10", "CNY"), "CNY", date(2027, 1, 31))
GIVEN = rules.Given(Decimal("15.01"), "CNY", date(2027, 1, 31))
CONTENT = BondContent(
    form=BondForm.INSURANCE,
    amount=Money.of("15.01", "CNY"),
    issuer="Insurer",
    reference="P-1",
    held_where="Buyer",
    valid_until=date(2027, 1, 31),
)
EARLY, LATE = datetime(2026, 11, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC)


class TestFindings:
    def test_what_was_asked_for_is_enough_to_the_cent_and_the_day(self) -> None:
        assert WANTED.least() == Money.of("15.01", "CNY")
        assert rules.findings(WANTED, GIVEN) == ()

    def test_each_fault_is_named(self) -> None:
        assert rules.findings(WANTED, None) == (BondFinding.MISSING,)
        assert rules.findings(WANTED, replace(GIVEN, amount=Decimal("15.00"))) == (BondFinding.TOO_SMALL,)
        assert rules.findings(WANTED, replace(GIVEN, currency="EUR")) == (BondFinding.WRONG_CURRENCY,)
        ends = replace(GIVEN, amount=Decimal(1), valid_until=date(2027, 1, 30))
        assert rules.findings(WANTED, ends) == (BondFinding.TOO_SMALL, BondFinding.ENDS_EARLY)

    def test_what_is_not_known_is_not_wrong(self) -> None:
        hidden = replace(WANTED, estimate=None)
        assert hidden.least() is None
        assert rules.findings(hidden, replace(GIVEN, amount=Decimal(1))) == ()
        assert rules.findings(replace(WANTED, until=None), replace(GIVEN, valid_until=date(2020, 1, 1))) == ()
        assert rules.findings(WANTED, replace(GIVEN, valid_until=None)) == ()

    @given(
        st.decimals(Decimal("0.01"), Decimal(10) ** 16 - 1, places=4),
        st.decimals(Decimal("0.01"), Decimal(10), places=2),
        st.sampled_from(["CNY", "JPY"]),
    )
    def test_the_least_amount_is_the_smallest_payable_one(
        self, estimate: Decimal, percent: Decimal, currency: str
    ) -> None:
        wanted = rules.Wanted(percent, Money.of(format(estimate, "f"), currency), currency, None)
        least = wanted.least()
        assert least is not None
        exact = Fraction(estimate) * Fraction(percent) / 100
        unit = Fraction(1, 10**least.currency.minor_digits)
        assert exact <= Fraction(least.amount) < exact + unit


class TestContent:
    def test_a_sound_bond_passes(self) -> None:
        rules.require_sound(CONTENT)
        rules.require_sound(replace(CONTENT, form=BondForm.CASH, issuer="", valid_until=None))

    def test_each_missing_part_is_named(self) -> None:
        with pytest.raises(Invalid) as refused:
            rules.require_sound(replace(CONTENT, issuer=" ", valid_until=None, amount=Money.of("0", "CNY")))
        assert [one.pointer for one in refused.value.errors] == ["/amount", "/issuer", "/valid_until"]
        with pytest.raises(Invalid) as refused:
            rules.require_sound(replace(CONTENT, amount=Money.of("15.001", "CNY")))
        assert [one.pointer for one in refused.value.errors] == ["/amount"]

    def test_a_tender_without_bonds_takes_none(self) -> None:
        rules.require_asked("2")
        with pytest.raises(rules.BondNotAsked):
            rules.require_asked(None)


class TestReturn:
    @pytest.mark.parametrize(
        ("standing", "release"),
        [
            (rules.Standing(TenderStatus.EVALUATING, LATE), None),
            (rules.Standing(TenderStatus.AWARDED, LATE, None, Outcome.WON, EARLY), None),
            (
                rules.Standing(TenderStatus.AWARDED, LATE, None, Outcome.LOST, EARLY),
                rules.Release(EARLY, ReleaseCause.LOST),
            ),
            (
                rules.Standing(TenderStatus.EVALUATING, LATE, None, Outcome.DISQUALIFIED, EARLY),
                rules.Release(EARLY, ReleaseCause.DISQUALIFIED),
            ),
            (
                rules.Standing(TenderStatus.COMPLETE, LATE, None, Outcome.WON, EARLY),
                rules.Release(LATE, ReleaseCause.ENDED),
            ),
            (
                rules.Standing(TenderStatus.COMPLETE, LATE, None, Outcome.LOST, EARLY),
                rules.Release(EARLY, ReleaseCause.LOST),
            ),
            (rules.Standing(TenderStatus.CANCELLED, LATE), rules.Release(LATE, ReleaseCause.ENDED)),
            (rules.Standing(TenderStatus.EVALUATING, LATE, EARLY), rules.Release(EARLY, ReleaseCause.CLAIMED)),
            (
                rules.Standing(TenderStatus.CONTINUED, LATE, departed_at=EARLY),
                rules.Release(EARLY, ReleaseCause.DEPARTED),
            ),
        ],
    )
    def test_a_bond_is_free_once_it_secures_nothing(
        self, standing: rules.Standing, release: rules.Release | None
    ) -> None:
        assert rules.release_of(standing) == release
        if release is None:
            with pytest.raises(rules.BondNotDue):
                rules.require_released(release)
        else:
            assert rules.require_released(release) is release

    def test_the_procedure_says_within_which_time(self) -> None:
        clock = Clock(ZoneInfo("Asia/Shanghai"))
        five = Period(5, PeriodUnit.CALENDAR_DAYS)
        early = rules.Release(EARLY, ReleaseCause.ENDED)
        assert rules.due_at(early, five, clock) == datetime(2026, 11, 6, tzinfo=UTC)
        assert (rules.due_at(None, five, clock), rules.due_at(early, None, clock)) == (None, None)
        found = {code: read_procedure(profile(code).values).bond_returned for code in CODES}
        assert found["china-open"] == five
        assert found["china-negotiated"] == Period(5, PeriodUnit.WORKING_DAYS)
        assert {code for code, period in found.items() if period} == {code for code in CODES if "china" in code}

    def test_nothing_is_asked_back_that_would_tell_who_bids(self) -> None:
        for status in (TenderStatus.TENDERING, TenderStatus.CLOSED, TenderStatus.ENQUIRIES):
            with pytest.raises(rules.BondNotClaimable):
                rules.require_claimable(status)
        for status in (TenderStatus.OPENED, TenderStatus.CANCELLED, TenderStatus.COMPLETE):
            rules.require_claimable(status)


def test_what_is_settled_stays_settled() -> None:
    assert BOND_LIFECYCLE.terminal() == {BondStatus.RETURNED, BondStatus.FORFEITED}
    with pytest.raises(IllegalStep):
        BOND_LIFECYCLE.require(BondStatus.HELD, "withdraw")
