"""Submitting a quotation of 20 lines through the operation, beside as many bare rows sent in one call."""

import json
import time
from collections.abc import Callable, Sequence
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

LINES, WARM, ROUNDS, CONNECTIONS = 20, 5, 60, 4


def run(place: Stage) -> list[BenchResult]:
    """Measure CPU per first quotation, and how many four connections commit per second."""
    runtime = place.runtime
    market = make_market(runtime, suppliers=CONNECTIONS)
    contents = [publish(runtime, market, draft_command(market.suppliers, LINES)) for _ in range(WARM + 2 * ROUNDS)]
    one = cost_of(_submitter(runtime, market.sales[0], contents[: WARM + ROUNDS]), rounds=ROUNDS, warm=WARM)
    limit = cost_of(_minimal(runtime), rounds=ROUNDS, warm=WARM)
    rate = _rate([_submitter(runtime, sales, contents[WARM + ROUNDS :]) for sales in market.sales])
    limit_rate = _rate([_minimal(runtime) for _ in range(CONNECTIONS)])
    return [
        BenchResult("quotation of 20 lines, CPU in the application", one.cpu_ms, "ms", 2.0, "goal", "≤ 1"),
        BenchResult("the same, wall", one.wall_ms, "ms", limit.wall_ms, "bare rows in one call"),
        BenchResult("quotations/s, 4 connections", rate, "1/s", limit_rate, "bare rows in one call", "≥ 0.35"),
    ]


def _submitter(runtime: Runtime, sales: Actor, contents: Sequence[RfqContent]) -> Callable[[], None]:
    """Return a call that quotes the next of ``contents``."""
    waiting = iter(contents)

    def submit() -> None:
        command = quote_command(next(waiting), ["9.5"] * LINES)
        with work_for(runtime, sales) as work:
            quoting.submit_quote(work, sales, command)

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
    """Return calls per second where each of ``calls`` runs ROUNDS times in a thread of its own."""

    def loop(call: Callable[[], None]) -> None:
        for _ in range(ROUNDS):
            call()

    threads = [Thread(target=loop, args=(call,)) for call in calls]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(calls) * ROUNDS / (time.monotonic() - started)
