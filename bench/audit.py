"""The audit log at a million entries: writing beside a sealer, sealing, exporting, verifying, one proof, one page."""

import hashlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from threading import Thread
from typing import TypeVar
from uuid import UUID

from sqlalchemy import create_engine, pool, text

from b2b_market.audit.commands import BeginExport, ListEntries, ReadEntry
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.rules.lines import Kind
from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import export_stream, log_keys
from b2b_market.audit.service.exploring import list_entries, read_entry
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.service.rounds import sealer_of
from b2b_market.infra.aggregate import Change
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import Actor, system_actor
from bench.results import BenchResult, cost_of
from bench.stage import Stage
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

R = TypeVar("R")
ENTRIES, FEW = 1_000_000, 1000
CONNECTIONS, SECONDS, TURNS = 4, 4.0, 3
SEAL_GOAL, VERIFY_GOAL = 15.0, 60.0

FILL = text(
    """
    INSERT INTO audit_event (id, schema_version, occurred_at, actor_kind, actor_user_id, actor_org_id, session, channel,
                             network, action, object_type, object_id, object_version, visible_to, outcome, changed,
                             commitments, state_hash, correlation_id)
    SELECT (lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0') || '7' || substr(digest, 1, 3)
            || '8' || substr(digest, 4, 15))::uuid,
           1, clock_timestamp(), 'person', md5('u' || n)::uuid, md5('o' || n)::uuid, '0123456789abcdef',
           'api', '10.0.0.0/24', 'thing.changed', 'thing', md5('t' || n)::uuid, 3,
           ARRAY[:org, md5('o' || n)::uuid], 'done', '{closes_at,status}',
           jsonb_build_object('closes_at', jsonb_build_array(digest || digest, digest || digest),
                              'status', jsonb_build_array(digest || digest, digest || digest)),
           sha256(digest::bytea), digest
    FROM (SELECT n, md5(n::text || :salt) AS digest FROM generate_series(1, :count) AS n) AS numbered
    """
)
BARE = text("CREATE TEMP TABLE bare (leaf_index bigint, event_id uuid) ON COMMIT DROP")
BARE_ROWS = text(
    "INSERT INTO bare SELECT row_number() OVER (ORDER BY xid, id) - 1, id FROM audit_event ORDER BY xid, id"
)
SEALING = """
import time
from b2b_market.audit.service.rounds import sealer_of
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
runtime = Runtime.open(Settings())
while True:
    sealer_of(runtime, "bench").run(batches=20)
    time.sleep(1)
"""


def run(place: Stage) -> list[BenchResult]:
    """Measure in this order: writing, sealing what that left and a million more, exporting, verifying, looking."""
    runtime = place.runtime
    alone, beside = _write_rates(place)
    sealer = sealer_of(runtime, "bench")
    sealer.run(batches=1000)
    actor, quiet = plain_actor(AuditPermission.READ), plain_actor(AuditPermission.READ)
    _fill(place, actor.org_id, FEW)
    _fill(place, quiet.org_id, FEW)
    sealer.run(batches=1000)
    small = _pages(runtime, actor, quiet)
    _fill(place, actor.org_id, ENTRIES)
    bare = _bare(place)
    sealed_s, sealed = _timed(lambda: sealer.seal(batches=100_000))
    if sealed < ENTRIES:
        message = f"only {sealed} entries were sealed"
        raise RuntimeError(message)
    listed_s, _ = _timed(lambda: sealer.put_on_lists(batches=100_000))
    large = _pages(runtime, actor, quiet)
    event_id = _page(runtime, actor)
    proof = cost_of(lambda: _entry(runtime, actor, event_id))
    with _exported(runtime) as (path, export_s):
        reading_s, _ = _timed(lambda: _read_only(path))
        verify_s, _ = _timed(lambda: _verify(runtime, path))
    return [
        BenchResult("audited writes/s, sealer at work", beside, "1/s", alone, "without it", "≥ 0.95"),
        BenchResult(f"seal {ENTRIES:,} entries", sealed_s, "s", SEAL_GOAL, "goal", "≤ 1"),
        BenchResult("the same", sealed_s, "s", bare, "bare rows in one call"),
        BenchResult(f"put {ENTRIES:,} entries on the lists of two companies each", listed_s, "s"),
        BenchResult(f"verify {ENTRIES:,} entries offline", verify_s, "s", VERIFY_GOAL, "goal", "≤ 1"),
        BenchResult("the same", verify_s, "s", reading_s, "parsing and hashing alone"),
        BenchResult(f"export {ENTRIES:,} entries", export_s, "s"),
        BenchResult(f"one entry with its proof at {ENTRIES:,}", proof.wall_ms, "ms"),
        *(
            BenchResult(f"explorer at {ENTRIES:,}, {name}", large[name], "ms", small[name], "at few", "≤ 1.2")
            for name in large
        ),
    ]


