"""The best way to fill one need from several offers, proven by branch and bound.

An offer gives nothing, or between its minimum and what it offers, and then charges its set-up cost once. Of all such
splits the best one, in this order,

1. fills the most of the need,
2. costs least with the set-up costs of those who give, decided on exact figures,
3. uses the fewest suppliers,
4. uses the cheaper offers, and among equal prices the earlier in declared order.

Where one offer that covers the need is cheapest, nothing has to be searched. Where an offer is undecided, its set-up
cost counts by the part of its maximum that is taken, rounded down: never more than the whole, so that nothing better is
cut off.
"""

from collections.abc import Collection, Sequence
from decimal import ROUND_DOWN, Context, Decimal
from typing import NamedTuple

from b2b_market.sourcing.rules.refusals import LineTooTangled

MAX_STEPS = 100_000
"""Steps of search one allocation may spend on splits, a second or so; most needs take one or two per offer."""

_NOTHING = Decimal(0)
_NONE: frozenset[int] = frozenset()
_DOWN = Context(prec=28, rounding=ROUND_DOWN)


class Source(NamedTuple):
    """What one supplier could give: ``order`` is its place in the declared order; 0 <= minimum <= maximum <= need.

    ``setup`` is charged once if anything is taken.
    """

    order: int
    price: Decimal
    minimum: Decimal
    maximum: Decimal
    setup: Decimal = _NOTHING


class Split(NamedTuple):
    """Who gives how much (declared order and quantity, all positive), how much that fills and what it costs, exact."""

    parts: tuple[tuple[int, Decimal], ...]
    filled: Decimal
    cost: Decimal


class Budget:
    """The steps of search left to one allocation."""

    def __init__(self, steps: int = MAX_STEPS) -> None:
        """Start with ``steps``."""
        self._left = steps

    def spend(self, number: int, offers: int) -> None:
        """Take one step for line ``number``; refuse with LineTooTangled when none is left."""
        self._left -= 1
        if self._left < 0:
            raise LineTooTangled(number=str(number), offers=str(offers))


