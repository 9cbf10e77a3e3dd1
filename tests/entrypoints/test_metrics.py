"""The figures that Prometheus gets: each is what the tables say, and a silent database is said, not hidden."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry, generate_latest

from b2b_market.entrypoints.metrics import ANSWERS, FIGURES, Figures
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Database
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import SigningKey
from b2b_market.rbac.actor import system_actor
from tests.audit.trails import seal
from tests.delivery.letters import DEAD, FAILING, announce
from tests.support.servers import Servers, admin
from tests.support.works import work_for


def figures(runtime: Runtime) -> dict[str, float]:
    registry = CollectorRegistry()
    registry.register(Figures(runtime))
    lines = generate_latest(registry).decode().splitlines()
    return {name: float(value) for name, value in (line.split(" ") for line in lines if not line.startswith("#"))}


def note(runtime: Runtime, count: int) -> None:
    with work_for(runtime, system_actor("test")) as work:
        for _ in range(count):
            work.note(Entry("lamp.seen", "lamp"))


def test_an_empty_house(runtime: Runtime) -> None:
    assert figures(runtime) == {ANSWERS: 1, **dict.fromkeys(FIGURES, 0)}


def test_what_waits_what_is_dead_and_how_old_the_oldest_is(runtime: Runtime) -> None:
    announce(runtime, age=timedelta(hours=1))
    announce(runtime, age=timedelta(hours=2), **FAILING)
    announce(runtime, age=timedelta(hours=5), **DEAD)
    announce(runtime, age=timedelta(hours=9), attempts=1, done_at=True)
    found = figures(runtime)
    assert found["b2b_market_outbox_waiting"] == 2
    assert found["b2b_market_outbox_dead"] == 1
    assert 7200 <= found["b2b_market_outbox_oldest_waiting_seconds"] < 7260


@pytest.fixture
def fresh(committed_runtime: Runtime, tmp_path: Path) -> Runtime:
    """A runtime with real commits and a log, a witness and keys of its own."""
    settings = committed_runtime.settings.model_copy(update={"data_dir": tmp_path})
    return replace(committed_runtime, settings=settings, checkpoints=SigningKey.load(tmp_path / "keys", "checkpoints"))


@pytest.mark.committed
def test_entries_count_until_they_are_sealed(fresh: Runtime) -> None:
    note(fresh, 3)
    assert figures(fresh)["b2b_market_audit_unsealed"] == 3
    assert seal(fresh) == 3
    assert figures(fresh)["b2b_market_audit_unsealed"] == 0
    note(fresh, 2)
    assert figures(fresh)["b2b_market_audit_unsealed"] == 2


@pytest.mark.committed
def test_a_trail_moved_to_a_younger_cluster_counts_what_has_no_leaf(
    fresh: Runtime, servers: Servers, worker_database: str
) -> None:
    note(fresh, 3)
    seal(fresh)
    connection = admin(servers, worker_database)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE audit_checkpoint SET cursor_xid = 4611686018427387904")
    connection.close()
    note(fresh, 2)
    assert figures(fresh)["b2b_market_audit_unsealed"] == 2


def test_a_database_that_does_not_answer_leaves_the_figures_out(runtime: Runtime) -> None:
    dead = Database("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    assert figures(replace(runtime, database=dead)) == {ANSWERS: 0}


def test_registering_reads_nothing(runtime: Runtime) -> None:
    dead = Database("postgresql+psycopg2://nobody@127.0.0.1:1/nothing")
    registry = CollectorRegistry(auto_describe=True)
    registry.register(Figures(replace(runtime, database=dead)))
    assert set(registry._names_to_collectors) == {ANSWERS, *FIGURES}


@pytest.mark.committed
def test_the_figures_stand_on_the_metrics_page_of_the_machine_only(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    announce(committed_runtime, **DEAD)
    here = TestClient(committed_client.app, client=("127.0.0.1", 5000))
    answer = here.get("/metrics")
    assert answer.status_code == 200
    assert "b2b_market_outbox_dead 1.0" in answer.text.splitlines()
    away = TestClient(committed_client.app, client=("192.0.2.7", 5000), raise_server_exceptions=False)
    assert away.get("/metrics").status_code == 404
