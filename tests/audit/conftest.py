"""What only the audit log's tests need: the hand of somebody who rules the database."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from b2b_market.infra.database import Database
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import SigningKey
from tests.support.clients import Here, client_of
from tests.support.servers import PASSWORDS, Servers, admin

OwnerDoes = Callable[[str], None]


@pytest.fixture
def fresh(committed_runtime: Runtime, tmp_path: Path) -> Runtime:
    """A runtime with real commits and an empty data folder: a log, a witness and keys of its own."""
    settings = committed_runtime.settings.model_copy(update={"data_dir": tmp_path})
    return replace(committed_runtime, settings=settings, checkpoints=SigningKey.load(tmp_path / "keys", "checkpoints"))


@pytest.fixture
def owner_does(servers: Servers, worker_database: str) -> OwnerDoes:
    """Run a statement as a superuser with every trigger asleep: what a dishonest administrator can do."""

    def run(statement: str) -> None:
        connection = admin(servers, worker_database)
        with connection.cursor() as cursor:
            cursor.execute(f"SET session_replication_role = replica; {statement}")
        connection.close()

    return run


@pytest.fixture
def owner_tries(servers: Servers, worker_database: str) -> OwnerDoes:
    """Run a statement with the login that owns the tables."""

    def run(statement: str) -> None:
        connection = psycopg2.connect(
            host=servers.pg_host, user="b2b_owner", password=PASSWORDS.owner, dbname=worker_database
        )
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()

    return run


@pytest.fixture
def owner_database(servers: Servers, worker_database: str) -> Iterator[Database]:
    """The database with the login that sees every row."""
    database = Database(servers.url("owner", worker_database), pool_size=1)
    yield database
    database.dispose()


@pytest.fixture
def fresh_client(shared_app: FastAPI, fresh: Runtime, here: Here) -> Iterator[TestClient]:
    """A client of the application on ``fresh``."""
    edge = shared_app.state.edge
    before, edge.runtime = edge.runtime, fresh
    client = client_of(shared_app, here)
    try:
        yield client
    finally:
        client.close()
        edge.runtime = before
