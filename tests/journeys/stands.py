"""A running product with the demo people, for what is done over real HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from b2b_market.contracts.tasks import take_fingerprints
from b2b_market.entrypoints.modules import load_manifests
from b2b_market.entrypoints.web import build_app
from b2b_market.identity.public import act_as
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Environment, Settings
from b2b_market.organizations import public as organizations
from b2b_market.organizations.demo.filling import found_companies
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.tasks import close_due
from b2b_market.tendering.tasks import advance_due, conclude_over, open_ready
from tests.support import database as db
from tests.support.delivery import drain_outbox
from tests.support.servers import Servers
from tests.support.works import work_for

ADMIN = "admin@hengli.example"


@dataclass
class Stand:
    """A running product with the demo people."""

    url: str
    runtime: Runtime

    @property
    def data(self) -> Path:
        return self.runtime.settings.data_dir

    def minimum_hours(self) -> int:
        admin = act_as(self.runtime, ADMIN)
        with work_for(self.runtime, admin) as work:
            return organizations.settings(work, admin, admin.org_id).minimum_quoting_hours


@contextmanager
def standing(servers: Servers, folder: Path, name: str, redis: int) -> Iterator[Stand]:
    """Serve a product on a database and a Redis database of its own; nothing works in the background yet."""
    database = db.clone(servers, name)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    settings = Settings(
        database_url=servers.url("app", database),  # type: ignore[arg-type]  # pydantic wraps the secret
        migration_database_url=None,
        redis_url=servers.redis_url.replace("db=0", f"db={redis}"),  # type: ignore[arg-type]  # pydantic wraps it
        data_dir=folder,
        public_url=url,
        environment=Environment.DEVELOPMENT,
    )
    runtime = Runtime.open(settings)
    runtime.redis.flushdb()
    seed_rates(runtime)
    found_companies(runtime)
    with serving(runtime, listener):
        yield Stand(url, runtime)
    runtime.close()
    db.drop(servers, database)


@contextmanager
def serving(runtime: Runtime, listener: socket.socket) -> Iterator[None]:
    app = build_app(runtime, load_manifests())
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + 240
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(10)


@contextmanager
def working(runtime: Runtime) -> Iterator[None]:
    """Do what the worker does; a failure of it fails the test that waits for it."""
    over = threading.Event()

    def work() -> None:
        while not over.wait(0.2):
            work_once(runtime)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()  # what works on a database that is gone would fail a test that has nothing to do with it


def work_once(runtime: Runtime) -> None:
    """Do once what the worker does again and again."""
    close_due(runtime)
    drain_outbox(runtime)
    take_fingerprints(runtime)
    for step in (advance_due, open_ready, conclude_over):
        step(runtime)
