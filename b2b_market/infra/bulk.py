"""Many rows in one statement: one round trip, one cached text per table and set of columns.

A multi-row ``VALUES`` clause is compiled anew for every number of rows, which costs more than the insert itself. Here
all rows travel as one JSON parameter that PostgreSQL unfolds into the table's own types, so nothing loses precision:
decimals, times and bytes travel as strings and are read by their column types' input functions.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeVar
from uuid import UUID

from sqlalchemy import Column
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, class_mapper
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from b2b_market.infra.database import run_fixed

Row = Mapping[str, object]
Rows = Sequence[Row]
R = TypeVar("R", bound=DeclarativeBase)


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Rows) -> None:
    """Insert ``rows``, each with the same columns, into the table of ``model``; returns and flushes nothing.

    Columns that the rows leave out take the database's defaults. An empty list does nothing.
    """
    insert_together(session, (model, rows))


def insert_together(session: Session, *groups: tuple[type[DeclarativeBase], Rows]) -> None:
    """Insert the rows of several tables with one statement; groups without rows are left out."""
    filled = [(model.__tablename__, rows) for model, rows in groups if rows]
    if not filled:
        return
    shape = tuple((table, tuple(rows[0])) for table, rows in filled)
    parameters = {
        f"rows_{number}": json.dumps(rows, default=_wire, ensure_ascii=False) for number, (_, rows) in enumerate(filled)
    }
    run_fixed(session, _statement(shape), parameters)


def row_of(record: DeclarativeBase) -> Row:
    """Return the columns of a record that no session holds, as far as it was given them."""
    return {name: value for name, value in vars(record).items() if not name.startswith("_")}


def first_row(record: DeclarativeBase) -> Row:
    """Return all columns of a new record that no session holds, after giving it what a flush would have given it.

    Those are the defaults of its columns and, where it has one, version 1. Defaults that only the database knows are
    None.
    """
    state = vars(record)
    for name, given in _defaults(type(record)):
        if name not in state:
            state[name] = given()
    return row_of(record)


@cache
def _defaults(model: type[DeclarativeBase]) -> Sequence[tuple[str, Callable[[], object]]]:
    mapper = class_mapper(model)
    return tuple((key, _default(mapper, column)) for key, column in mapper.columns.items())


def _default(mapper: Mapper[Any], column: Column[Any]) -> Callable[[], object]:
    if column is mapper.version_id_col:
        return lambda: 1
    default = column.default
    if isinstance(default, ScalarElementColumnDefault):
        return lambda: default.arg
    if isinstance(default, CallableColumnDefault):
        return lambda: default.arg(None)  # type: ignore[arg-type]  # ours take no context
    return lambda: None


def record_of(model: type[R], row: Row) -> R:
    """Return ``row``, which a statement like the above stored, as a record that no session holds.

    What the row leaves out is not known of the record: it has to hold every column that somebody will read.
    """
    record = manager_of_class(model).new_instance()
    vars(record).update(row)
    return record


def add_up(
    session: Session, model: type[DeclarativeBase], rows: Rows, *, key: Sequence[str], figures: Sequence[str]
) -> None:
    """Insert ``rows``; where a row with the same ``key`` is there, its ``figures`` grow by the given ones.

    Each key once among the rows, and in one order for all writers, or two of them wait for each other.
    """
    if not rows:
        return
    table = model.__tablename__
    growing = ", ".join(f'"{name}" = "{table}"."{name}" + excluded."{name}"' for name in figures)
    known = ", ".join(f'"{name}"' for name in key)
    statement = f"{_insert(0, table, tuple(rows[0]))} ON CONFLICT ({known}) DO UPDATE SET {growing}"
    run_fixed(session, statement, {"rows_0": json.dumps(rows, default=_wire, ensure_ascii=False)})


@cache
def _statement(shape: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    inserts = [_insert(number, table, columns) for number, (table, columns) in enumerate(shape)]
    before = ", ".join(f"part_{number} AS ({insert})" for number, insert in enumerate(inserts[:-1]))
    return (f"WITH {before} " if before else "") + inserts[-1]


def _insert(number: int, table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    unfolded = f'jsonb_populate_recordset(NULL::"{table}", CAST(%(rows_{number})s AS jsonb))'
    # the names are those of our own mapped tables and columns
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {unfolded}'  # noqa: S608


def _wire(value: object) -> str:
    write = _WIRES.get(type(value))
    if write is None:
        message = f"{type(value).__name__} cannot travel to the database"
        raise TypeError(message)
    return write(value)


def _bytes(value: bytes | memoryview) -> str:
    return "\\x" + bytes(value).hex()


_WIRES: Final[Mapping[type, Callable[[Any], str]]] = {
    UUID: str,
    Decimal: lambda number: format(number, "f"),
    datetime: datetime.isoformat,
    date: date.isoformat,
    bytes: _bytes,
    memoryview: _bytes,
}
"""By exact type: twenty offers hold a hundred ids."""
