"""The best award under the buyer's rules: optimised by HiGHS, checked in fractions, explained where there is none.

``best_plan`` minimises what the award costs: prices by tier, set-up, packages, onboarding, less rebates. Among plans of
equal cost it takes, in this order, the fewest suppliers, the most merit (of each line's supplier, by the part of the
line it gives), and the suppliers that come first in declared order. Over-buying only happens where the problem allows a
surplus.

What is exact: every plan that is returned holds to the last digit, and its cost is worked out in fractions from the
problem alone. What rests on the solver: that no plan is cheaper than ``bound``, proven in floating point with a
tolerance of a ten-millionth. A search always ends within its limits: call it in a job, not in a page's request.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from typing import Final

from b2b_market.sourcing.commands.planning import Limits, PlanProblem
from b2b_market.sourcing.rules.plan_building import Built, build, couples_quantities
from b2b_market.sourcing.rules.plan_checking import Examination, Examiner, Plan, PlanShare
from b2b_market.sourcing.rules.plan_conflicts import Conflict, explain
from b2b_market.sourcing.rules.plan_model import Exact, Terms, plain, times
from b2b_market.sourcing.rules.plan_solving import Passed, Solved, Verdict, solve, solver_name

_CHUNK: Final = 20
"""Suppliers put in declared order at once: powers of two up to here are exact in the solver."""


@dataclass(frozen=True, slots=True)
class PlanOutcome:
    """What came of a search.

    ``plan`` with its ``examination`` is there where one was found; ``gap`` is how much cheaper another one could be at
    most, as a part of its cost, rounded up (None where nothing is proven). ``ties_settled`` tells that the order among
    equal costs was worked out to the end. ``conflict`` explains an INFEASIBLE problem. ``seconds`` are the solver's.
    """

    verdict: Verdict
    plan: Plan | None
    examination: Examination | None
    gap: Decimal | None
    ties_settled: bool
    conflict: Conflict | None
    solver: str
    seconds: Decimal


def best_plan(problem: PlanProblem, limits: Limits) -> PlanOutcome:
    """Find the best award within ``limits``; never refuses, an impossible problem is explained."""
    return _Search(problem, limits).outcome()


def price_of_rule(problem: PlanProblem, position: int, limits: Limits) -> Fraction | None:
    """Return what the rule at ``position`` costs: the best plan with it less the best one without.

    None where either is not proven to the gap.
    """
    rest = tuple(rule for place, rule in enumerate(problem.rules) if place != position)
    costs = []
    for asked in (problem, replace(problem, rules=rest)):
        outcome = best_plan(asked, limits)
        if outcome.verdict is not Verdict.OPTIMAL or outcome.examination is None:
            return None
        costs.append(outcome.examination.cost)
    return costs[0] - costs[1]


class _Search:
    def __init__(self, problem: PlanProblem, limits: Limits) -> None:
        self.problem = problem
        self.limits = limits
        self.spent = Decimal(0)
        self.built = self._build(whole=couples_quantities(problem))
        self.passed: Passed | None = None
        self.examiner = Examiner(problem)
        self.examined: tuple[Plan, Examination] | None = None
        """The last plan with what it comes to: settling ties mostly finds the same one again."""

    def outcome(self) -> PlanOutcome:
        solved, found = self._first()
        if solved.verdict is Verdict.INFEASIBLE:
            conflict = explain(self.problem, self._left())
            return self._without(Verdict.INFEASIBLE, conflict)
        if found is None:
            return self._without(Verdict.UNKNOWN, None)
        plan, examination = found
        gap = _gap(examination.cost, solved.bound)
        settled = False
        if solved.verdict is Verdict.OPTIMAL:
            plan, examination, settled = self._settle(plan, examination)
        return PlanOutcome(solved.verdict, plan, examination, gap, settled, None, solver_name(), self.spent)

    def _first(self) -> tuple[Solved, tuple[Plan, Examination] | None]:
        """Find the cheapest plan; where parts of a step came out, once more with whole steps only."""
        solved = self._solve(self.built.cost, self.limits.gap)
        found = self._checked(solved)
        if found is None and solved.values and not couples_quantities(self.problem):
            self.built = self._build(whole=True)
            solved = self._solve(self.built.cost, self.limits.gap)
            found = self._checked(solved)
        return solved, found

    def _build(self, *, whole: bool) -> Built:
        return build(self.problem, range(len(self.problem.rules)), whole=whole)

    def _without(self, verdict: Verdict, conflict: Conflict | None) -> PlanOutcome:
        return PlanOutcome(
            verdict, None, None, None, ties_settled=False, conflict=conflict, solver=solver_name(), seconds=self.spent
        )

    def _settle(self, plan: Plan, examination: Examination) -> tuple[Plan, Examination, bool]:
        """Among plans of the same cost find the one that comes first in the declared order."""
        self.built.model.row(self.built.cost, at_most=examination.cost)
        for objective in self._orders():
            solved = self._solve(objective, Decimal(0))
            found = self._checked(solved) if solved.verdict is Verdict.OPTIMAL else None
            if found is None or found[1].cost > examination.cost:
                return plan, examination, False
            plan, examination = found
            reached = sum((Fraction(round(solved.values[column])) * part for column, part in objective), Fraction(0))
            self.built.model.row(objective, at_most=reached)
        return plan, examination, True

    def _orders(self) -> list[Terms]:
        used = list(self.built.used.values())
        orders: list[Terms] = [plain(used)]
        if any(supplier.merit for supplier in self.problem.suppliers):
            orders.append(self._merit())
        for first in range(0, len(used), _CHUNK):
            chunk = used[first : first + _CHUNK]
            orders.append([(column, -Fraction(2 ** (_CHUNK - place))) for place, column in enumerate(chunk)])
        return orders

    def _merit(self) -> Terms:
        """Return the merit of each line's givers, by the part they give, to be made as large as it can be."""
        merits = {one.supplier_id: Fraction(one.merit) for one in self.problem.suppliers}
        needs = {line.line_id: Fraction(line.quantity) for line in self.problem.lines}
        terms = [
            term
            for one in self.built.offers
            for term in times(one.quantity, -merits[one.offer.supplier_id] / needs[one.offer.line_id])
        ]
        for package, column in zip(self.problem.packages, self.built.packages, strict=True):
            parts = sum((Fraction(quantity) / needs[line] for line, quantity in package.contents.items()), Fraction(0))
            terms.append((column, -merits[package.supplier_id] * parts))
        return terms

    def _checked(self, solved: Solved) -> tuple[Plan, Examination] | None:
        """Return the plan in a solution with its exact cost; None where there is none or it does not really hold."""
        if not solved.values:
            return None
        plan = read_plan(self.built, solved.values)
        if self.examined is None or self.examined[0] != plan:
            self.examined = plan, self.examiner.examine(plan)
        return None if self.examined[1].broken else self.examined

    def _solve(self, objective: Terms, gap: Decimal) -> Solved:
        if self.passed is None or self.passed.model is not self.built.model:
            self.passed = Passed(self.built.model)
        solved = solve(self.passed, objective, self._left(), gap)
        self.spent += solved.seconds
        return solved

    def _left(self) -> Decimal:
        return self.limits.seconds - self.spent


def read_plan(built: Built, values: Sequence[Fraction]) -> Plan:
    """Read whole steps from a solution that is only nearly whole."""
    taken: dict[int, Exact] = {}
    for column, value in enumerate(values):
        if value and column in built.parts:
            place, step = built.parts[column]
            taken[place] = taken.get(place, 0) + round(value) * step
    shares = []
    for place, quantity in sorted(taken.items()):
        if quantity:
            # steps are powers of ten, so that the division ends
            amount = Decimal(quantity.numerator) / Decimal(quantity.denominator)
            offer = built.offers[place].offer
            shares.append(PlanShare(offer.line_id, offer.supplier_id, amount))
    return Plan(tuple(shares), tuple(place for place, column in enumerate(built.packages) if round(values[column])))


def _gap(cost: Fraction, bound: Fraction | None) -> Decimal | None:
    if bound is None:
        return None
    if not cost or bound >= cost:
        return Decimal(0)
    part = (cost - bound) / cost
    if part < Fraction(1, 10**7):
        return Decimal(0)  # the tolerance within which the solver proves anything
    return (Decimal(part.numerator) / Decimal(part.denominator)).quantize(Decimal("0.000001"), ROUND_CEILING)
