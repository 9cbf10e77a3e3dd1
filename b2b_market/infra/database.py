"""The database: engine, declarative base, column types, and the settings that row-level security reads."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from json import JSONDecoder
from typing import Any, Final
from uuid import UUID

from psycopg2 import Error as DriverError
from psycopg2.extensions import connection as Connection  # noqa: N812 - the driver names its classes in small letters
from psycopg2.extensions import new_array_type, new_type, register_type
from sqlalchemy import (
    CHAR,
    ColumnElement,
    Date,
    DateTime,
    Engine,
    Enum,
    MetaData,
    Numeric,
    Text,
    Uuid,
    any_,
    bindparam,
    create_engine,
    event,
)
from sqlalchemy import Connection as SessionConnection
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session, sessionmaker

from b2b_market.infra.prepared import PreparingConnection

UNIT_PRICE = Numeric(20, 6)
TOTAL = Numeric(20, 4)
QUANTITY = Numeric(20, 6)
RATE = Numeric(24, 12)
CURRENCY = CHAR(3)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every mapped table; one MetaData, one naming convention."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it as a class attribute of this name
        UUID: Uuid(),
        datetime: DateTime(timezone=True),
        date: Date(),
        str: Text(),
        Decimal: TOTAL,
    }


def enum_type(kind: type[StrEnum]) -> Enum:
    """Return the column type of a status or code: text with a CHECK, values as the enum writes them."""
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in kind.__name__).lstrip("_")
    return Enum(
        kind,
        native_enum=False,
        create_constraint=True,
        length=40,
        name=name,
        values_callable=lambda members: [str(member.value) for member in members],
    )


ORGS: Final = bindparam("orgs", type_=ARRAY(Uuid()))
"""The companies acted for, in a statement that is written once for all of its runs: a list, given as ``orgs``.

To build a statement takes SQLAlchemy longer than PostgreSQL takes to run it, so those of nearly every request stand at
the top of their modules, with :func:`sqlalchemy.bindparam` for what each run gives.
"""


def within(column: InstrumentedAttribute[UUID] | InstrumentedAttribute[UUID | None]) -> ColumnElement[bool]:
    """Return the condition that ``column`` is one of :data:`ORGS`."""
    return column == any_(ORGS)


@dataclass(frozen=True, slots=True)
class Tenant:
    """Whose rows a transaction may touch: the second fence behind the scopes.

    ``orgs`` are the companies acted for; ``machine`` opens the branch that only the relay, the sealer and the
    sweepers use; ``platform`` is ``operator``, ``auditor`` or empty.
    """

    orgs: tuple[UUID, ...] = ()
    machine: bool = False
    platform: str = ""

    def settings(self) -> dict[str, str]:
        """Return the three values as the transaction-local settings write them."""
        return {
            "orgs": "{" + ",".join(str(org) for org in self.orgs) + "}",
            "machine": "on" if self.machine else "",
            "platform": self.platform,
        }


@dataclass(frozen=True, slots=True)
class Found:
    """What a fixed statement gave: its rows as the driver read them, and how many rows it touched."""

    rows: Sequence[tuple[Any, ...]]
    rowcount: int
    columns: Sequence[Sequence[Any]] = ()
    """How the driver describes what it read: name and type of each column first."""

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        """Go through the rows."""
        return iter(self.rows)

    def one(self) -> tuple[Any, ...]:
        """Return the only row; ValueError where there is none or more than one."""
        (row,) = self.rows
        return row

    def scalar_one(self) -> Any:  # noqa: ANN401 - whatever the statement selects
        """Return the only column of the only row; ValueError where there is another."""
        (value,) = self.one()
        return value


def run_fixed(session: Session, statement: str, values: Mapping[str, object]) -> Found:
    """Run a statement whose text never changes, written as the driver reads it: ``%(name)s`` for a value.

    For the handful that nearly every transaction runs. They go straight to the session's connection: SQLAlchemy's way
    around a statement takes twice as long as PostgreSQL needs for it. Values travel as the driver writes them: no JSON,
    no enums. Raises what SQLAlchemy raises.
    """
    connection = session.connection()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        columns = cursor.description
        return Found(cursor.fetchall() if columns else [], cursor.rowcount, columns or ())
    except DriverError as error:
        # a connection may be lost before the driver says that it is closed
        if connection.dialect.is_disconnect(error, connection.connection.dbapi_connection, cursor):  # type: ignore[arg-type]  # it is the driver's
            connection.exec_driver_sql(statement, dict(values))  # fails too, and the whole pool is renewed
        raise _as_raised(connection, statement, error) from error
    finally:
        cursor.close()


def _as_raised(connection: SessionConnection, statement: str, error: DriverError) -> BaseException:
    return DBAPIError.instance(statement, None, error, DriverError, hide_parameters=True, dialect=connection.dialect)


SET_TENANT: Final = (
    "SELECT set_config('app.orgs', %(orgs)s, true), set_config('app.machine', %(machine)s, true), "
    "set_config('app.platform', %(platform)s, true), now()"
)
"""Reads :meth:`Tenant.settings`; its last column is the transaction's stamp."""


def set_tenant(session: Session, tenant: Tenant) -> datetime:
    """Set ``tenant`` for the running transaction and return the transaction's stamp."""
    stamp: datetime = run_fixed(session, SET_TENANT, tenant.settings()).one()[3]
    return stamp


@lru_cache(maxsize=4096)
def _uuid(text: str) -> UUID:
    """Return the id written as ``text``; a page of rows names few of them, each of them often."""
    return UUID(text)


_UUID: Final = new_type((2950,), "UUID", lambda text, _cursor: None if text is None else _uuid(text))
_UUIDS: Final = new_array_type((2951,), "UUID[]", _UUID)
_SCAN: Final = JSONDecoder().scan_once  # type: ignore[attr-defined]  # its stubs leave it out
"""What ``json.loads`` comes to for a text without space around, as PostgreSQL writes jsonb, in a third of its time."""
_JSONB: Final = new_type((3802,), "JSONB", lambda text, _cursor: None if text is None else _SCAN(text, 0)[0])


def _read_values(connection: Connection, _record: object) -> None:
    for kind in (_UUID, _UUIDS, _JSONB):
        register_type(kind, connection)


class Database:
    """The engine and its sessions. Sessions never flush by themselves: an operation says when."""

    def __init__(self, url: str, *, pool_size: int = 20, prepare: bool = True) -> None:
        """Open nothing yet; connections are made when first needed, and with ``prepare`` keep what they were asked."""
        self.engine: Engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=4,
            pool_pre_ping=False,
            pool_recycle=1800,
            hide_parameters=True,  # an error's text reaches logs and the dead-letter desk
            connect_args={
                "connection_factory": PreparingConnection if prepare else Connection,
                "application_name": "b2b_market",
                "options": "-c timezone=UTC -c statement_timeout=30s -c lock_timeout=5s",
            },
        )
        event.listen(self.engine, "connect", _read_values)
        self.sessions = sessionmaker(self.engine, autoflush=False, expire_on_commit=False)

    def session(self) -> Session:
        """Return a new session; the caller begins, commits and closes."""
        return self.sessions()

    def dispose(self, *, close: bool = True) -> None:
        """Drop the pool; after a fork with ``close=False``, which leaves the parent's sockets alone."""
        self.engine.dispose(close=close)
