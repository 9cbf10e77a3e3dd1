"""Doing one thing many times at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import sleep
from typing import Final, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

T = TypeVar("T")
_WAITING: Final = text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def at_once(times: int, act: Callable[[int], T]) -> list[T]:
    """Call ``act(0) … act(times - 1)`` from threads that start together; return the results in that order."""
    start = Barrier(times)

    def one(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))


def one_waits(session: Session, gives_up: Callable[[], bool]) -> bool:
    """Return whether, within half a minute, somebody waits for a lock in this database, before ``gives_up`` is true."""
    for _ in range(3000):
        if session.scalar(_WAITING):
            return True
        if gives_up():
            return False
        sleep(0.01)
    return False
