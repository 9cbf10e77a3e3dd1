"""Calls whose changes vanish, so that each meets the world as it was made."""

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi.testclient import TestClient

from tests.support import database as db
from tests.support.world import World


@contextmanager
def undone(world: World) -> Iterator[TestClient]:
    """Yield a client of the world whose changes all vanish at the end."""
    edge = world.app.state.edge
    with db.rolled_back(world.runtime, world.connection) as runtime:
        edge.runtime = runtime
        client = world.client()
        try:
            yield client
        finally:
            client.close()
            edge.runtime = world.runtime


@contextmanager
def undone_again(world: World) -> Iterator[None]:
    """Within :func:`undone`: let what is done meanwhile vanish too, the counts of guesses included."""
    database = world.app.state.edge.runtime.database
    assert isinstance(database, db.RollbackDatabase)
    savepoint = database.savepoint()
    try:
        yield
    finally:
        savepoint.rollback()
        world.runtime.redis.flushdb()
