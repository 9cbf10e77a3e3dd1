"""SELECTs whose text never changes: SQLAlchemy writes each of them once, and the driver runs it.

To take a statement through SQLAlchemy costs three to five times the Python of asking the driver, although text, binding
and reading are the same each time. So a statement that nearly every request runs is wrapped in one of these where it
stands, at the top of its module. Values are bound and columns are read by the processors of SQLAlchemy's own types.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, TypeVarTuple, cast

import psycopg2
from sqlalchemy import Select, inspect
from sqlalchemy.dialects.postgresql.psycopg2 import PGDialect_psycopg2
from sqlalchemy.orm import DeclarativeBase, Mapper, Session, class_mapper, make_transient_to_detached
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.types import TypeEngine

from b2b_market.infra.database import Found, run_fixed

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
R = TypeVar("R", bound=DeclarativeBase)
Values = Mapping[str, object]
Processor = Callable[[Any], Any]

_DIALECT: Final = PGDialect_psycopg2(dbapi=psycopg2)  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Written:
    """A statement as the driver takes it, the values that stand in it, and the types of what it gives."""

    text: str
    given: Values
    writers: Mapping[str, Processor]
    """How the values of each run are bound, of those that need it."""
    names: tuple[str, ...]
    types: tuple[TypeEngine[Any], ...]

    def run(self, session: Session, values: Values) -> Found:
        """Run the statement; raises what SQLAlchemy raises, and KeyError where a value is missing."""
        bound = {**self.given, **values}
        for name, writer in self.writers.items():
            bound[name] = writer(bound[name])
        return run_fixed(session, self.text, bound)

    def readers(self, found: Found) -> tuple[tuple[int, Processor], ...]:
        """Return by place how columns are read that the driver leaves otherwise than their types promise."""
        made = [
            kind.dialect_impl(_DIALECT).result_processor(_DIALECT, column[1])
            for kind, column in zip(self.types, found.columns, strict=True)
        ]
        return tuple((place, reader) for place, reader in enumerate(made) if reader is not None)


def _write(query: Select[*tuple[Any, ...]]) -> _Written:
    """Return ``query`` as the driver takes it; TypeError where its text would depend on the values of a run."""
    compiled = query.compile(dialect=_DIALECT)
    asked = {name for bind, name in compiled.bind_names.items() if bind.required}
    if any(bind.required and bind.expanding for bind in compiled.bind_names):
        message = "a list of any length changes the text: say any_() of an array instead of in_()"
        raise TypeError(message)
    whole = compiled.construct_expanded_state(dict.fromkeys(asked))
    processors = [(name, bind.type.dialect_impl(_DIALECT)) for bind, name in compiled.bind_names.items()]
    made = {name: kind.bind_processor(_DIALECT) for name, kind in processors}
    writers = {name: writer for name, writer in {**made, **whole.processors}.items() if writer is not None}
    given = {
        name: writers[name](value) if name in writers else value
        for name, value in whole.parameters.items()
        if name not in asked
    }
    columns = compiled._result_columns  # noqa: SLF001 - what SQLAlchemy itself reads the rows by; it has no other door
    return _Written(
        whole.statement,
        given,
        {name: writer for name, writer in writers.items() if name in asked},
        tuple(column.keyname for column in columns),
        tuple(column.type for column in columns),
    )


class FixedRows(Generic[*Ts]):
    """A SELECT of columns."""

    def __init__(self, query: Select[*Ts]) -> None:
        """Keep ``query``, which names what each run gives by ``bindparam``; it is written at its first run."""
        self._query = query
        self._readers: tuple[tuple[int, Processor], ...] | None = None

    @cached_property
    def _written(self) -> _Written:
        return _write(self._query)

    def all(self, session: Session, values: Values) -> Sequence[tuple[*Ts]]:
        """Return the rows as plain tuples."""
        found = self._written.run(session, values)
        if self._readers is None:
            self._readers = self._written.readers(found)
        if not self._readers:
            return found.rows
        return [self._read(row, self._readers) for row in found.rows]

    def first(self, session: Session, values: Values) -> tuple[*Ts] | None:
        """Return the first row, or None where there is none."""
        rows = self.all(session, values)
        return rows[0] if rows else None

    def scalar(self: "FixedRows[T]", session: Session, values: Values) -> T | None:
        """Return the only column of the first row, or None where there is no row."""
        rows = self.all(session, values)
        return rows[0][0] if rows else None

    def _read(self, row: tuple[Any, ...], readers: tuple[tuple[int, Processor], ...]) -> tuple[*Ts]:
        cells = list(row)
        for place, reader in readers:
            cells[place] = reader(cells[place])
        return cast("tuple[*Ts]", tuple(cells))


class FixedRecords(Generic[R]):
    """A SELECT of all columns of a mapped class that are not deferred."""

    def __init__(self, query: Select[R]) -> None:
        """Keep ``query``, which names what each run gives by ``bindparam``; it is written at its first run."""
        self._query = query
        self._readers: tuple[tuple[str, Processor], ...] | None = None

    def records(self, session: Session, values: Values) -> list[R]:
        """Return what is selected as records that no session holds: to be read only.

        To load twenty lines into a session, which has to know each of them when it writes, takes three times as long.
        """
        return [self._record(row) for row in self._rows(session, values)]

    def record(self, session: Session, values: Values) -> R | None:
        """Return the first of them, or None where there is none."""
        found = self.records(session, values)
        return found[0] if found else None

    def load_all(self, session: Session, values: Values) -> list[R]:
        """Return what is selected as objects of the session, which writes what is changed on them.

        What the session holds already stays as it is there, unless the query says ``populate_existing``.
        """
        return [self._held(session, row) for row in self._rows(session, values)]

    def load(self, session: Session, values: Values) -> R | None:
        """Return the first of them, or None where there is none."""
        found = self.load_all(session, values)
        return found[0] if found else None

    @cached_property
    def _written(self) -> _Written:
        return _write(self._query)

    @cached_property
    def _mapper(self) -> Mapper[R]:
        return class_mapper(self._query.column_descriptions[0]["entity"])

    @cached_property
    def _new(self) -> Callable[[], R]:
        return self._mapper.class_manager.new_instance

    @cached_property
    def _key(self) -> tuple[str, ...]:
        return tuple(self._mapper.get_property_by_column(column).key for column in self._mapper.primary_key)

    @cached_property
    def _refreshes(self) -> bool:
        return bool(self._query.get_execution_options().get("populate_existing"))

    def _rows(self, session: Session, values: Values) -> list[dict[str, Any]]:
        written = self._written
        found = written.run(session, values)
        if self._readers is None:
            self._readers = tuple((written.names[place], reader) for place, reader in written.readers(found))
        rows = [dict(zip(written.names, row, strict=True)) for row in found.rows]
        for name, reader in self._readers:
            for row in rows:
                row[name] = reader(row[name])
        return rows

    def _record(self, row: dict[str, Any]) -> R:
        record = self._new()
        vars(record).update(row)
        return record

    def _held(self, session: Session, row: dict[str, Any]) -> R:
        key = self._mapper.identity_key_from_primary_key(tuple([row[name] for name in self._key]))
        known = cast("R | None", session.identity_map.get(key))
        if known is None:
            record = self._record(row)
            make_transient_to_detached(record)
            session.add(record)
            return record
        for name in row if self._refreshes else inspect(known).unloaded.intersection(row):
            set_committed_value(known, name, row[name])
        return known
