"""What evaluation keeps whatever the bids: strict places, no rounding, draws that nobody steers."""

from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.tendering.rules import drawing, judging
from b2b_market.tendering.rules.abnormal import Threshold
from b2b_market.tendering.states.procedures import TieBreak

AMOUNTS = st.decimals(min_value="0.01", max_value="100000", places=2)
BIDS = st.lists(st.tuples(AMOUNTS, st.integers(0, 100)), min_size=1, max_size=8)
WEIGHED = judging.Weights(Fraction(60), {"1": Fraction(40)})


def bids_of(found: list[tuple[Decimal, int]]) -> list[judging.Judged]:
    return [
        judging.Judged(UUID(int=number), number, amount, {"1": Fraction(score)})
        for number, (amount, score) in enumerate(found, start=1)
    ]


@given(BIDS, st.sampled_from(TieBreak), st.permutations(range(8)))
def test_places_are_strict_and_do_not_depend_on_the_order_given(
    found: list[tuple[Decimal, int]], tie_break: TieBreak, order: list[int]
) -> None:
    bids = bids_of(found)
    shuffled = [bids[n] for n in order if n < len(bids)]
    placed = judging.placed(bids, WEIGHED, Threshold(), tie_break, b"seed")
    assert judging.placed(shuffled, WEIGHED, Threshold(), tie_break, b"seed") == placed
    assert [one.place for one in placed] == list(range(1, len(bids) + 1))
    scores = [one.score or Fraction(0) for one in placed]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 100 for score in scores)


@given(BIDS)
def test_a_lower_price_with_the_same_quality_never_stands_behind(found: list[tuple[Decimal, int]]) -> None:
    bids = bids_of([(amount, 50) for amount, _ in found])
    placed = judging.placed(bids, WEIGHED, Threshold(), TieBreak.EARLIEST, b"")
    totals = [one.total for one in placed]
    assert totals == sorted(totals)


@given(st.sets(st.uuids(), min_size=5, max_size=12), st.binary(min_size=32, max_size=32), st.binary(min_size=1))
def test_barring_somebody_leaves_the_order_of_the_others(people: set[UUID], seed: bytes, beacon: bytes) -> None:
    pool = [drawing.Candidate(one, expert=False) for one in people]
    shape = drawing.Shape()
    drawn = drawing.draw(seed, beacon, pool, 3, shape=shape)
    line = (*drawn.members, *drawn.reserves)
    again = drawing.draw(seed, beacon, pool, 3, shape=shape, barred={line[0]})
    assert (*again.members, *again.reserves) == line[1:]
