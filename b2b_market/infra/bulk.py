"""Many rows in one statement: one round trip, one cached text per table and set of columns.

A multi-row ``VALUES`` clause is compiled anew for every number of rows, which costs more than the insert itself. Here
all rows travel as one JSON parameter that PostgreSQL unfolds into the table's own types, so nothing loses precision:
decimals, times and bytes travel as strings and are read by their column types' input functions.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pydantic_core import to_json
from sqlalchemy import Column, LargeBinary
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, class_mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.sql.schema import CallableColumnDefault, ScalarElementColumnDefault

from b2b_market.infra.database import run_fixed

Row = Mapping[str, object]
Rows = Sequence[Row]
R = TypeVar("R", bound=DeclarativeBase)


@dataclass(frozen=True, slots=True)
class Fixed:
    """A statement whose text never changes, as ``run_fixed`` reads it, and the values of one run."""

    text: str
    values: Mapping[str, object]


def insert_rows(session: Session, model: type[DeclarativeBase], rows: Rows) -> None:
    """Insert ``rows``, each with the same columns, into the table of ``model``; returns and flushes nothing.

    Columns that the rows leave out take the database's defaults. An empty list does nothing.
    """
    insert_together(session, (model, rows))


def insert_together(session: Session, *groups: tuple[type[DeclarativeBase], Rows], also: Sequence[Fixed] = ()) -> None:
    """Insert the rows of several tables with one statement; groups without rows are left out.

    What is to be done ``also``, each a change that sees none of the rows inserted here, is done by the same statement.
    """
    filled = [(model, rows) for model, rows in groups if rows]
    if not filled and not also:
        return
    shape = tuple((model.__tablename__, tuple(rows[0])) for model, rows in filled)
    values: dict[str, object] = {f"rows_{number}": _written(model, rows) for number, (model, rows) in enumerate(filled)}
    for number, fixed in enumerate(also):
        values |= {f"also_{number}_{name}": value for name, value in fixed.values.items()}
    run_fixed(session, _statement(shape, tuple(fixed.text for fixed in also)), values)


def insert_root(session: Session, root: DeclarativeBase, *groups: tuple[type[DeclarativeBase], Rows]) -> None:
    """Insert a new record and the rows that belong to it with one statement; the session holds it from then on."""
    insert_together(session, (type(root), [first_row(root)]), *groups)
    make_transient_to_detached(root)
    session.add(root)


def row_of(record: DeclarativeBase) -> Row:
    """Return the columns of a record that no session holds, as far as it was given them."""
    return {name: value for name, value in vars(record).items() if name[0] != "_"}


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


def change_of(record: DeclarativeBase, *names: str) -> Fixed:
    """Return what writes columns of a record with the key ``id`` that no session holds, as they are on it now.

    Columns of JSON are not for this.
    """
    state = vars(record)
    values = {name: value.value if isinstance(value := state[name], Enum) else value for name in ("id", *names)}
    return Fixed(_update(record.__tablename__, names), values)


def store_changes(session: Session, record: DeclarativeBase, *names: str) -> None:
    """Write what :func:`change_of` says: at once, and with a third of what a flush takes."""
    insert_together(session, also=(change_of(record, *names),))


@cache
def _update(table: str, columns: tuple[str, ...]) -> str:
    changed = ", ".join(f'"{name}" = %({name})s' for name in columns)
    return f'UPDATE "{table}" SET {changed} WHERE "id" = %(id)s'  # noqa: S608 - names of our own tables and columns


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
    run_fixed(session, statement, {"rows_0": _written(model, rows)})


@cache
def _statement(shape: tuple[tuple[str, tuple[str, ...]], ...], also: tuple[str, ...]) -> str:
    parts = [_insert(number, table, columns) for number, (table, columns) in enumerate(shape)]
    # two of one text would otherwise both be given the values of the second
    parts += [text.replace("%(", f"%(also_{number}_") for number, text in enumerate(also)]
    before = ", ".join(f"part_{number} AS ({part})" for number, part in enumerate(parts[:-1]))
    return (f"WITH {before} " if before else "") + parts[-1]


def _insert(number: int, table: str, columns: tuple[str, ...]) -> str:
    names = ", ".join(f'"{name}"' for name in columns)
    # json, not jsonb: PostgreSQL reads the text once and builds nothing of it that it takes apart again
    unfolded = f'json_populate_recordset(NULL::"{table}", CAST(%(rows_{number})s AS json))'
    # the names are those of our own mapped tables and columns
    return f'INSERT INTO "{table}" ({names}) SELECT {names} FROM {unfolded}'  # noqa: S608


def _written(model: type[DeclarativeBase], rows: Rows) -> str:
    """Return ``rows`` as JSON, written by pydantic's core; bytes become the text that PostgreSQL reads as such."""
    binary = _binary(model)
    if binary:
        rows = [{**row, **{name: _bytes(row[name]) for name in binary if name in row}} for row in rows]
    return to_json(rows).decode()


@cache
def _binary(model: type[DeclarativeBase]) -> tuple[str, ...]:
    return tuple(column.name for column in model.__table__.columns if isinstance(column.type, LargeBinary))


def _bytes(value: object) -> object:
    return "\\x" + bytes(value).hex() if isinstance(value, bytes | memoryview) else value
