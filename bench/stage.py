"""The servers that measurements run against: durable settings, the application's own login, real commits."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from b2b_market.entrypoints.supervisor.postgres import DURABLE
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Environment, Settings
from tests.support import database as db
from tests.support.servers import Servers, start_servers


@dataclass(frozen=True)
class Stage:
    """Where a measurement happens: servers of this run, and a migrated database with the product's runtime on it."""

    servers: Servers
    database: str
    runtime: Runtime

    @property
    def folder(self) -> Path:
        """The folder of this run's servers; LookupError where they are somebody else's."""
        if self.servers.folder is None:
            message = "these servers were not started by this run"
            raise LookupError(message)
        return self.servers.folder

    @property
    def app_url(self) -> str:
        """The database's address for the application's login."""
        return self.servers.url("app", self.database)


@contextmanager
def stage() -> Iterator[Stage]:
    """Start servers that really write to disk, yield a fresh database on them, and remove everything afterwards."""
    servers = start_servers(DURABLE, fresh=True)
    name = db.clone(servers, "bench")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            database_url=servers.url("app", name),  # type: ignore[arg-type]  # pydantic wraps the secret
            redis_url=servers.redis_url,  # type: ignore[arg-type]  # pydantic wraps the secret
            data_dir=Path(folder),
            public_url="http://testserver",
            environment=Environment.PRODUCTION,
            log_level="ERROR",
        )
        runtime = Runtime.open(settings)
        try:
            yield Stage(servers, name, runtime)
        finally:
            runtime.close()
            servers.stop()
