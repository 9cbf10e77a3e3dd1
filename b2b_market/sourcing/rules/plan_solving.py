"""The edge to the solver: exact models go in, a solution and a proven bound come out, as near as floating point gets.

This is the only place in sourcing with floating point. Nothing that leaves it is trusted: whole numbers are read from
the solution and ``rules/plan_checking.py`` works everything out again in fractions.

The solver is loaded on first use: it takes a part of a second and some 30 MB that only a process that optimises should
pay. It lets other threads run while it searches.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from functools import cache
from importlib.metadata import version
from itertools import accumulate, islice
from math import inf
from typing import TYPE_CHECKING, Final

from b2b_market.sourcing.rules.plan_model import Exact, Model, Terms

if TYPE_CHECKING:
    import highspy


_NOTHING: Final = Fraction(0)


@cache
def solver_name() -> str:
    """Return which solver this is, to be kept with what it found; its version is read from its files once."""
    return f"HiGHS {version('highspy')}"


class Verdict(StrEnum):
    """How a search ended; a FEASIBLE one was cut off with something in hand, an UNKNOWN one without."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Solved:
    """The solution's values by column (empty without one), what nothing can be below, and the seconds it took."""

    verdict: Verdict
    values: Sequence[Fraction]
    bound: Fraction | None
    seconds: Decimal


class Passed:
    """A model as the solver takes it, kept for one search after another: only rows may be added in between."""

    def __init__(self, model: Model) -> None:
        """Turn the columns into floating point; rows follow as they are asked for."""
        self.model = model
        self._lower = [float(column.lower) for column in model.columns]
        self._upper = _floats([column.upper for column in model.columns], inf)
        self._integer = [column.integer for column in model.columns]
        self._least: list[float] = []
        self._most: list[float] = []
        self._starts = [0]
        self._index: list[int] = []
        self._value: list[float] = []

    def lp(self, objective: Terms) -> "highspy.HighsLp":
        """Return the model as it is now, to be minimised by ``objective``."""
        import highspy  # noqa: PLC0415 - see the head of this file

        self._follow()
        columns, rows = len(self._lower), len(self._least)
        costs: list[Exact] = [0] * columns
        for column, coefficient in objective:
            costs[column] = costs[column] + coefficient if costs[column] else coefficient
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        passed = highspy.HighsLp()
        passed.num_col_, passed.num_row_ = columns, rows
        passed.col_cost_ = list(map(float, costs))
        passed.col_lower_, passed.col_upper_ = self._lower, self._upper
        passed.row_lower_, passed.row_upper_ = self._least, self._most
        passed.integrality_ = [kinds[integer] for integer in self._integer]
        passed.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        passed.a_matrix_.num_col_, passed.a_matrix_.num_row_ = columns, rows
        passed.a_matrix_.start_, passed.a_matrix_.index_ = self._starts, self._index
        passed.a_matrix_.value_ = self._value
        return passed

    def _follow(self) -> None:
        """Take in the rows that have been added since the last search."""
        added = self.model.rows[len(self._least) :]
        terms = [term for row in added for term in row.terms]
        self._least += _floats([row.at_least for row in added], -inf)
        self._most += _floats([row.at_most for row in added], inf)
        self._starts += islice(accumulate((len(row.terms) for row in added), initial=self._starts[-1]), 1, None)
        self._index += [column for column, _ in terms]
        self._value += [float(coefficient) for _, coefficient in terms]


def solve(model: Model | Passed, objective: Terms, seconds: Decimal, gap: Decimal = Decimal(0)) -> Solved:
    """Minimise ``objective`` within ``seconds``, proven to the relative ``gap``; the same model gives the same answer.

    One thread and a fixed seed, so that only the time limit can make two runs differ. Each search begins anew: of a
    model that was passed before only the numbers are kept, nothing of what was found.
    """
    passed = model if isinstance(model, Passed) else Passed(model)
    if not passed.model.columns:
        return Solved(Verdict.INFEASIBLE, (), None, Decimal(0))  # the solver calls it empty, yet the needs stay open
    if seconds <= 0:
        return Solved(Verdict.UNKNOWN, (), None, Decimal(0))
    import highspy  # noqa: PLC0415 - see the head of this file

    solver = highspy.Highs()  # type: ignore[no-untyped-call]  # its class is not annotated
    for name, value in (
        ("output_flag", False),
        ("threads", 1),
        ("random_seed", 0),
        ("time_limit", float(seconds)),
        ("mip_rel_gap", float(gap)),
        ("mip_abs_gap", 1e-9),
        ("mip_feasibility_tolerance", 1e-7),
    ):
        solver.setOptionValue(name, value)
    solver.passModel(passed.lp(objective))
    solver.run()
    found = _read(solver)
    if found.verdict is Verdict.INFEASIBLE:
        # its presolve has called models with two equal columns impossible that have a solution: look again without it;
        # the solver's clock goes on, so that the limit holds for both
        solver.clearSolver()
        solver.setOptionValue("presolve", "off")
        solver.run()
        found = _read(solver)
    return found


def _floats(values: Iterable[Exact | None], endless: float) -> list[float]:
    return [endless if value is None else float(value) for value in values]


def _exactly(value: float) -> Fraction:
    """Return what a number is worth to the last bit; most are whole, which make a fraction at once."""
    return Fraction(int(value)) if value.is_integer() else Fraction(value)


def _read(solver: "highspy.Highs") -> Solved:
    import highspy  # noqa: PLC0415 - see the head of this file

    status, info = solver.getModelStatus(), solver.getInfo()
    seconds = Decimal(repr(solver.getRunTime()))
    found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    if status == highspy.HighsModelStatus.kInfeasible:
        return Solved(Verdict.INFEASIBLE, (), None, seconds)
    bound = info.mip_dual_bound
    proven = Fraction(bound) if abs(bound) < highspy.kHighsInf else None
    if not found:
        return Solved(Verdict.UNKNOWN, (), proven, seconds)
    verdict = Verdict.OPTIMAL if status == highspy.HighsModelStatus.kOptimal else Verdict.FEASIBLE
    values = tuple([_exactly(value) if value else _NOTHING for value in solver.getSolution().col_value])
    return Solved(verdict, values, proven, seconds)
