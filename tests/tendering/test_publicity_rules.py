"""The publicity of candidates in plain values."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

import pytest

from b2b_market.tendering.rules import publicity as rules
from b2b_market.tendering.rules.judging import Placed
from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.rules.procedures import profile
from b2b_market.tendering.rules.publicity_terms import PublicityTerms, read_publicity
from b2b_market.tendering.states.procedures import PeriodUnit
from b2b_market.tendering.states.publicity import PublicityStatus

BIDS = tuple(UUID(int=number) for number in range(1, 6))
DAYS = Period(3, PeriodUnit.CALENDAR_DAYS)
SHOWN = PublicityTerms(3, DAYS, DAYS, prices=True, scores=True)


def placed(number: int, score: Fraction | None = Fraction(200, 3)) -> Placed:
    return Placed(BIDS[number - 1], number, False, Decimal(100), score, score, None)


class TestTerms:
    def test_the_chinese_profile_publishes_three_for_three_days(self) -> None:
        assert read_publicity(profile("china-open").values["publicity"]) == SHOWN
        assert read_publicity(profile("eu-open").values.get("publicity")) is None

    def test_a_procedure_without_candidates_publishes_none(self) -> None:
        assert rules.require_foreseen(SHOWN) is SHOWN
        with pytest.raises(rules.PublicityNotForeseen):
            rules.require_foreseen(None)


class TestRanking:
    def test_the_best_placed_are_published_in_order(self) -> None:
        found = rules.candidates([placed(4), placed(2), placed(1), placed(3)], SHOWN)
        assert [one.place for one in found] == [1, 2, 3]

    def test_figures_are_published_as_the_procedure_says(self) -> None:
        total, names = {"amount": "100.00", "currency": "CNY"}, {"zh": "投标人", "en": "Bidder"}
        offers = {BIDS[0]: {"supplier": BIDS[4], "name": "Bidder", "names": names, "total": total}}
        whole = {
            "bid": str(BIDS[0]),
            "place": 1,
            "supplier": str(BIDS[4]),
            "name": "Bidder",
            "names": names,
            "total": total,
            "score": "66.67",
        }
        assert rules.statement([placed(1)], offers, SHOWN) == [whole]
        hidden = PublicityTerms(3, DAYS, DAYS, prices=False, scores=False)
        assert rules.statement([placed(1)], offers, hidden) == [{**whole, "total": None, "score": None}]
        assert rules.statement([placed(1, None)], offers, SHOWN) == [{**whole, "score": None}]


class TestAwards:
    def test_wait_for_the_ranking_that_they_rest_on(self) -> None:
        over = rules.Published(PublicityStatus.OVER, BIDS[:2])
        rules.require_over(over, BIDS[0])
        running = rules.Published(PublicityStatus.RUNNING, BIDS[:2])
        for found, bid in ((None, BIDS[0]), (running, BIDS[0]), (over, BIDS[1])):
            with pytest.raises(rules.CandidatesNotPublished):
                rules.require_over(found, bid)

    def test_the_same_ranking_is_published_once(self) -> None:
        gone = rules.Published(PublicityStatus.WITHDRAWN, BIDS[:2])
        for found, bids in (
            (None, BIDS[:2]),
            (gone, BIDS[:2]),
            (rules.Published(PublicityStatus.OVER, BIDS), BIDS[:2]),
        ):
            rules.require_new(found, bids)
        with pytest.raises(rules.CandidatesPublished):
            rules.require_new(rules.Published(PublicityStatus.RUNNING, BIDS[:2]), BIDS[:2])
