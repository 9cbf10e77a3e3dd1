"""PostgreSQL and Redis for the tests: those named in the environment, else embedded ones nobody misses afterwards."""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg2
import redis

from b2b_market.entrypoints.supervisor.crew import Crew
from b2b_market.entrypoints.supervisor.folder import Passwords
from b2b_market.entrypoints.supervisor.postgres import FOR_TESTS, EmbeddedPostgres
from b2b_market.entrypoints.supervisor.valkey import EmbeddedValkey

REDIS_LOCK = 771_300
REDIS_NUMBERS = range(12, 1, -1)
"""Those below are the product's, those above the browser tests'."""
PASSWORDS = Passwords(admin="test-admin", owner="test-owner", app="test-app", valkey="test-valkey")


@dataclass
class Servers:
    """Where the servers of this run are; ``pg_host`` is a socket folder, the three logins have PASSWORDS."""

    pg_host: str
    redis_url: str
    crew: Crew | None = None
    folder: Path | None = None
    extra: dict[str, str] = field(default_factory=dict)

    def url(self, login: str, database: str) -> str:
        """Return the SQLAlchemy address of ``database`` for ``login`` (admin, owner or app)."""
        password = getattr(PASSWORDS, login)
        return f"postgresql+psycopg2://b2b_{login}:{password}@/{database}?host={self.pg_host}"

    def stop(self) -> None:
        """End what this run started and remove its data."""
        if self.crew is not None:
            self.crew.stop()
        if self.folder is not None:
            shutil.rmtree(self.folder, ignore_errors=True)


def start_servers(settings: tuple[str, ...] = FOR_TESTS, *, fresh: bool = False) -> Servers:
    """Return the servers named by TEST_PG_HOST and TEST_REDIS_URL, else (or if ``fresh``) start embedded ones."""
    host, redis_url = os.environ.get("TEST_PG_HOST"), os.environ.get("TEST_REDIS_URL")
    if host and redis_url and not fresh:
        return Servers(host, redis_url)
    folder = Path(tempfile.mkdtemp(prefix="b2b-tests-"))
    folder.chmod(0o755)
    logs = folder / "log"
    logs.mkdir()
    crew = Crew(logs)
    postgres = EmbeddedPostgres(folder / "pg", PASSWORDS, settings=(*settings, "max_connections=200"))
    postgres.create(crew)
    valkey = EmbeddedValkey(folder / "kv", PASSWORDS.valkey)
    store = valkey.start(crew)
    postgres.wait_ready(crew, postgres.start(crew))
    crew.wait_for(lambda: _answers(valkey.redis_url), store, 90)
    return Servers(str(postgres.sockets), valkey.redis_url, crew, folder)


def _answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def admin(servers: Servers, database: str = "postgres") -> "psycopg2.extensions.connection":
    """Return an autocommitting superuser connection."""
    connection = psycopg2.connect(host=servers.pg_host, user="b2b_admin", password=PASSWORDS.admin, dbname=database)
    connection.autocommit = True
    return connection


@contextmanager
def own_redis(servers: Servers) -> Iterator[str]:
    """Yield the address of a Redis database that no other process of tests uses meanwhile, whoever started it.

    Limits are counted there, and every test begins with an empty one. PostgreSQL knows who has which: a process that
    is gone has none. More processes than there are databases share the last one.
    """
    with closing(admin(servers)) as connection, connection.cursor() as cursor:
        for number in REDIS_NUMBERS:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (REDIS_LOCK + number,))
            if cursor.fetchone() == (True,):
                break
        yield re.sub(r"db=\d+", f"db={number}", servers.redis_url)
