"""What a fixed statement raises: a lost connection is told from a statement that is wrong."""

from collections.abc import Iterator

import psycopg2
import pytest
from sqlalchemy.exc import DBAPIError

from b2b_market.infra.database import Database, run_fixed
from b2b_market.infra.prepared import PreparingCursor
from tests.support.servers import Servers

LOST = "server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n"


@pytest.fixture
def database(servers: Servers, worker_database: str) -> Iterator[Database]:
    made = Database(servers.url("app", worker_database))
    yield made
    made.dispose()


def test_a_connection_is_lost_although_the_driver_does_not_call_it_closed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_cursor: object, _query: object, _values: object = None) -> None:
        raise psycopg2.DatabaseError(LOST)

    with database.session() as session:
        before = run_fixed(session, "SELECT pg_backend_pid()", {}).scalar_one()
        with monkeypatch.context() as broken:
            broken.setattr(PreparingCursor, "execute", fail)
            with pytest.raises(DBAPIError, match="unexpectedly") as caught:
                run_fixed(session, "SELECT 1", {})
    assert caught.value.connection_invalidated
    with database.session() as session:
        assert run_fixed(session, "SELECT pg_backend_pid()", {}).scalar_one() != before


def test_a_wrong_statement_loses_no_connection(database: Database) -> None:
    with database.session() as session, pytest.raises(DBAPIError, match="division by zero") as caught:
        run_fixed(session, "SELECT 1 / 0", {})
    assert not caught.value.connection_invalidated
