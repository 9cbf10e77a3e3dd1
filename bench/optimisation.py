"""Award optimisation: the whole of ``best_plan`` beside the solver's own seconds, and what a landed price costs."""

import random
import time
from decimal import Decimal
from statistics import median
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.sourcing import public as sourcing
from bench.results import BenchResult, cost_of
from bench.stage import Stage

LIMIT = 20
ROUNDS, ENOUGH = 15, 6.0
"""How often a search is measured, and the seconds after which it is not begun again."""
SIZES = ((50, 8, 3), (60, 40, 6), (200, 12, 4), (1000, 12, 12))
CNY = Currency("CNY")


def run(_place: Stage) -> list[BenchResult]:
    """Measure four sizes of award problems, each within LIMIT seconds, and 1,000 landed prices."""
    sourcing.best_plan(problem(2, 2, 2), sourcing.Limits(seconds=LIMIT))  # loads the solver
    results = []
    for lines, suppliers, most in SIZES:
        outcome, wall, solver = _optimised(problem(lines, suppliers, most))
        size = f"{lines} lines × {suppliers} suppliers, at most {most}"
        ended = "proven" if outcome.verdict is sourcing.Verdict.OPTIMAL else f"gap {outcome.gap}"
        goal = "≤ 1.2 × the solver alone"
        results.append(BenchResult(f"award of {size} ({ended})", wall, "s", solver, "HiGHS in it", goal))
    return [*results, _landed()]


def _optimised(asked: sourcing.PlanProblem) -> tuple[sourcing.PlanOutcome, float, float]:
    """Return what came of a search, and the median seconds of the whole and of the solver over what ENOUGH allows."""
    found: list[tuple[sourcing.PlanOutcome, float]] = []
    while len(found) < ROUNDS and sum(wall for _, wall in found) < ENOUGH:
        begun = time.perf_counter()
        outcome = sourcing.best_plan(asked, sourcing.Limits(seconds=LIMIT))
        found.append((outcome, time.perf_counter() - begun))
    return found[0][0], median(wall for _, wall in found), median(float(outcome.seconds) for outcome, _ in found)


def problem(lines: int, suppliers: int, most: int) -> sourcing.PlanProblem:
    """Return a problem with four of five offers there, prices around each line's own, some minimums and set-up."""
    dice = random.Random(lines * 1000 + suppliers)  # noqa: S311 - a measurement repeats itself
    level = [dice.uniform(5, 50) for _ in range(lines)]
    offers = [
        sourcing.PlanOffer(
            line_id=UUID(int=line + 1),
            supplier_id=UUID(int=10_000 + supplier),
            tiers=(
                sourcing.Tier(Decimal(0), Decimal(f"{level[line] * dice.uniform(0.9, 1.1):.2f}")),
                *([sourcing.Tier(Decimal(200), Decimal(f"{level[line] * 0.9:.2f}"))] if not dice.randrange(8) else []),
            ),
            minimum=Decimal(dice.choice((0, 0, 0, 40))),
        )
        for line in range(lines)
        for supplier in range(suppliers)
        if dice.random() < 0.8  # noqa: PLR2004 - four of five
    ]
    return sourcing.PlanProblem(
        lines=tuple(
            sourcing.PlanLine(line_id=UUID(int=line + 1), quantity=Decimal(dice.randint(50, 500)))
            for line in range(lines)
        ),
        suppliers=tuple(
            sourcing.PlanSupplier(supplier_id=UUID(int=10_000 + one), onboarding=Decimal(dice.randint(50, 500)))
            for one in range(suppliers)
        ),
        offers=tuple(offers),
        rules=(sourcing.SupplierCount(most=most),),
    )


def _landed() -> BenchResult:
    def money(amount: str) -> Money:
        return Money(Decimal(amount), CNY)

    way = sourcing.Way(
        legs={leg: sourcing.LegCost(money("1.25"), 15, "bench") for leg in (sourcing.Leg.FREIGHT, sourcing.Leg.INLAND)},
        insurance=sourcing.Insurance(Decimal("0.003"), 15, "bench"),
        duty=sourcing.Duty(Decimal("0.05"), 30, "bench"),
    )
    valuation = sourcing.Valuation(currency=CNY, annual_rate=Decimal("0.08"), rate_source="bench")
    prices = [
        sourcing.TermedPrice(
            unit_price=money(f"{number}.5"),
            incoterm="EXW",
            place="bench",
            source="bench",
            terms=(sourcing.Instalment(Decimal("0.3"), -30), sourcing.Instalment(Decimal("0.7"), 60)),
        )
        for number in range(1, 1001)
    ]
    landed = cost_of(lambda: [sourcing.landed_cost(price, way, valuation) for price in prices], rounds=5, warm=1)
    return BenchResult("1,000 prices landed with derivations, CPU", landed.cpu_ms, "ms")
