"""Whose freight is worth it: of the suppliers that charge it, the proven best combination beside all the others.

Freight is paid once for all lines of a supplier. Choosing who is let in is the problem of where to open warehouses, and
is solved as such: what a supplier saves shrinks the more others deliver, which settles most of them at once where no
line has to be split; for the rest, every set is weighed or proven worse. The proof is the dual one (Erlenkotter's
ascent): lines offer to pay as much of the freights as they can without anybody gaining by it, and what all lines pay
is never more than the best set costs. All amounts are whole numbers of one small unit, so nothing is rounded.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import NamedTuple

from b2b_market.sourcing.rules.filling import Budget
from b2b_market.sourcing.rules.offering import Line, Supply
from b2b_market.sourcing.rules.refusals import FreightTooTangled

MAX_STEPS = 5_000_000
"""Offers that one search may look at, a second or two."""


class Value(NamedTuple):
    """What decides between sets, in this order: ``cost`` with freight, ``chosen`` are those that charge it."""

    unfilled: int
    open_parts: Fraction
    cost: int
    size: int
    chosen: tuple[int, ...]


class FreightSearch:
    """The search over one supply, in exact arithmetic."""

    def __init__(self, supply: Supply, budget: Budget, steps: int = MAX_STEPS) -> None:
        """Turn all amounts into whole numbers."""
        self._budget = budget
        self._left = steps
        self._lines = supply.lines
        self._digits = _digits(supply)
        self._freights = [self._whole(freight) for freight in supply.freights]
        self._costs = [
            sorted((self._whole(one.price * line.need.quantity.value + one.setup), one.order) for one in line.sources)
            for line in supply.lines
        ]
        self._known: list[dict[frozenset[int], tuple[int, Fraction, int]]] = [{} for _ in supply.lines]
        self._splits = not all(line.whole for line in supply.lines)
        self._free = frozenset(order for order, freight in enumerate(self._freights) if not freight)
        self._charging = frozenset(range(len(self._freights))) - self._free
        self._best = self._value(self._charging)

    def best(self) -> frozenset[int]:
        """Return everybody who may deliver, as places in declared order: who charges nothing, and who is worth it.

        Refuses with FreightTooTangled where that would take too long.
        """
        self._search(frozenset(), self._charging)
        return self._free.union(self._best.chosen)

    def _search(self, opened: frozenset[int], undecided: frozenset[int]) -> None:
        """Look for something better that holds all of ``opened`` and some of ``undecided``."""
        if not self._splits:
            opened, undecided = self._settled(opened, undecided)
        everybody = self._value(opened | undecided)
        bound, paying = self._bound(opened, undecided)
        self._best = min(self._best, self._value(opened | paying), self._value(opened))
        if not undecided or (everybody.unfilled, everybody.open_parts, bound) > self._best[:3]:
            return
        branch = min(paying or undecided)
        self._search(opened | {branch}, undecided - {branch})
        self._search(opened, undecided - {branch})

    # ---- what a set comes to

    def _value(self, chosen: frozenset[int]) -> Value:
        able, parts = self._free | chosen, Fraction(0)
        unfilled, cost = 0, sum(self._freights[order] for order in chosen)
        for place, offers in enumerate(self._costs):
            line = self._lines[place]
            if line.whole and any(order in able for _, order in offers):
                cost += next(amount for amount, order in offers if order in able)
                continue
            missing, part, own = self._outcome(place, line, frozenset(order for _, order in offers) & able)
            unfilled, parts, cost = unfilled + missing, parts + part, cost + own
        return Value(unfilled, parts, cost, len(chosen), tuple(sorted(chosen)))

    def _outcome(self, place: int, line: Line, able: frozenset[int]) -> tuple[int, Fraction, int]:
        """Return whether a line stays open with these suppliers, what part of it, and what it costs."""
        if able not in self._known[place]:
            filled, cost = line.filling(able, self._budget).outcome()
            missing, need = line.need.quantity.value - filled, line.need.quantity.value
            if missing:
                cost += line.cost_of_open(missing)
            self._known[place][able] = (int(missing > 0), Fraction(missing) / Fraction(need), self._whole(cost))
        return self._known[place][able]

    # ---- what can be said without weighing sets

    def _settled(self, opened: frozenset[int], undecided: frozenset[int]) -> tuple[frozenset[int], frozenset[int]]:
        """Decide of as many as can be decided one by one.

        Whoever saves more than its freight beside all others is in; who does not beside those alone that are in is out.
        """
        before = None
        while before != (opened, undecided):
            before = opened, undecided
            alone, least = self._least_saved(opened | undecided)
            needed = {order for order in undecided if order in alone or least[order] > self._freights[order]}
            opened, undecided = opened | needed, undecided - needed
            most = self._most_saved(opened, undecided)
            undecided -= {order for order, saved in most.items() if saved <= self._freights[order]}
        return opened, undecided

    def _least_saved(self, chosen: frozenset[int]) -> tuple[set[int], Sequence[int]]:
        """Return without whom a line would stay open, and what each saves beside all of ``chosen``, who leave none."""
        able = self._free | chosen
        alone, saved = set(), [0] * len(self._freights)
        for offers in self._costs:
            self._spend(len(offers))
            two = list(islice((offer for offer in offers if offer[1] in able), 2))
            if len(two) == 1:
                alone.add(two[0][1])
            else:
                (amount, order), (following, _) = two
                saved[order] += following - amount
        return alone, saved

    def _most_saved(self, opened: frozenset[int], undecided: frozenset[int]) -> Mapping[int, int]:
        """Return what each of ``undecided`` saves beside ``opened``; who fills what else stays open is left out."""
        able, found = self._free | opened, dict.fromkeys(undecided, 0)
        for offers in self._costs:
            self._spend(len(offers))
            best = next((amount for amount, order in offers if order in able), None)
            for amount, order in offers:
                if best is None:
                    found.pop(order, None)
                elif amount >= best:
                    break
                elif order in found:
                    found[order] += best - amount
        return found

    def _bound(self, opened: frozenset[int], undecided: frozenset[int]) -> tuple[int, frozenset[int]]:
        """Return what no set with ``opened`` and some of ``undecided`` is below, and whose freight is paid in full."""
        able = self._free | opened | undecided
        slack = [freight if order in undecided else 0 for order, freight in enumerate(self._freights)]
        rising = [[(amount, order) for amount, order in offers if order in able] for offers in self._costs]
        lines = [_Paying(offers) for offers in rising if offers]
        bound = sum(self._freights[order] for order in opened)
        active = lines
        while active:
            self._spend(sum(len(line.offers) for line in active))
            active = [line for line in active if line.rise(slack)]
        bound += sum(line.pays for line in lines)
        return bound, frozenset(order for order in undecided if not slack[order])

    def _spend(self, steps: int) -> None:
        self._left -= steps
        if self._left < 0:
            raise FreightTooTangled(suppliers=str(len(self._charging)), lines=str(len(self._lines)))

    def _whole(self, amount: Decimal) -> int:
        return int(amount.scaleb(self._digits))


class _Paying:
    """What a line pays: for its goods, and of the freights of those who could deliver it for less than that."""

    def __init__(self, offers: Sequence[tuple[int, int]]) -> None:
        self.offers = offers
        self.pays = offers[0][0]
        self.reached = 0

    def rise(self, slack: list[int]) -> bool:
        """Pay more, up to the next offer or as much freight as is left to pay; return whether it may go on."""
        while self.reached < len(self.offers) and self.offers[self.reached][0] <= self.pays:
            self.reached += 1
        givers = [order for _, order in self.offers[: self.reached]]
        more = min(slack[order] for order in givers)
        if self.reached < len(self.offers):
            more = min(more, self.offers[self.reached][0] - self.pays)
        self.pays += more
        for order in givers:
            slack[order] -= more
        return more > 0


def _digits(supply: Supply) -> int:
    """Return how many decimals the finest amount has."""
    found = [_decimals(supply.freights)]
    for line in supply.lines:
        quantities = [line.need.quantity.value]
        quantities += [quantity for one in line.sources for quantity in (one.minimum, one.maximum)]
        found.append(_decimals(one.price for one in line.sources) + _decimals(quantities))
        found.append(_decimals(one.setup for one in line.sources))
    return max(found)


def _decimals(amounts: Iterable[Decimal]) -> int:
    return max(max(0, -int(amount.as_tuple().exponent)) for amount in amounts)
