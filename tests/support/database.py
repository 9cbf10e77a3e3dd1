"""One migrated template database, a clone per worker, and sessions that roll back after each test."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, Engine, NestedTransaction, create_engine
from sqlalchemy.orm import Session

from b2b_market.entrypoints.migrating import SCRIPTS, migrate
from b2b_market.infra.database import Database
from b2b_market.infra.prepared import PreparingConnection
from b2b_market.infra.runtime import Runtime
from tests.support.servers import Servers, admin

TEMPLATE_LOCK = 771_204


def template_name(scripts: Path = SCRIPTS) -> str:
    """Return the template's name: a hash over every migration, so that a changed one makes a new template."""
    digest = hashlib.sha256()
    for path in sorted(scripts.rglob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return f"template_{digest.hexdigest()[:16]}"


def ensure_template(servers: Servers) -> str:
    """Make the migrated template where it is missing; several workers wait for the one that makes it."""
    name = template_name()
    connection = admin(servers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,))
        if cursor.fetchone() is None:
            building = f"building_{uuid4().hex[:12]}"
            cursor.execute(f"CREATE DATABASE {building} OWNER b2b_owner")
            migrate(servers.url("owner", building))
            cursor.execute(f"ALTER DATABASE {building} RENAME TO {name}")
        cursor.execute("SELECT pg_advisory_unlock(%s)", (TEMPLATE_LOCK,))
    connection.close()
    return name


def clone(servers: Servers, label: str) -> str:
    """Return the name of a fresh copy of the template."""
    name = f"run_{os.getpid()}_{label}_{uuid4().hex[:6]}".replace("-", "_")
    template = ensure_template(servers)
    connection = admin(servers)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", (TEMPLATE_LOCK,))
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER b2b_owner")
        cursor.execute("SELECT pg_advisory_unlock(%s)", (TEMPLATE_LOCK,))
    connection.close()
    return name


def drop(servers: Servers, name: str) -> None:
    """Remove a copy, ending whatever is still connected to it."""
    connection = admin(servers)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    connection.close()


class RollbackDatabase(Database):
    """A database whose sessions are savepoints of one transaction that never commits."""

    def __init__(self, connection: Connection) -> None:
        """Take over a connection with an open transaction."""
        self.engine = connection.engine
        self._connection = connection

    def session(self) -> Session:
        """Return a session on the one connection."""
        return Session(
            self._connection, autoflush=False, expire_on_commit=False, join_transaction_mode="create_savepoint"
        )

    def savepoint(self) -> NestedTransaction:
        """Return the point that its ``rollback`` comes back to."""
        return self._connection.begin_nested()


@contextmanager
def one_connection(url: str) -> Iterator[Engine]:
    """Yield an engine that keeps its one connection: to open one costs more than most tests do with it."""
    connect = {"connection_factory": PreparingConnection, "options": "-c timezone=UTC"}
    engine = create_engine(url, pool_size=1, max_overflow=0, connect_args=connect)
    yield engine
    engine.dispose()


@contextmanager
def rolled_back(base: Runtime, engine: Engine) -> Iterator[Runtime]:
    """Yield ``base`` on a database whose changes all vanish at the end."""
    with engine.connect() as connection:
        transaction = connection.begin()
        try:
            yield replace(base, database=RollbackDatabase(connection))
        finally:
            transaction.rollback()


def delete_everything(servers: Servers, database: str) -> None:
    """Delete the rows of every table but Alembic's; triggers sleep meanwhile, so the insert-only trail goes too."""
    connection = admin(servers, database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        tables = [name for (name,) in cursor.fetchall()]
        statements = "; ".join(f'DELETE FROM "{name}"' for name in tables)  # noqa: S608 - names from the catalogue
        cursor.execute(f"SET session_replication_role = replica; {statements}")
    connection.close()
