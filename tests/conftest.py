"""Fixtures shared by all tests. Pure tests use none of them and need no server."""

import importlib
import os
import pkgutil
import socket
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

import b2b_market
from b2b_market.entrypoints.collecting import calm_collector
from tests.support import database as db
from tests.support.clients import Here, answering_here, client_of
from tests.support.hours import begin_within_a_day
from tests.support.servers import Servers, own_redis, start_servers
from tests.support.sharing import WholeFiles

if TYPE_CHECKING:
    from tests.support.world import World

WITHOUT_RULES = frozenset({"architecture", "entrypoints", "infra", "tooling", "ui"})
"""Folders of tests that call no rule but in passing; they read the whole source, or start processes and browsers."""
SERVERS = pytest.StashKey[Servers]()


def pytest_configure(config: pytest.Config) -> None:
    """Close every socket but loopback and unix ones, and let Hypothesis assert no times."""
    # a loaded machine is no finding, and sixty examples of a hundred properties are what ten minutes have room for; all
    # else stays as Hypothesis has it, which under CI is without chance
    settings.register_profile(
        "house",
        settings.default,
        max_examples=60,
        deadline=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("house")
    real = socket.socket.connect

    def connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in ("127.0.0.1", "::1", "localhost"):
            message = f"tests reach loopback only, not {address[0]}"
            raise RuntimeError(message)
        real(self, address)

    config.stash[_CONNECT] = real
    socket.socket.connect = connect  # type: ignore[method-assign,assignment]  # put back in pytest_unconfigure


_CONNECT = pytest.StashKey[Any]()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Open the sockets again and end the servers this run started."""
    if _CONNECT in config.stash:
        socket.socket.connect = config.stash[_CONNECT]  # type: ignore[method-assign]  # as it was
    if SERVERS in config.stash:
        config.stash[SERVERS].stop()


def pytest_configure_node(node: Any) -> None:
    """Start the servers in the controlling process and tell each xdist worker where they are."""
    if SERVERS not in node.config.stash:
        node.config.stash[SERVERS] = start_servers()
    known = node.config.stash[SERVERS]
    node.workerinput["pg_host"], node.workerinput["redis_url"] = known.pg_host, known.redis_url


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    """Give each worker whole files."""
    return WholeFiles(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Trace the import of what promises full coverage, then nothing while all else is imported and collected."""
    tracing = _tracing(session.config)
    if tracing is None or session.config.pluginmanager.hasplugin("dsession"):  # which leaves collecting to its workers
        return (yield)
    for pattern in tracing.cov.get_option("run:include"):
        for path in sorted(session.config.rootpath.glob(pattern)):
            name = ".".join(path.relative_to(session.config.rootpath).with_suffix("").parts)
            importlib.import_module(name.removesuffix(".__init__"))
    tracing.pause()
    try:
        return (yield)
    finally:
        tracing.resume()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Let the garbage collector leave alone what the whole run keeps: the tests and all that they import."""
    if any(item.get_closest_marker("hypothesis") for item in session.items):
        _import_the_rest()
    calm_collector()


def _import_the_rest() -> None:
    """Import whatever of the product would be imported by one test or another, and so earlier or later.

    Hypothesis draws from the constants of all modules that are imported by then: without this, what a test is given
    under CI would depend on the tests that its worker happened to run before.
    """
    for found in pkgutil.walk_packages(b2b_market.__path__, "b2b_market."):
        importlib.import_module(found.name)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Trace examples of rules only: these alone reach every branch, and tracing the rest multiplies its time."""
    tracing = None if _is_example_of_rules(item) else _tracing(item.config)
    if tracing is not None:
        tracing.pause()
    try:
        return (yield)
    finally:
        if tracing is not None:
            tracing.resume()


def _tracing(config: pytest.Config) -> Any:
    """Return what measures coverage, None where nothing does."""
    plugin = config.pluginmanager.getplugin("_cov")
    return None if plugin is None else plugin.cov_controller


def _is_example_of_rules(item: pytest.Item) -> bool:
    """Tell whether a test is pure and without chance: which branches random values reach is nothing to rely on."""
    pure = "servers" not in getattr(item, "fixturenames", ())
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return pure and folder not in WITHOUT_RULES and item.get_closest_marker("hypothesis") is None


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    """PostgreSQL and Redis of this run."""
    config = request.config
    given = getattr(config, "workerinput", None)
    if given is not None:
        return Servers(given["pg_host"], given["redis_url"])
    if SERVERS not in config.stash:
        config.stash[SERVERS] = start_servers()
    return config.stash[SERVERS]


@pytest.fixture(scope="session")
def worker_database(servers: Servers, request: pytest.FixtureRequest) -> Iterator[str]:
    """The name of this worker's own migrated database."""
    label = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = db.clone(servers, label)
    yield name
    db.drop(servers, name)


@pytest.fixture(scope="session")
def base_runtime(servers: Servers, worker_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The process's means on this worker's database, with real commits."""
    from b2b_market.infra.runtime import Runtime
    from b2b_market.infra.settings import Environment, Settings

    with own_redis(servers) as redis_url:
        settings = Settings(
            database_url=servers.url("app", worker_database),  # type: ignore[arg-type]  # pydantic wraps the secret
            migration_database_url=None,
            redis_url=redis_url,  # type: ignore[arg-type]  # pydantic wraps the secret
            data_dir=tmp_path_factory.mktemp("data"),
            public_url="http://testserver",
            environment=Environment.DEVELOPMENT,
        )
        runtime = Runtime.open(settings)
        yield runtime
        runtime.close()


@pytest.fixture(scope="session")
def kept_connection(servers: Servers, worker_database: str) -> Iterator[Any]:
    """The connection of every transaction that is rolled back."""
    with db.one_connection(servers.url("app", worker_database)) as engine:
        yield engine


@pytest.fixture
def runtime(base_runtime: Any, kept_connection: Any) -> Iterator[Any]:
    """The process's means on a transaction that is rolled back after the test."""
    begin_within_a_day()
    base_runtime.redis.flushdb()
    with db.rolled_back(base_runtime, kept_connection) as found:
        yield found


@pytest.fixture
def committed_runtime(base_runtime: Any, servers: Servers, worker_database: str) -> Iterator[Any]:
    """The process's means with real commits; every row is deleted afterwards. Mark such tests ``committed``."""
    begin_within_a_day()
    base_runtime.redis.flushdb()
    yield base_runtime
    db.delete_everything(servers, worker_database)


@pytest.fixture(scope="session")
def world(
    servers: Servers, base_runtime: Any, here: Here, tmp_path_factory: pytest.TempPathFactory
) -> Iterator["World"]:
    """One company of each kind and one thing of every kind, in a database of its own; leave it as it was."""
    from tests.support.world_making import build_world

    redis_url = base_runtime.settings.redis_url.get_secret_value()
    with build_world(servers, redis_url, here, tmp_path_factory.mktemp("world")) as made:
        yield made


@pytest.fixture(scope="session")
def shared_app(base_runtime: Any) -> FastAPI:
    """The whole application, built once per worker."""
    from b2b_market.entrypoints.modules import load_manifests
    from b2b_market.entrypoints.web import build_app

    return build_app(base_runtime, load_manifests())


@pytest.fixture(scope="session")
def here() -> Iterator[Here]:
    """Where the requests of every client are answered."""
    with answering_here() as found:
        yield found


@pytest.fixture
def client(shared_app: FastAPI, runtime: Any, here: Here) -> Iterator[TestClient]:
    """A client of the application whose every request joins the test's rolled-back transaction."""
    yield from _client(shared_app, runtime, here)


@pytest.fixture
def committed_client(shared_app: FastAPI, committed_runtime: Any, here: Here) -> Iterator[TestClient]:
    """A client of the application whose requests really commit, for as many callers at once as a race needs."""
    yield from _client(shared_app, committed_runtime, here)


def _client(app: FastAPI, runtime: Any, here: Here) -> Iterator[TestClient]:
    before = app.state.edge.runtime
    app.state.edge.runtime = runtime
    app.state.doorkeeper = None  # what it counted by itself while Redis was silent is nothing to the next test
    client = client_of(app, here)
    try:
        yield client
    finally:
        client.close()
        app.state.edge.runtime = before


@pytest.fixture
def real_data() -> Path:
    """The folder of real files that the project did not write; skips where the setting names none."""
    place = os.environ.get("B2B_MARKET_REAL_DATA")
    if not place:
        pytest.skip("B2B_MARKET_REAL_DATA names no folder of real files")
    return Path(place)
