"""Why there is no plan: what cannot be met at all, or which of the buyer's rules cannot hold together.

Rules stand in the buyer's order of importance. They are taken up one after another; a rule that leaves no plan with
those before it has to *give way*. For the first such rule the *conflict* is the smallest circle of rules around it:
without any one of them the others could hold. What suppliers offer and ask is never bent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.sourcing.commands.planning import LargestShare, PlanProblem, SupplierCount
from b2b_market.sourcing.rules.plan_building import Built, build
from b2b_market.sourcing.rules.plan_model import Terms, plain
from b2b_market.sourcing.rules.plan_solving import Solved, Verdict, solve


@dataclass(frozen=True, slots=True)
class GivingWay:
    """A rule (its place) that cannot hold with the more important ones.

    ``by`` is how far it has to give at least: suppliers for a count, quantity or money above the share for a largest
    share; None where a rule holds or does not.
    """

    rule: int
    by: Decimal | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """``short``: what no offers can fill of a line, whatever the rules. Else the rules that have to give way.

    ``rules`` are the places of the rules in conflict, in order. ``complete`` is False where the time ran out before all
    of it was worked out.
    """

    short: tuple[tuple[UUID, Decimal], ...] = ()
    rules: tuple[int, ...] = ()
    giving_way: tuple[GivingWay, ...] = ()
    complete: bool = True


class _OutOfTime(Exception):
    """The seconds are used up."""


def explain(problem: PlanProblem, seconds: Decimal) -> Conflict:
    """Say why a problem known to have no plan has none, within ``seconds`` of the solver."""
    inquiry = _Inquiry(problem, seconds)
    try:
        short = inquiry.shortages()
        if short:
            return Conflict(short=short)
        return inquiry.rules()
    except _OutOfTime:
        return Conflict(rules=tuple(inquiry.circle), giving_way=tuple(inquiry.giving_way), complete=False)


class _Inquiry:
    def __init__(self, problem: PlanProblem, seconds: Decimal) -> None:
        self.problem = problem
        self.left = seconds
        self.circle: Sequence[int] = ()
        self.giving_way: list[GivingWay] = []

    def shortages(self) -> tuple[tuple[UUID, Decimal], ...]:
        """Return what stays open at least when no rule but the suppliers' own counts."""
        built = build(self.problem, (), shortage=True)
        solved = self._solve(built, plain(built.short.values()))
        found = [(line_id, _decimal(solved.values[column])) for line_id, column in built.short.items()]
        return tuple((line_id, quantity) for line_id, quantity in found if quantity)

    def rules(self) -> Conflict:
        """Take the rules up by importance, and find the circle around the first that has to give way."""
        held: list[int] = []
        for position in range(len(self.problem.rules)):
            if self._possible([*held, position]):
                held.append(position)
                continue
            if not self.circle:
                self.circle = self._circle(held, position)
            self.giving_way.append(GivingWay(position, self._by(held, position)))
        return Conflict(rules=tuple(self.circle), giving_way=tuple(self.giving_way))

    def _circle(self, held: Sequence[int], last: int) -> Sequence[int]:
        """Return the smallest part of ``held`` that together with ``last`` leaves no plan, the last tried out first."""
        needed = [*held, last]
        for position in reversed(held):
            without = [one for one in needed if one != position]
            if not self._possible(without):
                needed = without
        return needed

    def _by(self, held: Sequence[int], position: int) -> Decimal | None:
        if not isinstance(self.problem.rules[position], SupplierCount | LargestShare):
            return None
        built = build(self.problem, held, relaxed=position)
        slack = built.slacks[position]
        return _decimal(self._solve(built, [(slack, Fraction(1))]).values[slack])

    def _possible(self, rules: Sequence[int]) -> bool:
        return self._solve(build(self.problem, rules), ()).verdict is not Verdict.INFEASIBLE

    def _solve(self, built: Built, objective: Terms) -> Solved:
        solved = solve(built.model, objective, self.left)
        self.left -= solved.seconds
        if solved.verdict is Verdict.UNKNOWN:
            raise _OutOfTime
        return solved


def _decimal(value: Fraction) -> Decimal:
    """Read an amount of the solver to six decimals."""
    read = Decimal(round(value * 10**6)).scaleb(-6)
    return read.quantize(Decimal(1)) if read == read.to_integral_value() else read.normalize()
