"""Submitting a quotation of 20 lines through the operation, beside as many bare rows sent in one call."""

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from threading import Thread
from uuid import uuid4

from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import SubmitQuote
from b2b_market.rfq.service import quoting
from bench.results import BenchResult, cost_of
from bench.stage import Stage
from tests.support.rfqs import draft_command, make_market, publish, quote_command
from tests.support.works import work_for

LINES, WARM, ROUNDS = 20, 10, 80
PROCESSES, THREADS = 2, 2
PATIENCE = 120
"""Seconds after which a process that hangs ends the measurement."""

Load = tuple[Actor, Sequence[SubmitQuote]]
"""What one thread sends: as whom, and which quotations; of bare rows as many."""


def run(place: Stage) -> list[BenchResult]:
    """Measure CPU per first quotation, and how many two processes with two threads each commit per second."""
    runtime = place.runtime
    market = make_market(runtime, suppliers=PROCESSES * THREADS)
    contents = [publish(runtime, market, draft_command(market.suppliers, LINES)) for _ in range(2 * (WARM + ROUNDS))]
    commands = [quote_command(content, ["9.5"] * LINES) for content in contents]
    alone, together = commands[: WARM + ROUNDS], commands[WARM + ROUNDS :]
    one = cost_of(_submitter(runtime, (market.sales[0], alone)), rounds=ROUNDS, warm=WARM)
    limit = cost_of(_minimal(runtime), rounds=ROUNDS, warm=WARM)
    loads = [(sales, together) for sales in market.sales]
    rate, limit_rate = (_rate(runtime.settings, loads, bare=bare) for bare in (False, True))
    return [
        BenchResult("quotation of 20 lines, CPU in the application", one.cpu_ms, "ms", 2.0, "goal", "≤ 1"),
        BenchResult("the same, wall", one.wall_ms, "ms", limit.wall_ms, "bare rows in one call"),
        BenchResult("quotations/s, two processes", rate, "1/s", limit_rate, "bare rows in one call", "≥ 0.35"),
    ]


def _submitter(runtime: Runtime, load: Load) -> Callable[[], None]:
    """Return a call that sends the next quotation."""
    sales, commands = load
    waiting = iter(commands)

    def submit() -> None:
        with work_for(runtime, sales) as work:
            quoting.submit_quote(work, sales, next(waiting))

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


def _rate(settings: Settings, loads: Sequence[Load], *, bare: bool) -> float:
    """Return calls per second of PROCESSES processes in which THREADS threads make ROUNDS calls each."""
    context = get_context("fork")  # an actor cannot be sent; each process opens connections of its own
    line = context.Barrier(PROCESSES + 1, timeout=PATIENCE)
    shares = [loads[number * THREADS : (number + 1) * THREADS] for number in range(PROCESSES)]
    processes = [context.Process(target=_process, args=(settings, share, bare, line)) for share in shares]
    for process in processes:
        process.start()
    line.wait()
    started = time.monotonic()
    line.wait()
    seconds = time.monotonic() - started
    for process in processes:
        process.join(PATIENCE)
    return PROCESSES * THREADS * ROUNDS / seconds


def _process(settings: Settings, loads: Sequence[Load], bare: bool, line: Barrier) -> None:  # noqa: FBT001 - the arguments of a process
    """Run one process of the measurement between two meetings at ``line``."""
    runtime = Runtime.open(settings)
    calls = [_minimal(runtime) if bare else _submitter(runtime, load) for load in loads]
    _in_threads(calls, WARM)
    line.wait()
    _in_threads(calls, ROUNDS)
    line.wait()
    runtime.close()


def _in_threads(calls: Sequence[Callable[[], None]], times: int) -> None:
    def loop(call: Callable[[], None]) -> None:
        for _ in range(times):
            call()

    threads = [Thread(target=loop, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
