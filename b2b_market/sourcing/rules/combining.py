"""Which combination of at most n suppliers is best: every combination is weighed or proven worse."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import comb, lcm

from b2b_market.sourcing.rules.filling import Budget
from b2b_market.sourcing.rules.offering import Line, Supply

MAX_WORK = 5_000_000
"""Combinations × lines that one search may have to weigh, a second or two at the worst; cutting off shortens most.

It allows 8 suppliers in any number over 1,000 lines, or 20 suppliers up to 5 at a time over 200 lines.
"""

_NOTHING = Decimal(0)


def largest_possible(suppliers: int, lines: int) -> int:
    """Return the largest n for which all combinations of up to n suppliers stay within MAX_WORK."""
    work = 0
    for most in range(1, suppliers + 1):
        work += comb(suppliers, most) * max(lines, 1)
        if work > MAX_WORK:
            return most - 1
    return suppliers


class Combiner:
    """Weighs combinations by one number per line and the freight of their suppliers, whose sum decides.

    The number of a line is missing × A + open part × B + cost: ``missing`` is 1 unless the line is filled, ``open
    part`` (0..1, scaled to a whole number) is what stays open of it, and cost holds set-up costs and counts the open
    quantity at the dearest price and the largest set-up cost offered. A and B are so large that no cost, freight
    included, outweighs an open part, and no open parts a line filled in full. The number never rises when a supplier
    joins, which is what makes cutting off safe; freight is paid by whoever is in the combination.

    The *hopeful* number takes every offer as if it covered its line. It is never above the real one and cheap to work
    out for thousands of combinations; the real one is worked out only where the hopeful one could win.
    """

    def __init__(self, supply: Supply, budget: Budget) -> None:
        """Prepare the costs of ``supply``."""
        self._budget = budget
        self._count = len(supply.suppliers)
        self._split_lines = [line for line in supply.lines if not line.whole]
        self._whole_lines = len(supply.lines) - len(self._split_lines)
        self._known: list[dict[frozenset[int], Decimal]] = [{} for _ in self._split_lines]
        self._scale = lcm(*(Fraction(line.need.quantity.value).numerator for line in self._split_lines))
        self._freights = supply.freights
        self._part = 1 + sum(supply.freights, sum(map(_most_of, supply.lines), _NOTHING))
        self._line = self._part * (self._scale * len(supply.lines) + 1)
        lines = sorted(supply.lines, key=lambda line: not line.whole)
        self._nobody = [self._left_open(line) for line in lines]
        self._alone = self._alone_costs(lines)
        self._rest, self._least = self._best_of_rest()
        self._most = 0
        self._ceiling = _NOTHING
        self._weight = (_NOTHING, 0)
        self._chosen: tuple[int, ...] = ()

    def best(self, most: int) -> tuple[int, ...]:
        """Return the best combination of at most ``most`` suppliers as places in declared order."""
        self._most = most
        self._ceiling = self._greedy()
        self._weight = (self._real(self._nobody, ()), 0)
        self._chosen = ()
        self._extend((), self._nobody, _NOTHING)
        return self._chosen

    def _extend(self, chosen: tuple[int, ...], hopeful: Sequence[Decimal], freight: Decimal) -> None:
        """Weigh every combination that begins with ``chosen`` and may still win.

        Combinations of one size come in declared order, so that among equals the first one stays.
        """
        for order in range(chosen[-1] + 1 if chosen else 0, self._count):
            joined, paid = (*chosen, order), freight + self._freights[order]
            costs = list(map(min, hopeful, self._alone[order]))
            if self._may_win(costs, paid, len(joined)):
                weight = (self._real(costs, joined) + paid, len(joined))
                if weight < self._weight:
                    self._weight, self._chosen = weight, joined
            more = paid + self._least[order + 1]
            if len(joined) < self._most and self._may_win(
                map(min, costs, self._rest[order + 1]), more, len(joined) + 1
            ):
                self._extend(joined, costs, paid)

    def _may_win(self, hopeful: Iterable[Decimal], freight: Decimal, size: int) -> bool:
        """Tell whether these numbers, with at least ``size`` suppliers, would be better than all that is known."""
        bound = sum(hopeful, freight)
        return bound <= self._ceiling and (bound, size) < self._weight

    def _greedy(self) -> Decimal:
        """Return the real value of a good combination, made by adding the best next supplier while that saves."""
        chosen: tuple[int, ...] = ()
        costs, freight, value = self._nobody, _NOTHING, sum(self._nobody, _NOTHING)
        for _ in range(self._most):
            trials = [
                (list(map(min, costs, self._alone[order])), self._freights[order], (*chosen, order))
                for order in range(self._count)
                if order not in chosen
            ]
            best = min(trials, key=lambda trial: sum(trial[0], trial[1]))
            reached = sum(best[0], freight + best[1])
            if best[1] and reached >= value:
                break
            costs, freight, chosen, value = best[0], freight + best[1], best[2], reached
        return self._real(costs, chosen) + freight

    def _real(self, hopeful: Sequence[Decimal], chosen: tuple[int, ...]) -> Decimal:
        """Return the value of a combination: hopeful numbers are real where no line has to be split."""
        split_lines = zip(self._split_lines, self._known, strict=True)
        split = [self._split_value(line, known, chosen) for line, known in split_lines]
        return sum(hopeful[: self._whole_lines], _NOTHING) + sum(split, _NOTHING)

    def _split_value(self, line: Line, known: dict[frozenset[int], Decimal], chosen: tuple[int, ...]) -> Decimal:
        """Return the number of a line that may have to be split, worked out once for each set of suppliers on it."""
        on_line = frozenset(source.order for source in line.sources).intersection(chosen)
        if on_line not in known:
            filled, cost = line.filling(on_line, self._budget).outcome()
            need = line.need.quantity.value
            missing = need - filled
            if missing:
                cost += line.cost_of_open(missing) + self._line
            # the scale is a multiple of the need's numerator, so that the part is a whole number
            known[on_line] = cost + int(Fraction(missing) / Fraction(need) * self._scale) * self._part
        return known[on_line]

    def _left_open(self, line: Line) -> Decimal:
        return self._line + self._scale * self._part + line.cost_of_open(line.need.quantity.value)

    def _alone_costs(self, lines: Sequence[Line]) -> list[list[Decimal]]:
        """Return by supplier the hopeful numbers of the lines if nobody else delivered."""
        alone = [list(self._nobody) for _ in range(self._count)]
        for position, line in enumerate(lines):
            for source in line.sources:
                alone[source.order][position] = source.price * line.need.quantity.value + source.setup
        return alone

    def _best_of_rest(self) -> tuple[Mapping[int, list[Decimal]], Mapping[int, Decimal]]:
        """Return, for every place in declared order, the hopeful numbers if all from there on delivered.

        With them the least freight that one of these charges.
        """
        rest, least = {self._count: self._nobody}, {self._count: _NOTHING}
        for order in reversed(range(self._count)):
            rest[order] = list(map(min, rest[order + 1], self._alone[order]))
            least[order] = min(self._freights[order:])
        return rest, least


def _most_of(line: Line) -> Decimal:
    """Return more than any way to fill a line costs."""
    return line.dearest * line.need.quantity.value + sum((source.setup for source in line.sources), _NOTHING)
