"""Sensitivity holds against trying weights, and scales of their own cannot be moved by rivals."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.sourcing.public import (
    PRICE,
    PRICE_NAME,
    Bid,
    Criterion,
    Formula,
    rank_reversals,
    score,
    score_if,
    stretches,
    turning_points,
)
from tests.sourcing.markets import FIRST_SUBMISSION, cny, supplier_id

bids = st.lists(
    st.tuples(st.integers(1, 6), st.integers(0, 5), st.booleans(), st.integers(0, 2)), min_size=1, max_size=6
).map(
    lambda rows: [
        Bid(
            supplier_id=supplier_id(at),
            supplier=f"Supplier {at}",
            price=cny(str(price)),
            submitted_at=FIRST_SUBMISSION + timedelta(hours=hours),
            values={"quality": Decimal(quality), "certified": certified},
        )
        for at, (price, quality, certified, hours) in enumerate(rows)
    ]
)
formulas = st.sampled_from([Formula.LOWEST_RATIO, Formula.LOWEST_RANGE, Formula.BETWEEN])
weights = st.tuples(st.integers(1, 60), st.integers(1, 30))


def criteria(formula: Formula, parts: tuple[int, int]) -> list[Criterion]:
    price, quality = parts
    return [
        Criterion(
            key=PRICE, name=PRICE_NAME, weight=Decimal(price), formula=formula, worst=Decimal(9), best=Decimal(1)
        ),
        Criterion(
            key="quality",
            name="Quality",
            weight=Decimal(quality),
            formula=Formula.BETWEEN,
            worst=Decimal(0),
            best=Decimal(5),
        ),
        Criterion(key="certified", name="Certified", weight=Decimal(100 - price - quality), formula=Formula.YES_NO),
    ]


@given(bids, formulas, weights, st.fractions(0, 100, max_denominator=1000))
def test_who_leads_on_a_stretch_leads_at_each_weight_of_it(
    made: list[Bid], formula: Formula, parts: tuple[int, int], weight: Fraction
) -> None:
    asked = criteria(formula, parts)
    leader = score_if(asked, made, PRICE, weight)[0]
    divided = stretches(asked, made, PRICE)
    holding = [one for one in divided if one.low <= weight <= one.high]
    assert holding
    for one in holding:
        own = next(at for at in score_if(asked, made, PRICE, weight) if at.bid.supplier_id == one.leader)
        assert own.total == leader.total
        if one.low < weight < one.high:
            assert leader.bid.supplier_id == one.leader


@given(bids, formulas, weights)
def test_stretches_cover_all_weights_once_and_meet_at_the_turning_points(
    made: list[Bid], formula: Formula, parts: tuple[int, int]
) -> None:
    asked = criteria(formula, parts)
    divided = stretches(asked, made, PRICE)
    assert divided[0].low == 0
    assert divided[-1].high == 100
    assert all(one.low < one.high for one in divided)
    for below, above in pairwise(divided):
        assert below.high == above.low
        assert below.leader != above.leader
    points = turning_points(asked, made, PRICE)
    assert sorted(point.weight for point in points) == [one.low for one in divided[1:]]
    assert [abs(point.change) for point in points] == sorted(abs(point.change) for point in points)
    assert all(point.weight - point.change == parts[0] for point in points)


@given(bids, formulas, weights)
def test_the_published_weight_gives_the_published_ranking(
    made: list[Bid], formula: Formula, parts: tuple[int, int]
) -> None:
    asked = criteria(formula, parts)
    assert score_if(asked, made, PRICE, Fraction(parts[0])) == score(asked, made)


@given(bids, weights)
def test_scales_of_their_own_know_no_rank_reversal(made: list[Bid], parts: tuple[int, int]) -> None:
    asked = criteria(Formula.BETWEEN, parts)
    assert rank_reversals(asked, made) == ()
    alone = {one.bid.supplier_id: score(asked, [one.bid])[0].total for one in score(asked, made)}
    assert {one.bid.supplier_id: one.total for one in score(asked, made)} == alone
