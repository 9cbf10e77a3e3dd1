"""Many rows in one statement: one round trip, one cached text per table and set of columns.

A multi-row ``VALUES`` clause is compiled anew for every number of rows, which costs more than the insert itself. Here
all rows travel as one JSON parameter that PostgreSQL unfolds into the table's own types, so nothing loses precision:
decimals, times and bytes travel as strings and are read by their column types' input functions.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import DeclarativeBase, Session

Row = Mapping[str, object]


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Sequence[Row]) -> None:
    """Insert ``rows``, each with the same columns, into the table of ``model``; returns and flushes nothing.

    Columns that the rows leave out take the database's defaults. An empty list does nothing.
    """
    if rows:
        statement = _statement(model.__tablename__, tuple(rows[0]))
        session.connection().execute(statement, {"rows": json.dumps(rows, default=_wire, ensure_ascii=False)})


@cache
def _statement(table: str, columns: tuple[str, ...]) -> TextClause:
    names = ", ".join(f'"{name}"' for name in columns)
    unfolded = f'jsonb_populate_recordset(NULL::"{table}", CAST(:rows AS jsonb))'
    # the names are those of our own mapped tables and columns
    return text(f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {unfolded}')  # noqa: S608


def _wire(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return "\\x" + bytes(value).hex()
    message = f"{type(value).__name__} cannot travel to the database"
    raise TypeError(message)
