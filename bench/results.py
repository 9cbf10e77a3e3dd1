"""A measured figure beside what it is held against, and how the table of them is written."""

import os
import platform
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class BenchResult:
    """One figure; ``reference`` is the limit or peer of the same run, ``goal`` says what the ratio should be."""

    name: str
    value: float
    unit: str
    reference: float | None = None
    reference_name: str = ""
    goal: str = ""

    @property
    def ratio(self) -> float | None:
        """The value divided by its reference."""
        return None if not self.reference else self.value / self.reference


@dataclass(frozen=True, slots=True)
class Cost:
    """What one call cost: wall and CPU milliseconds of this process, medians over the rounds."""

    wall_ms: float
    cpu_ms: float


def cost_of(call: Callable[[], object], rounds: int = 15, warm: int = 3) -> Cost:
    """Return the median cost of ``call`` after ``warm`` unmeasured rounds."""
    for _ in range(warm):
        call()
    walls, cpus = [], []
    for _ in range(rounds):
        wall, cpu = time.perf_counter(), time.process_time()
        call()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return Cost(median(walls) * 1000, median(cpus) * 1000)


def table(results: Iterable[BenchResult]) -> str:
    """Return the results as a Markdown table."""
    lines = ["| What | Value | Beside | Ratio | Goal |", "|---|---|---|---|---|"]
    for result in results:
        beside = f"{result.reference_name} {result.reference:,.3g} {result.unit}" if result.reference else "—"
        ratio = f"{result.ratio:.3g}" if result.ratio is not None else "—"
        lines.append(
            f"| {result.name} | {result.value:,.3g} {result.unit} | {beside} | {ratio} | {result.goal or '—'} |"
        )
    return "\n".join(lines)


def machine() -> str:
    """Return what the figures were measured on."""
    return f"{os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
