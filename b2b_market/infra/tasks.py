"""Tasks as declarations: a name, a function, and how often the schedule asks for it.

Entrypoints register them with Celery; tests call ``task.run(runtime)``. A task may run twice and must not mind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TICK: Final = 1.0
"""The period of what happens at a moment that people were told of. All such tasks share one message of the schedule."""


@dataclass(frozen=True, slots=True)
class Task:
    """A unit of background work.

    ``every`` is the period in seconds of scheduled ones, ``TICK`` at the least; None for those only sent by name.

    ``run`` takes the process's runtime and JSON-ready arguments.
    """

    name: str
    run: Callable[..., object]
    every: float | None = None
