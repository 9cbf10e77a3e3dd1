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
from importlib.metadata import version
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from b2b_market.sourcing.rules.plan_model import Exact, Model, Terms

if TYPE_CHECKING:
    import highspy


_NOTHING: Final = Fraction(0)


def solver_name() -> str:
    """Return which solver this is, to be kept with what it found."""
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


def solve(model: Model, objective: Terms, seconds: Decimal, gap: Decimal = Decimal(0)) -> Solved:
    """Minimise ``objective`` within ``seconds``, proven to the relative ``gap``; the same model gives the same answer.

    One thread and a fixed seed, so that only the time limit can make two runs differ.
    """
    if not model.columns:
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
    solver.passModel(_passed(model, objective))
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


def _passed(model: Model, objective: Terms) -> "highspy.HighsLp":
    import highspy  # noqa: PLC0415 - see the head of this file

    passed = highspy.HighsLp()
    passed.num_col_, passed.num_row_ = len(model.columns), len(model.rows)
    costs: list[Exact] = [0] * len(model.columns)
    for column, coefficient in objective:
        costs[column] = costs[column] + coefficient if costs[column] else coefficient
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    terms = [term for row in model.rows for term in row.terms]
    passed.col_cost_ = list(map(float, costs))
    passed.col_lower_ = [float(column.lower) for column in model.columns]
    passed.col_upper_ = _floats([column.upper for column in model.columns], highspy.kHighsInf)
    passed.row_lower_ = _floats([row.at_least for row in model.rows], -highspy.kHighsInf)
    passed.row_upper_ = _floats([row.at_most for row in model.rows], highspy.kHighsInf)
    passed.integrality_ = [kinds[column.integer] for column in model.columns]
    passed.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    passed.a_matrix_.num_col_, passed.a_matrix_.num_row_ = len(model.columns), len(model.rows)
    passed.a_matrix_.start_ = list(accumulate((len(row.terms) for row in model.rows), initial=0))
    passed.a_matrix_.index_ = [column for column, _ in terms]
    passed.a_matrix_.value_ = [float(coefficient) for _, coefficient in terms]
    return passed


def _floats(values: Iterable[Exact | None], endless: float) -> list[float]:
    return [endless if value is None else float(value) for value in values]


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
    values = tuple(Fraction(value) if value else _NOTHING for value in solver.getSolution().col_value)
    return Solved(verdict, values, proven, seconds)
