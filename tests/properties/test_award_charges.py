"""Scenarios that count set-up costs and freight are as good as trying everything, for every small market."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from b2b_market.sourcing.public import Allocation, Comparison, at_most, best_per_line, compare
from tests.properties.test_sourcing import Market, declared, markets, splits
from tests.sourcing.markets import basis, cny

SETUPS = st.sampled_from([None, None, "0.5", "1", "2.5", "6"]).map(
    lambda amount: None if amount is None else cny(amount)
)
FREIGHTS = st.sampled_from([None, None, "0.5", "2", "5"]).map(lambda amount: None if amount is None else cny(amount))
Key = tuple[int, Fraction, Decimal, int, tuple[int, ...]]


class Way(NamedTuple):
    """One offer: whose it is in declared order, its price, least and most, and its set-up cost."""

    order: int
    price: Decimal
    least: int
    most: int
    setup: Decimal


@st.composite
def charging(draw: st.DrawFn) -> Market:
    needs, quotes = draw(markets(lines=3, suppliers=4, most=3))
    return needs, [
        replace(one, lines=tuple(replace(line, setup=draw(SETUPS)) for line in one.lines), freight=draw(FREIGHTS))
        for one in quotes
    ]


class Trial:
    """Everything that can be done in a comparison, tried out."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.order = declared(comparison)
        self.freights = {
            self.order[column.supplier_id]: Decimal(0) if column.freight is None else column.freight.amount
            for column in comparison.columns
        }
        self.lines = [self._ways(position) for position in range(len(comparison.rows))]

    def key(self, able: Collection[int], counted: tuple[int, ...]) -> Key:
        """Return what a set of suppliers comes to; those in ``counted`` decide among equals."""
        unfilled, parts = 0, Fraction(0)
        cost = sum((self.freights[order] for order in counted), Decimal(0))
        for row, ways in zip(self.comparison.rows, self.lines, strict=True):
            if not ways:
                continue
            filled, own, _ = self.line(row.need.number - 1, able)
            missing = int(row.need.quantity.value) - filled
            unfilled += missing > 0
            parts += Fraction(missing, int(row.need.quantity.value))
            cost += own
            if missing:
                cost += missing * max(way.price for way in ways) + max(way.setup for way in ways)
        return unfilled, parts, cost, len(counted), counted

    def line(self, position: int, able: Collection[int]) -> tuple[int, Decimal, tuple[int, ...]]:
        """Return filled, cost and givers of the best split of a line over these suppliers."""
        ways = [way for way in self.lines[position] if way.order in able]
        found = []
        for shared in splits(self.comparison.rows[position].need, [way[:4] for way in ways]):
            used = tuple(at for at, quantity in enumerate(shared) if quantity)
            cost = sum((ways[at].price * shared[at] + ways[at].setup for at in used), Decimal(0))
            found.append((-sum(shared), cost, len(used), used))
        filled, cost, _, used = min(found)
        return -filled, cost, tuple(ways[at].order for at in used)

    def agrees(self, allocation: Allocation, able: Collection[int]) -> bool:
        """Tell whether each line of an allocation is the best split over ``able``."""
        for position, row in enumerate(self.comparison.rows):
            shares = [share for share in allocation.shares if share.line_id == row.need.line_id]
            own = {way.order: way for way in self.lines[position]}
            filled, cost, used = self.line(position, able) if own else (0, Decimal(0), ())
            paid = sum((share.exact + own[self.order[share.supplier_id]].setup for share in shares), Decimal(0))
            givers = {self.order[share.supplier_id] for share in shares}
            if (sum(share.quantity.value for share in shares), paid, givers) != (filled, cost, set(used)):
                return False
        return True

    def _ways(self, position: int) -> Sequence[Way]:
        found = (
            Way(
                self.order[column.supplier_id],
                cell.price.amount,
                int(cell.offer.minimum.value) if cell.offer.minimum else 0,
                int(cell.quantity.value),
                Decimal(0) if cell.offer.setup is None else cell.offer.setup.amount,
            )
            for column, cell in zip(self.comparison.columns, self.comparison.rows[position].cells, strict=True)
            if cell is not None and cell.awardable
        )
        return sorted(found, key=lambda way: (way.price, way.order))


def sets_of(orders: Collection[int], most: int) -> Iterator[tuple[int, ...]]:
    return chain.from_iterable(combinations(sorted(orders), size) for size in range(most + 1))


@given(charging())
def test_best_per_line_takes_the_suppliers_whose_freight_is_worth_it(market: Market) -> None:
    comparison = compare(*market, basis())
    trial = Trial(comparison)
    paid = {order for order, freight in trial.freights.items() if freight}
    free = trial.freights.keys() - paid
    best = min((trial.key({*free, *some}, some) for some in sets_of(paid, len(paid))), default=None)
    assert best is not None
    allocation = best_per_line(comparison)
    assert {trial.order[one.supplier_id] for one in allocation.suppliers} & paid == set(best[4])
    assert trial.agrees(allocation, {*free, *best[4]})


@given(charging(), st.integers(1, 4))
def test_at_most_n_pays_for_every_set_up_and_freight(market: Market, most: int) -> None:
    comparison = compare(*market, basis())
    trial = Trial(comparison)
    best = min(trial.key(some, some) for some in sets_of(trial.freights, most))
    allocation = at_most(comparison, most)
    assert tuple(sorted(trial.order[one.supplier_id] for one in allocation.suppliers)) == best[4]
    assert trial.agrees(allocation, best[4])
