"""Going on with fewer companies in plain values: who is scored how, who may be dropped, and how many are left."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.commands.reducing import CompanyScores, CriterionScore
from b2b_market.tendering.rules import reducing as rules
from b2b_market.tendering.rules.procedures import profile, read_procedure
from b2b_market.tendering.rules.shapes import Talks

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
FIRST, SECOND, THIRD = (UUID(int=number) for number in range(1, 4))
CRITERIA: list[dict[str, Any]] = [
    {"kind": "selection", "name": "Turnover", "weight": None},
    {"kind": "award", "name": "Price", "weight": "60"},
    {"kind": "award", "name": "Quality", "weight": "30"},
    {"kind": "award", "name": "Colour", "weight": "0"},
]


def scored(company: UUID, *scores: tuple[int, str]) -> CompanyScores:
    return CompanyScores(company, tuple(CriterionScore(place, Decimal(score)) for place, score in scores))


def talks(code: str) -> Talks | None:
    return read_procedure(profile(code).values).talks


class TestWhere:
    def test_the_procedure_says_how_many_are_kept(self) -> None:
        assert rules.require_foreseen(talks("eu-dialogue")) == rules.require_foreseen(talks("eu-negotiated")) == 3
        for code in ("china-open", "china-two-stage"):
            with pytest.raises(rules.ReductionNotForeseen):
                rules.require_foreseen(talks(code))

    def test_who_left_takes_no_part(self) -> None:
        rules.require_part(FIRST, [FIRST])
        with pytest.raises(rules.NotTakingPart):
            rules.require_part(SECOND, [FIRST])


class TestScores:
    def test_they_are_kept_in_the_order_of_the_companies_and_criteria(self) -> None:
        given_ = [scored(SECOND, (2, "50"), (1, "80")), scored(FIRST, (1, "100"), (2, "0"))]
        stored = rules.require_scores(given_, [FIRST, SECOND], CRITERIA)
        assert stored[1] == {
            "supplier": str(SECOND),
            "scores": [{"criterion": 1, "score": "80"}, {"criterion": 2, "score": "50"}],
        }
        assert rules.totals_of(stored, CRITERIA) == {FIRST: Fraction(200, 3), SECOND: Fraction(70)}

    @pytest.mark.parametrize(
        ("given_", "wrong"),
        [
            ([scored(FIRST, (1, "1"))], {("/scores", "companies")}),
            ([scored(FIRST, (1, "1"))] * 2, {("/scores", "companies")}),
            ([scored(FIRST, (1, "1")), scored(SECOND, (2, "1"))], {("/scores", "criteria")}),
            ([scored(one, (1, "1"), (1, "2")) for one in (FIRST, SECOND)], {("/scores", "criteria")}),
            ([scored(one, (0, "1")) for one in (FIRST, SECOND)], {("/scores", "criteria")}),
            ([scored(one) for one in (FIRST, SECOND)], {("/scores", "required")}),
            ([scored(one, (3, "1")) for one in (FIRST, SECOND)], {("/scores", "required")}),
            (
                [scored(FIRST, (1, "-0.01")), scored(SECOND, (1, "100.01"))],
                {("/scores/0/scores/0/score", "range"), ("/scores/1/scores/0/score", "range")},
            ),
        ],
    )
    def test_what_does_not_fit_is_named(self, given_: list[CompanyScores], wrong: set[tuple[str, str]]) -> None:
        with pytest.raises(Invalid) as refused:
            rules.require_scores(given_, [FIRST, SECOND], CRITERIA)
        assert {(error.pointer, error.code) for error in refused.value.errors} == wrong


class TestDropping:
    def test_equal_scores_share_a_place_and_are_treated_alike(self) -> None:
        totals = {FIRST: Fraction(9), SECOND: Fraction(5), THIRD: Fraction(5)}
        assert rules.places_of(totals) == {FIRST: 1, SECOND: 2, THIRD: 2}
        rules.require_worst(totals, [SECOND, THIRD])
        rules.require_worst(totals, totals)
        for dropped, code in (([SECOND], "order"), ([FIRST], "order"), ([], "unknown"), ([UUID(int=9)], "unknown")):
            with pytest.raises(Invalid) as refused:
                rules.require_worst(totals, dropped)
            assert [error.code for error in refused.value.errors] == [code]

    @given(st.lists(st.integers(0, 100), min_size=1, max_size=8), st.integers(1, 8))
    def test_whoever_is_kept_scores_more_than_whoever_is_dropped(self, points: list[int], least: int) -> None:
        totals = {UUID(int=number): Fraction(value) for number, value in enumerate(points)}
        places = rules.places_of(totals)
        for bound in sorted(set(places.values())):
            dropped = [one for one, place in places.items() if place >= bound]
            rules.require_worst(totals, dropped)
            left = len(totals) - len(dropped)
            if left >= least:
                rules.require_left(list(totals), dropped, least)
            else:
                with pytest.raises(rules.TooFewLeft):
                    rules.require_left(list(totals), dropped, least)

    def test_as_many_are_left_as_the_procedure_announces(self) -> None:
        rules.require_left([FIRST, SECOND, THIRD], [THIRD], 2)
        with pytest.raises(rules.TooFewLeft) as refused:
            rules.require_left([FIRST, SECOND, THIRD], [THIRD, SECOND], 2)
        assert refused.value.facts == {"least": 2, "left": 1}

    def test_the_talks_end_when_nobody_may_complain_any_more(self) -> None:
        second = timedelta(seconds=1)
        rules.require_over([], NOON)
        rules.require_over([None, NOON, NOON - second], NOON)
        with pytest.raises(rules.ReductionContestable) as refused:
            rules.require_over([NOON, None], NOON - second)
        assert refused.value.facts == {"ends_at": NOON.isoformat()}
