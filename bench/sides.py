"""The same work at two sizes, round by round in turns: what else the machine does disturbs both alike."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from statistics import median

from pydantic import SecretStr
from sqlalchemy import create_engine, pool, text

from b2b_market.infra.runtime import Runtime
from bench.stage import Stage
from tests.support import database as db

WARM, ROUNDS = 3, 41
Calls = Mapping[str, Callable[[], object]]


@contextmanager
def second_database(place: Stage) -> Iterator[tuple[str, Runtime]]:
    """Yield the name of a migrated database beside the stage's own, and a runtime on it; remove it afterwards."""
    name = db.clone(place.servers, "small")
    url = place.servers.url("app", name)
    runtime = Runtime.open(place.runtime.settings.model_copy(update={"database_url": SecretStr(url)}))
    try:
        yield name, runtime
    finally:
        runtime.close()
        db.drop(place.servers, name)


def settle(place: Stage) -> None:
    """Write out what filling the tables has left in memory, so that the server does not do it while others measure."""
    engine = create_engine(place.servers.url("admin", place.database), poolclass=pool.NullPool)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("CHECKPOINT"))
    engine.dispose()


def side_by_side(small: Calls, large: Calls) -> dict[str, tuple[float, float]]:
    """Return the median milliseconds of each call at both sizes, by name."""
    return {name: _in_turns(small[name], large[name]) for name in large}


def _in_turns(small: Callable[[], object], large: Callable[[], object]) -> tuple[float, float]:
    walls: tuple[list[float], list[float]] = ([], [])
    for number in range(WARM + ROUNDS):
        order = (0, 1) if number % 2 else (1, 0)  # neither always comes after the other
        for side in order:
            began = time.perf_counter()
            (small, large)[side]()
            if number >= WARM:
                walls[side].append(time.perf_counter() - began)
    return median(walls[0]) * 1000, median(walls[1]) * 1000
