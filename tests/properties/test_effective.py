"""Whatever a lot weighs: exact, monotone, and in the order of the effective prices."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules.abnormal import Threshold
from b2b_market.tendering.rules.effective import Declared, Weighing, factor, weigh, weighing_errors
from b2b_market.tendering.states.procedures import TieBreak
from b2b_market.tendering.states.weighing import CostKind

amounts = st.decimals(min_value=0, max_value=10**6, places=4)
answers = st.lists(st.decimals(min_value=0, max_value=Decimal("0.1"), places=4), min_size=2, max_size=4)
features = st.lists(answers, max_size=3).map(
    lambda shares: tuple(
        Feature(f"F{n}", tuple(Answer(str(at), share) for at, share in enumerate(one))) for n, one in enumerate(shares)
    )
)
costs = st.lists(
    st.builds(
        lambda price, kind, years, rate: Cost(
            name="C", unit="KWH", price=price, kind=kind, years=years, rate_percent=rate
        ),
        st.decimals(min_value=Decimal("0.01"), max_value=1000, places=2),
        st.sampled_from(CostKind),
        st.integers(1, 12),
        st.decimals(min_value=0, max_value=50, places=2),
    ),
    max_size=3,
).map(tuple)
weighings = st.builds(Weighing, features, costs)


@st.composite
def declared(draw: st.DrawFn, weighing: Weighing) -> Declared:
    chosen = tuple(draw(st.sampled_from([None, *one.answers])) for one in weighing.features)
    return Declared(chosen, tuple(draw(amounts) for _ in weighing.costs))


@given(weighings, amounts, amounts, st.data())
def test_a_price_counts_exactly_and_more_where_it_is_more(
    weighing: Weighing, price: Decimal, more: Decimal, data: st.DataObject
) -> None:
    assert weighing_errors(weighing, "/lots/0") == []
    said = data.draw(declared(weighing))
    found = weigh(price, weighing, said)
    assert 1 <= found.coefficient <= Fraction(10, 7)
    assert (found.effective - found.later) * found.coefficient == Fraction(price)
    worth = [
        Fraction(amount) * factor(cost) for amount, cost in zip(said.amounts, weighing.costs, strict=True) if amount
    ]
    assert found.later == sum(worth, Fraction(0))
    dearer = weigh(price + more, weighing, said).effective
    assert dearer - found.effective == Fraction(more) / found.coefficient
    nothing = weigh(price, weighing, Declared((None,) * len(weighing.features), said.amounts))
    assert nothing.effective >= found.effective
    assert nothing.coefficient == 1
    if said.amounts:
        later = weigh(
            price, weighing, Declared(said.answers, ((said.amounts[0] or Decimal(0)) + more, *said.amounts[1:]))
        )
        assert later.effective - found.effective == Fraction(more) * factor(weighing.costs[0])


@given(weighings, st.lists(amounts, min_size=1, max_size=6), st.data())
def test_bids_are_placed_by_what_they_count_as(weighing: Weighing, prices: list[Decimal], data: st.DataObject) -> None:
    bids = [
        judging.Judged(UUID(int=n), n, price, {}, weigh(price, weighing, data.draw(declared(weighing))))
        for n, price in enumerate(prices, start=1)
    ]
    placed = judging.placed(bids, judging.weights_of([]), Threshold(), TieBreak.EARLIEST, b"")
    by_id = {one.bid_id: one for one in bids}
    for better, worse in pairwise(by_id[one.bid_id] for one in placed):
        assert (better.price, better.sequence) < (worse.price, worse.sequence)
    again = judging.placed(bids[::-1], judging.weights_of([]), Threshold(), TieBreak.EARLIEST, b"")
    assert again == placed
