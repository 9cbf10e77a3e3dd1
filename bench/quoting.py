"""Submitting a quotation of 20 lines through the operation, beside as many bare rows sent in one call."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from threading import Thread
from uuid import uuid4

from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.service import quoting
from b2b_market.rfq.service.drafting import RfqContent
from bench.results import BenchResult, cost_of
from bench.stage import Stage
from tests.support.rfqs import draft_command, make_market, publish, quote_command
from tests.support.works import work_for

LINES, SECONDS, CONNECTIONS = 20, 4.0, 4


def run(place: Stage) -> list[BenchResult]:
    """Measure CPU per quotation and commits per second of four connections, each a revision of its own quotation."""
    runtime = place.runtime
    market = make_market(runtime, suppliers=CONNECTIONS)
    content = publish(runtime, market, draft_command(market.suppliers, LINES))
    submits = [_submitter(runtime, sales, content) for sales in market.sales]
    one = cost_of(submits[0], rounds=60, warm=5)
    minimal = _minimal(runtime)
    limit = cost_of(minimal, rounds=60, warm=5)
    rate = _rate(submits)
    limit_rate = _rate([_minimal(runtime) for _ in range(CONNECTIONS)])
    return [
        BenchResult("quotation of 20 lines, CPU in the application", one.cpu_ms, "ms", 2.0, "goal", "≤ 1"),
        BenchResult("the same, wall", one.wall_ms, "ms", limit.wall_ms, "bare rows in one call"),
        BenchResult("quotations/s, 4 connections", rate, "1/s", limit_rate, "bare rows in one call", "≥ 0.35"),
    ]


def _submitter(runtime: Runtime, sales: Actor, content: RfqContent) -> Callable[[], None]:
    held: list[int | None] = [None]

    def submit() -> None:
        command = quote_command(content, ["9.5"] * LINES, version=held[0])
        with work_for(runtime, sales) as work:
            stored = quoting.submit_quote(work, sales, command)
        held[0] = stored.version

    return submit


def _minimal(runtime: Runtime) -> Callable[[], None]:
    """Return a call that writes as many rows (20 lines, a head, audit and outbox) with one statement per commit."""
    with runtime.database.session() as session:
        session.execute(text("SELECT 1"))
        session.rollback()

    def write() -> None:
        rows = [
            {"event_id": str(uuid4()), "handler": "bench " + "x" * 120, "handled_at": datetime.now(UTC).isoformat()}
            for _ in range(LINES + 3)
        ]
        with runtime.database.session() as session:
            session.connection().execute(
                text("INSERT INTO inbox SELECT * FROM jsonb_populate_recordset(NULL::inbox, CAST(:rows AS jsonb))"),
                {"rows": json.dumps(rows)},
            )
            session.commit()

    return write


def _rate(calls: list[Callable[[], None]]) -> float:
    counts = [0] * len(calls)
    end = time.monotonic() + SECONDS

    def loop(number: int) -> None:
        while time.monotonic() < end:
            calls[number]()
            counts[number] += 1

    threads = [Thread(target=loop, args=(number,)) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / SECONDS
