"""Doing one thing many times at the same moment."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from time import sleep
from typing import Final, TypeVar

from psycopg2.extensions import connection as driver_connection
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from b2b_market.infra.runtime import Runtime

T = TypeVar("T")
_ANEW: Final = text("SELECT pg_stat_clear_snapshot()")
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
        session.execute(_ANEW)  # a transaction goes on seeing who was active when it first looked
        if session.scalar(_WAITING):
            return True
        if gives_up():
            return False
        sleep(0.01)
    return False


@contextmanager
def patient(runtime: Runtime) -> Iterator[None]:
    """Let whoever waits for a lock meanwhile wait for long: that the machine is slow is no finding."""
    engine = runtime.database.engine

    def wait_long(connection: driver_connection, _record: object, _proxy: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '100s'")

    event.listen(engine, "checkout", wait_long)
    try:
        yield
    finally:
        event.remove(engine, "checkout", wait_long)
        engine.dispose()
