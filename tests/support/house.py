"""A house of its own for tests that kill and stop things: durable servers, a migrated database, parts as processes."""

import contextlib
import shutil
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import psycopg2
import redis

from b2b_market.entrypoints.broker import QUEUE, sender
from b2b_market.entrypoints.supervisor.crew import Child as ServerChild
from b2b_market.entrypoints.supervisor.crew import Crew
from b2b_market.entrypoints.supervisor.postgres import DURABLE
from b2b_market.entrypoints.supervisor.valkey import BROKER_NUMBER, EmbeddedValkey
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Environment, Settings
from b2b_market.rbac.actor import Actor
from tests.support import database as db
from tests.support.calling import Caller, caller_for
from tests.support.children import Child, Nursery, listen, until, web
from tests.support.deaths import Death
from tests.support.servers import PASSWORDS, Servers, admin, start_servers


@dataclass
class House:
    """Servers that keep what they acknowledge, the product's runtime on them, and a nursery for its parts."""

    servers: Servers
    database: str
    runtime: Runtime
    nursery: Nursery

    @property
    def crew(self) -> Crew:
        """The keeper of the two server processes."""
        assert self.servers.crew is not None
        return self.servers.crew

    def server(self, name: str) -> ServerChild:
        """Return the running server process of that name: ``postgres`` or ``valkey``."""
        (found,) = [child for child in self.crew.children if child.job.name == name]
        return found

    def stop_server(self, name: str, how: signal.Signals = signal.SIGKILL) -> None:
        """End a server process and wait for its end."""
        child = self.server(name)
        child.process.send_signal(how)
        child.process.wait(240)

    def start_server(self, name: str) -> None:
        """Start a stopped server again and wait until it answers.

        A killed one whose last processes still hold its folder is started until it stays.
        """
        answers = self._database_answers if name == "postgres" else self._redis_answers

        def serves() -> bool:
            if self.server(name).process.poll() is not None:
                old = self.server(name)
                self.crew.children.remove(old)
                self.crew.start(old.job)
                self.runtime.database.dispose()  # the tests' own connections, which ended with it
            return answers()

        until(serves, 240, f"{name} answers again")

    def ask(self, task: str) -> None:
        """Send a task to the broker, as a nudge does."""
        sender(self.runtime.settings).send_task(task, ignore_result=True)

    def messages(self) -> int:
        """Return how many messages the broker holds: those that wait, and those no worker has acknowledged."""
        path = str(self._valkey().socket)
        with redis.Redis(unix_socket_path=path, password=PASSWORDS.valkey, db=BROKER_NUMBER) as broker:
            return int(broker.llen(QUEUE)) + int(broker.hlen("unacked"))

    def redeliver(self) -> int:
        """Put back what no worker acknowledged, as the broker does after its timeout; return how many messages."""
        return self._valkey().put_back_unacknowledged()

    def end_leases(self) -> None:
        """Let what a dead relay had claimed be due, as if its lease were over."""
        self._sql("UPDATE outbox SET next_attempt_at = now() WHERE done_at IS NULL AND dead_at IS NULL")

    def undelivered(self) -> int:
        """Return how many announced events have not reached all of their handlers."""
        return int(self._sql("SELECT count(*) FROM outbox WHERE done_at IS NULL"))

    def handled(self) -> int:
        """Return how many deliveries to a handler have been committed."""
        return int(self._sql("SELECT count(*) FROM inbox"))

    def _sql(self, statement: str) -> Any:
        connection = admin(self.servers, self.database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]  # aggregates give a row
        finally:
            connection.close()

    def _valkey(self) -> EmbeddedValkey:
        assert self.servers.folder is not None
        return EmbeddedValkey(self.servers.folder / "kv", PASSWORDS.valkey)

    def _database_answers(self) -> bool:
        with contextlib.suppress(psycopg2.OperationalError):
            admin(self.servers).close()
            return True
        return False

    def _redis_answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self.runtime.redis.ping())
        return False

    def clean(self) -> None:
        """Delete every row, every queued message, and the witness of the log that was there before.

        A server that the last test left stopped is started first.
        """
        for name in ("postgres", "valkey"):
            self.start_server(name)
        db.delete_everything(self.servers, self.database)
        self.runtime.redis.flushall()
        shutil.rmtree(self.runtime.settings.data_dir / "witness", ignore_errors=True)


@dataclass
class Site:
    """A web process behind a socket that outlives it."""

    house: House
    client: httpx2.Client
    start: "WebStart"
    process: Child

    def caller(self, person: Actor) -> Caller:
        """Return a caller with a fresh session of ``person``."""
        return caller_for(self.client, self.house.runtime, person)

    def replace_after_death(self) -> None:
        """Assert that the web process was killed, and start another on the same socket."""
        self.process.died()
        self.process = self.start()


@dataclass(frozen=True)
class WebStart:
    """How to start one more web process on the site's socket."""

    house: House
    listener: "object"

    def __call__(self, death: Death | None = None) -> Child:
        """Start it."""
        return self.house.nursery.start(web, self.listener, death=death)


@contextlib.contextmanager
def open_site(house: House, death: Death | None = None) -> Iterator[Site]:
    """Serve the application in a process of its own; ``death`` is where that first process will die."""
    with listen() as listener:
        start = WebStart(house, listener)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with httpx2.Client(base_url=address, timeout=240) as client:
            site = Site(house, client, start, start(death))
            yield site
            if site.process.process.exitcode is None:
                site.process.stop()


@contextlib.contextmanager
def build_house(folder: Path) -> Iterator[House]:
    """Start the servers, migrate, yield the house, and remove everything."""
    servers = start_servers(DURABLE, fresh=True)
    try:
        name = db.clone(servers, "house")
        settings = Settings(
            database_url=servers.url("app", name),  # type: ignore[arg-type]  # pydantic wraps the secret
            redis_url=servers.redis_url,  # type: ignore[arg-type]  # pydantic wraps the secret
            broker_url=broker_url(servers),  # type: ignore[arg-type]  # pydantic wraps the secret
            data_dir=folder / "data",
            public_url="http://127.0.0.1",
            environment=Environment.DEVELOPMENT,
        )
        runtime = Runtime.open(settings)
        logs = folder / "log"
        logs.mkdir()
        nursery = Nursery(_environment(settings), logs)
        try:
            yield House(servers, name, runtime, nursery)
        finally:
            nursery.end_all()
            runtime.close()
    finally:
        servers.stop()


def broker_url(servers: Servers) -> str:
    """Return the address of the second Redis database as kombu writes it."""
    path = servers.redis_url.partition("@")[2].partition("?")[0]
    return f"redis+socket://:{PASSWORDS.valkey}@{path}?virtual_host=1"


def _environment(settings: Settings) -> dict[str, str]:
    given = {
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "REDIS_URL": settings.redis_url.get_secret_value(),
        "BROKER_URL": settings.broker_url.get_secret_value() if settings.broker_url else "",
        "DATA_DIR": str(settings.data_dir),
        "PUBLIC_URL": settings.public_url,
        "ENVIRONMENT": settings.environment.value,
    }
    return {f"B2B_MARKET_{name}": value for name, value in given.items()}