class Filling:
    """One need with its sources, in exact arithmetic."""

    def __init__(self, number: int, need: Decimal, sources: Sequence[Source], budget: Budget) -> None:
        """Sort ``sources`` by price and declared order; ``number`` is the line a refusal names."""
        self._number = number
        self._need = need
        self._sources = sorted(sources, key=lambda source: (source.price, source.order))
        self._budget = budget
        self._best = (_NOTHING, _NOTHING)
        self._charging = any(source.setup for source in self._sources)
        self._spread = [
            _DOWN.divide(source.setup, source.maximum) if source.setup else _NOTHING for source in self._sources
        ]

    def best(self) -> Split:
        """Return the best split, empty where there is no source; refuses with LineTooTangled."""
        single = self._single()
        if single is not None:
            return single
        self._prove()
        size, found = 0, self._first(0, 0, ())
        while found is None:
            size += 1
            found = self._first(size, 0, ())
        return found

    def outcome(self) -> tuple[Decimal, Decimal]:
        """Return how much the best split fills and what it costs, without finding out who gives what."""
        single = self._single()
        if single is not None:
            return single.filled, single.cost
        self._prove()
        return -self._best[0], self._best[1]

    def _single(self) -> Split | None:
        """Return the whole need from one source where no other source, and no split, can be cheaper.

        A split costs at least what all would cost at its lowest price, with that source's set-up.
        """
        if self._charging:
            return self._single_charging()
        for source in self._sources:
            if source.price > self._sources[0].price:
                break
            if source.maximum >= self._need:
                return Split(((source.order, self._need),), self._need, self._need * source.price)
        return None

    def _single_charging(self) -> Split | None:
        costs = [self._need * source.price + source.setup for source in self._sources]
        covering = [place for place, source in enumerate(self._sources) if source.maximum >= self._need]
        if not covering:
            return None
        best = min(covering, key=costs.__getitem__)
        if min(costs) < costs[best]:
            return None
        return Split(((self._sources[best].order, self._need),), self._need, costs[best])

    def _prove(self) -> None:
        """Find the most that can be filled and its lowest cost."""
        self._best = (_NOTHING, _NOTHING)
        self._branch(_NONE, _NONE)

    def _branch(self, chosen: frozenset[int], out: frozenset[int]) -> None:
        """Look for something better with all of ``chosen`` and none of ``out``."""
        relaxed = self._relaxed(chosen, out)
        if relaxed is None or (-relaxed.filled, relaxed.cost) >= self._best:
            return
        broken = next((index for index, given in relaxed.parts if given < self._sources[index].minimum), None)
        if broken is None:
            cost = self._cost(relaxed.parts) if self._charging else relaxed.cost
            self._best = min(self._best, (-relaxed.filled, cost))
            if cost <= relaxed.cost:
                return
            broken = next(index for index, _ in relaxed.parts if self._spread[index] and index not in chosen)
        self._branch(chosen | {broken}, out)
        self._branch(chosen, out | {broken})

    def _first(self, size: int, position: int, chosen: tuple[int, ...]) -> Split | None:
        """Return the first best split over ``size`` sources that begins with ``chosen`` and goes on at ``position``."""
        full = len(chosen) == size
        until = len(self._sources) if full else position
        relaxed = self._relaxed(chosen, [index for index in range(until) if index not in chosen])
        if relaxed is None or (-relaxed.filled, relaxed.cost) > self._best:
            return None
        if full:
            parts = tuple((self._sources[index].order, given) for index, given in relaxed.parts)
            return Split(parts, relaxed.filled, relaxed.cost) if len(parts) == size else None
        if self._fewest(-self._best[0], position, chosen) > size:
            return None
        found = (self._first(size, index + 1, (*chosen, index)) for index in range(position, len(self._sources)))
        return next((split for split in found if split is not None), None)

    def _relaxed(self, chosen: Collection[int], out: Collection[int]) -> Split | None:
        """Fill with ``chosen`` at least at their minimum and with the others, but ``out``, as if they had none.

        Those in ``chosen`` charge their set-up in full, the others by the part that is taken. Parts hold positions in
        the sorted sources. No split with all of ``chosen`` and none of ``out`` fills more, or as much for less. None
        where the minimums of ``chosen`` are too much already.
        """
        self._budget.spend(self._number, len(self._sources))
        left = self._need - sum((self._sources[index].minimum for index in chosen), _NOTHING)
        if left < 0:
            return None
        parts, cost = [], _NOTHING
        for index in self._by_rate(chosen) if self._charging else range(len(self._sources)):
            if index in out:
                continue
            source = self._sources[index]
            already = source.minimum if index in chosen else _NOTHING
            more = min(source.maximum - already, left)
            left -= more
            if already + more:
                parts.append((index, already + more))
                cost += source.price * (already + more)
            if source.setup:
                cost += source.setup if index in chosen else self._spread[index] * more
        return Split(tuple(parts), self._need - left, cost)

    def _by_rate(self, chosen: Collection[int]) -> list[int]:
        """Return the sources by what one more unit costs: those of ``chosen`` have paid their set-up."""
        prices = [source.price for source in self._sources]
        rates = [price if place in chosen else price + self._spread[place] for place, price in enumerate(prices)]
        return sorted(range(len(rates)), key=rates.__getitem__)

    def _cost(self, parts: Sequence[tuple[int, Decimal]]) -> Decimal:
        """Return what a split really costs."""
        given = ((self._sources[index], quantity) for index, quantity in parts)
        return sum((source.price * quantity + source.setup for source, quantity in given), _NOTHING)

    def _fewest(self, filled: Decimal, position: int, chosen: Collection[int]) -> int:
        """Return how many sources at least give ``filled``: the chosen and the largest from ``position`` on."""
        left = filled - sum((self._sources[index].maximum for index in chosen), _NOTHING)
        count = len(chosen)
        for maximum in sorted((source.maximum for source in self._sources[position:]), reverse=True):
            if left <= 0:
                break
            left -= maximum
            count += 1
        return count