def _pages(runtime: Runtime, actor: Actor, quiet: Actor) -> dict[str, float]:
    auditor = replace(actor, platform="auditor")
    readers = {"a company in all entries": actor, f"a company in {FEW:,}": quiet, "the auditor": auditor}
    return {name: cost_of(partial(_page, runtime, who)).wall_ms for name, who in readers.items()}


def _timed(call: Callable[[], R]) -> tuple[float, R]:
    begin = time.perf_counter()
    result = call()
    return time.perf_counter() - begin, result


def _write_rates(place: Stage) -> tuple[float, float]:
    """Return audited transactions per second without and with a sealer in its own process, in alternating turns."""
    alone = beside = 0.0
    for _ in range(TURNS):
        alone += _write_rate(place.runtime)
        with _sealing(place):
            beside += _write_rate(place.runtime)
    return alone / TURNS, beside / TURNS


def _write_rate(runtime: Runtime) -> float:
    counts = [0] * CONNECTIONS
    end = time.monotonic() + SECONDS

    def write(number: int) -> None:
        actor = plain_actor()
        while time.monotonic() < end:
            with work_for(runtime, actor) as work:
                changes = {"status": Change("draft", "published"), "title": Change("a", "b")}
                work.note(
                    Entry("thing.changed", "thing", new_id(), 2, actor.org_ids, changes=changes, state_hash=bytes(32))
                )
            counts[number] += 1

    threads = [Thread(target=write, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS


@contextmanager
def _sealing(place: Stage) -> Iterator[None]:
    settings = place.runtime.settings
    environment = {
        "B2B_MARKET_DATABASE_URL": place.app_url,
        "B2B_MARKET_REDIS_URL": place.servers.redis_url,
        "B2B_MARKET_DATA_DIR": str(settings.data_dir),
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    process = subprocess.Popen([sys.executable, "-c", SEALING], env=environment)  # noqa: S603 - our own code
    time.sleep(3)  # until its imports are done, which would otherwise count as sealing
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _fill(place: Stage, org: UUID, count: int) -> None:
    engine = create_engine(place.servers.url("owner", place.database), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(FILL, {"org": org, "count": count, "salt": str(new_id())})
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE audit_event, audit_party, audit_leaf"))
    engine.dispose()


def _bare(place: Stage) -> float:
    """Return the seconds of one statement that gives every entry a number and stores it, without hashes or index."""
    engine = create_engine(place.servers.url("owner", place.database), poolclass=pool.NullPool)
    with engine.begin() as connection:
        connection.execute(BARE)
        seconds, _ = _timed(lambda: connection.execute(BARE_ROWS))
    engine.dispose()
    return seconds


def _page(runtime: Runtime, actor: Actor) -> UUID:
    """Read one page of the explorer; return the id of an entry on it."""
    with work_for(runtime, actor) as work:
        found = list_entries(work, actor, ListEntries())
    return found.items[len(found.items) // 2].id if found.items else UUID(int=0)


def _entry(runtime: Runtime, actor: Actor, event_id: UUID) -> None:
    with work_for(runtime, actor) as work:
        view = read_entry(work, actor, ReadEntry(event_id, log_keys(runtime)))
    if view.proof is None:
        message = "the entry is not sealed"
        raise RuntimeError(message)


@contextmanager
def _exported(runtime: Runtime) -> Iterator[tuple[Path, float]]:
    actor, tenant, cause = system_actor("export"), Tenant(machine=True), Cause("bench", new_correlation())
    with runtime.work(actor.who, tenant, cause) as work:
        plan = begin_export(work, actor, BeginExport())
    with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
        begin = time.perf_counter()
        for part in export_stream(runtime, actor, tenant, cause, plan):
            file.write(part)
        file.flush()
        yield Path(file.name), time.perf_counter() - begin


def _verify(runtime: Runtime, path: Path) -> None:
    with path.open("rb") as lines, sealer_of(runtime, "bench").witness.path.open("rb") as witness:
        report = verify_export(lines, witness=witness, trusted=log_keys(runtime))
    if report.exit_code or report.tally.entries < ENTRIES:
        first = report.findings[0].text() if report.findings else f"only {report.tally.entries} entries"
        message = f"the log is not sound: {first}"
        raise RuntimeError(message)


def _read_only(path: Path) -> None:
    """Parse and hash every entry's line once: less than that no verification can do."""
    mark = b'"kind":"%s"' % Kind.ENTRY.encode()
    with path.open("rb") as lines:
        for line in lines:
            if mark in line:
                hashlib.sha256(line).digest()
                json.loads(line)
