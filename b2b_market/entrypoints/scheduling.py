"""What the schedule's messages are worth while they wait: one of each kind is enough, and none may be lost to haste."""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import TICK, Task
from b2b_market.kernel.clock import Clock

PATIENCE: Final = 60.0
log = structlog.get_logger("schedule")


def waits(every: float) -> float:
    """Return how many seconds a message of a task with this period may wait for a worker before it is dropped.

    Much longer than a short period, on purpose. A queue that lags drops in the order of its messages: were they worth
    one period only, then those sent last in each round would never be done, for as long as the queue lags.
    """
    return max(every, PATIENCE)


class Sweeps:
    """The scheduled runs of one process: a message that asks for what was done since it was sent starts none.

    A sweep does whatever is due when it begins. So a queue that lagged for a minute costs one run of each sweep and
    not one for every period of that minute.
    """

    def __init__(self, clock: Clock) -> None:
        """Nothing has run yet."""
        self._clock = clock
        self._began: dict[str, datetime] = {}

    def begin(self, task: Task, expires: datetime | None) -> bool:
        """Tell whether a message calls for a run, and if so note that it begins now.

        ``expires`` is when the schedule's message would have been dropped; None of one that somebody sent by name,
        which always counts.
        """
        now, began = self._clock.now(), self._began.get(task.name)
        if expires is not None and task.every is not None and began is not None:
            sent = expires - timedelta(seconds=waits(task.every))
            if sent < began:
                return False
        self._began[task.name] = now
        return True


class Ticking:
    """The tasks of the clock, one after the other for one message: most of them find nothing most of the time.

    One that fails does not keep the others from their turn. One that this process is still at is left out: it takes
    the next turn, and the message after this one, on another thread, does not wait for it either.
    """

    def __init__(self, tasks: Sequence[Task]) -> None:
        """Take those of ``tasks`` whose period is the clock's."""
        self.tasks = tuple(task for task in tasks if task.every == TICK)
        self._turns = tuple((task, threading.Lock()) for task in self.tasks)

    def run(self, runtime: Runtime) -> None:
        """Run each task that is not running; ExceptionGroup of what any of them raised."""
        failed: list[Exception] = []
        for task, turn in self._turns:
            if not turn.acquire(blocking=False):
                continue
            try:
                task.run(runtime)
            except Exception as error:  # noqa: BLE001 - raised below, after the others had their turn
                log.warning("task of the clock failed", task=task.name, error=type(error).__name__)
                failed.append(error)
            finally:
                turn.release()
        if failed:
            message = "tasks of the clock failed"
            raise ExceptionGroup(message, failed)
