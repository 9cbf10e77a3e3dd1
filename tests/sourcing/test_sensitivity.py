from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.sourcing.public import (
    LEAD_TIME,
    PRICE,
    Criterion,
    Formula,
    Stretch,
    TurningPoint,
    WeightsIncomplete,
    score,
    score_if,
    stretches,
    turning_points,
)
from tests.sourcing.markets import supplier_id
from tests.sourcing.test_scoring import PRICE_BY_RATIO, QUALITY, bid, weighted

CHEAP, GOOD, MIDDLE = supplier_id(1), supplier_id(2), supplier_id(3)
CRITERIA = [weighted(PRICE_BY_RATIO, "60"), weighted(QUALITY, "40")]
BIDS = [
    bid(1, "100", values={"quality": "30"}),
    bid(2, "200", values={"quality": "90"}),
    bid(3, "125", values={"quality": "60"}),
]


def test_the_weights_from_0_to_100_are_divided_by_who_leads() -> None:
    """Totals at weight w of price: 100w+30(1-w), 50w+90(1-w), 80w+60(1-w); good = middle where 30(1-w) = 30w."""
    assert stretches(CRITERIA, BIDS, PRICE) == (
        Stretch(Fraction(0), Fraction(50), GOOD),
        Stretch(Fraction(50), Fraction(60), MIDDLE),
        Stretch(Fraction(60), Fraction(100), CHEAP),
    )


def test_the_nearest_turning_point_comes_first() -> None:
    assert turning_points([weighted(PRICE_BY_RATIO, "70"), weighted(QUALITY, "30")], BIDS, PRICE) == (
        TurningPoint(Fraction(60), Fraction(-10), MIDDLE, CHEAP),
        TurningPoint(Fraction(50), Fraction(-20), GOOD, MIDDLE),
    )


def test_who_wins_if_price_weighs_ten_points_less() -> None:
    criteria = [weighted(PRICE_BY_RATIO, "65"), weighted(QUALITY, "35")]
    assert score(criteria, BIDS)[0].bid.supplier_id == CHEAP
    changed = score_if(criteria, BIDS, PRICE, Fraction(55))
    assert [one.bid.supplier_id for one in changed] == [MIDDLE, CHEAP, GOOD]
    assert changed[0].total == 80 * Fraction(55, 100) + 60 * Fraction(45, 100)


def test_the_other_criteria_keep_their_balance() -> None:
    lead = Criterion(key=LEAD_TIME, name="Lead time", weight=Decimal(10), formula=Formula.LOWEST_RANGE)
    criteria = [weighted(PRICE_BY_RATIO, "60"), weighted(QUALITY, "30"), lead]
    (one,) = score_if(criteria, [bid(1, "1", values={"quality": "50", LEAD_TIME: "5"})], PRICE, Fraction(20))
    assert [part.weighted for part in one.scores] == [Fraction(20), Fraction(30), Fraction(20)]


def test_at_a_turning_point_totals_are_equal_to_the_last_digit() -> None:
    criteria = [weighted(PRICE_BY_RATIO, "60"), weighted(QUALITY, "40")]
    bids = [bid(1, "7", values={"quality": "11"}), bid(2, "9", values={"quality": "17"})]
    (point,) = turning_points(criteria, bids, PRICE)
    ranked = score_if(criteria, bids, PRICE, point.weight)
    assert ranked[0].total == ranked[1].total
    assert point.weight.denominator > 1
    assert (point.below, point.above) == (supplier_id(2), supplier_id(1))


def test_equal_bids_are_divided_by_the_published_tie_break() -> None:
    bids = [bid(2, "10", hours=2, values={"quality": "50"}), bid(1, "10", hours=1, values={"quality": "50"})]
    assert stretches(CRITERIA, bids, PRICE) == (Stretch(Fraction(0), Fraction(100), supplier_id(1)),)


def test_nothing_shifts_with_one_criterion_or_without_bids() -> None:
    assert stretches([PRICE_BY_RATIO], BIDS, PRICE) == ()
    assert turning_points(CRITERIA, [], PRICE) == ()
    with pytest.raises(ValueError, match="price is not one of several criteria"):
        score_if([PRICE_BY_RATIO], BIDS, PRICE, Fraction(50))
    with pytest.raises(ValueError, match="colour is not one of several criteria"):
        stretches(CRITERIA, BIDS, "colour")


@pytest.mark.parametrize("weight", [Fraction(-1, 10**9), Fraction(100) + Fraction(1, 10**9)])
def test_a_weight_beyond_the_scale_is_an_error_of_the_caller(weight: Fraction) -> None:
    with pytest.raises(ValueError, match="between 0 and 100"):
        score_if(CRITERIA, BIDS, PRICE, weight)


def test_unusable_criteria_are_refused_here_as_well() -> None:
    broken = [replace(CRITERIA[0], weight=Decimal(50)), CRITERIA[1]]
    for call in (stretches, turning_points):
        with pytest.raises(WeightsIncomplete):
            call(broken, BIDS, PRICE)
    with pytest.raises(WeightsIncomplete):
        score_if(broken, BIDS, PRICE, Fraction(10))
