"""Prepared statements: when one is made, what it is declared with, and that it answers as the plain text does."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import psycopg2
import pytest
from psycopg2.errors import UniqueViolation
from psycopg2.extensions import Binary, register_adapter
from psycopg2.extras import UUID_adapter

from b2b_market.infra import prepared
from b2b_market.infra.prepared import PreparingConnection
from tests.support.servers import PASSWORDS, Servers

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ID = UUID(int=7)


@pytest.fixture
def connection(servers: Servers, worker_database: str) -> Iterator[PreparingConnection]:
    made = psycopg2.connect(
        host=servers.pg_host,
        user="b2b_app",
        password=PASSWORDS.app,
        dbname=worker_database,
        connection_factory=PreparingConnection,
    )
    register_adapter(UUID, UUID_adapter)
    yield made
    made.close()


def asked(connection: PreparingConnection, text: str, values: Mapping[str, object] | None = None) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(text, values)
        return [row[0] for row in cursor.fetchall()]


def known(connection: PreparingConnection) -> list[tuple[str, str]]:
    return [
        (text, types)
        for text, types in _catalogue(connection, "SELECT statement, parameter_types::text FROM pg_prepared_statements")
    ]


def _catalogue(connection: PreparingConnection, text: str) -> list[tuple[str, ...]]:
    with connection.cursor(cursor_factory=psycopg2.extensions.cursor) as cursor:
        cursor.execute(text)
        return cursor.fetchall()


def test_the_second_run_of_a_text_prepares_it_and_every_run_answers_alike(connection: PreparingConnection) -> None:
    text = "SELECT %(number)s + 1 WHERE 'ten %%' LIKE 'ten _'"
    assert asked(connection, text, {"number": 1}) == [2]
    assert known(connection) == []
    assert asked(connection, text, {"number": 2}) == [3]
    (statement, types) = known(connection)[0]
    assert "SELECT $1 + 1 WHERE 'ten %' LIKE 'ten _'" in statement
    assert types == "{integer}"
    assert asked(connection, text, {"number": 3}) == [4]
    assert len(known(connection)) == 1


def test_a_text_without_values_is_prepared_too(connection: PreparingConnection) -> None:
    for _ in range(3):
        assert asked(connection, "SELECT 5") == [5]
    assert len(known(connection)) == 1


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        ("text", "text"),
        (None, "text"),
        (ID, "uuid"),
        (True, "boolean"),
        (2**31 - 1, "integer"),
        (2**31, "bigint"),
        (2**63, "numeric"),
        (Decimal("1.50"), "numeric"),
        (NOON, '"timestamp with time zone"'),
        (NOON.replace(tzinfo=None), '"timestamp without time zone"'),
        (date(2026, 11, 22), "date"),
        (timedelta(days=2), "interval"),
        (b"\x00\xff", "bytea"),
        (Binary(b"\x00\xff"), "bytea"),
        ([ID], "uuid[]"),
        (["a", "b"], "text[]"),
    ],
)
def test_a_value_keeps_its_type_and_itself(connection: PreparingConnection, value: object, declared: str) -> None:
    first, *later = [asked(connection, "SELECT %(value)s", {"value": value})[0] for _ in range(3)]
    assert later == [first, first]
    assert [types for _, types in known(connection)] == [f"{{{declared}}}"]


def test_other_types_of_values_are_another_statement(connection: PreparingConnection) -> None:
    for value in (1, 1, "one", "one", 1, "one"):
        asked(connection, "SELECT %(value)s::text", {"value": value})
    assert sorted(types for _, types in known(connection)) == ["{integer}", "{text}"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("SELECT 1; SELECT 2", None),
        ("SELECT %(value)s LIMIT 1", {"value": 1}),
        ("SELECT to_tsvector('a') @@ to_tsquery(%(value)s)", {"value": "a"}),
        ("SHOW work_mem", None),
        ("SELECT %(value)s", {"value": 1.5}),
        ("SELECT %(value)s", {"value": [1, 2]}),
        ("SELECT %(value)s", {"value": ["a", None]}),
        ("SELECT %s", (1,)),
    ],
)
def test_what_cannot_be_declared_runs_as_it_is(
    connection: PreparingConnection, text: str, values: Mapping[str, object] | tuple[int] | None
) -> None:
    for _ in range(3):
        with connection.cursor() as cursor:
            cursor.execute(text, values)
    assert known(connection) == []


def test_the_one_not_asked_for_longest_is_forgotten(
    connection: PreparingConnection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepared, "MOST", 2)
    texts = [f"SELECT {number} + %(more)s" for number in range(3)]
    for text in (texts[0], texts[0], texts[1], texts[1], texts[0], texts[2], texts[2]):
        asked(connection, text, {"more": 1})
    assert len(known(connection)) == 2
    assert asked(connection, texts[1], {"more": 1}) == [2]
    assert len(known(connection)) == 2
    assert asked(connection, texts[0], {"more": 4}) == [4]


def test_one_that_fails_while_it_is_prepared_can_be_asked_again(connection: PreparingConnection) -> None:
    asked(connection, "SELECT set_config('app.machine', 'on', false)")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE numbered (number int PRIMARY KEY)")
    connection.commit()
    text = "INSERT INTO numbered VALUES (%(number)s)"
    with connection.cursor() as cursor:
        cursor.execute(text, {"number": 1})
        connection.commit()
        with pytest.raises(UniqueViolation):
            cursor.execute(text, {"number": 1})
        connection.rollback()
        for number in (2, 3):
            cursor.execute(text, {"number": number})
            assert cursor.rowcount == 1
    assert asked(connection, "SELECT number FROM numbered ORDER BY number") == [1, 2, 3]


def test_a_rolled_back_transaction_leaves_what_it_prepared(connection: PreparingConnection) -> None:
    for _ in range(2):
        asked(connection, "SELECT 6")
    connection.rollback()
    assert asked(connection, "SELECT 6") == [6]
    assert len(known(connection)) == 1
