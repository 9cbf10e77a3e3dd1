"""Two hundred quotations around one deadline: what is acknowledged was in time and is kept, nothing comes after."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.infra.work import gate_key
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq import tasks
from b2b_market.rfq.models.quotes import Quote, QuoteRevision
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import receipt_statement
from b2b_market.rfq.states import RfqStatus
from tests.support.calling import Caller, caller_for, quote_body
from tests.support.children import until
from tests.support.rfqs import Market, draft_command, make_market, publish, read
from tests.support.rows import rows_of
from tests.support.tenders import own_clock
from tests.support.together import at_once, one_waits, patient

pytestmark = pytest.mark.committed
CALLERS, EARLY = 200, 20
BEFORE, AFTER = timedelta(seconds=2), timedelta(seconds=1)


def around_the_deadline(
    runtime: Runtime, callers: list[Caller], closes_at: datetime, send: Callable[[Caller], Response]
) -> list[Response]:
    """Put the clock before the deadline and let each caller send at its own moment, a quarter of them on the dot."""
    window = (BEFORE + AFTER).total_seconds()
    choose = Random(1)
    moments = [closes_at - BEFORE + timedelta(seconds=choose.uniform(0, window)) for _ in callers]
    moments = [closes_at if n % 4 == 0 else moment for n, moment in enumerate(moments)]

    def at_its_moment(who: int) -> Response:
        time.sleep(max((moments[who] - datetime.now(UTC) - runtime.shift).total_seconds(), 0))
        return send(callers[who])

    with ThreadPoolExecutor(len(callers)) as pool:
        runtime.shift = closes_at - BEFORE - datetime.now(UTC)
        return list(pool.map(at_its_moment, range(len(callers))))


def test_two_hundred_quotes_around_the_deadline_are_stored_exactly_as_acknowledged(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    market = make_market(committed_runtime, suppliers=CALLERS)
    callers = [caller_for(committed_client, committed_runtime, sales) for sales in market.sales]
    closes_at = datetime.now(UTC) + timedelta(hours=1)
    command = replace(draft_command(market.suppliers, 1), closes_at=closes_at)
    content = publish(committed_runtime, market, command)
    stop = Event()

    def keep_closing() -> int:
        closed = 0
        while not stop.is_set():
            closed += tasks.close_due(committed_runtime)
            time.sleep(0.02)
        return closed

    with own_clock(committed_runtime), ThreadPoolExecutor(2) as workers:
        closing = [workers.submit(keep_closing) for _ in range(2)]
        path = f"/rfqs/{content.rfq.id}/quotes"

        def send(who: Caller) -> Response:
            return who.post(path, quote_body(content))

        answers = [send(who) for who in callers[:EARLY]]
        assert {answer.status_code for answer in answers} == {201}
        answers += around_the_deadline(committed_runtime, callers[EARLY:], closes_at, send)
        try:
            until(
                lambda: read(committed_runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.CLOSED,
                240,
                "it is closed",
            )
        finally:
            stop.set()
        assert sum(worker.result() for worker in closing) == 1

    acknowledged = [answer for answer in answers if answer.status_code == 201]
    refused = [answer for answer in answers if answer.status_code != 201]
    assert {(answer.status_code, answer.json()["code"]) for answer in refused} == {(409, "quote-too-late")}
    assert len(acknowledged) >= EARLY
    judge(committed_runtime, market, content, acknowledged)


def judge(runtime: Runtime, market: Market, content: RfqContent, acknowledged: list[Response]) -> None:
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    (rfq,) = rows_of(runtime, machine, select(Rfq).where(Rfq.id == content.rfq.id))
    quotes = {quote.id: quote for quote in rows_of(runtime, machine, select(Quote))}
    revisions = rows_of(runtime, machine, select(QuoteRevision))
    assert rfq.status is RfqStatus.CLOSED
    assert rfq.closes_at is not None
    assert rfq.closed_at is not None
    assert rfq.closed_at >= rfq.closes_at
    assert {str(quote_id) for quote_id in quotes} == {answer.json()["id"] for answer in acknowledged}
    assert len(revisions) == len(quotes)
    receipts = {answer.json()["id"]: answer.json()["receipts"][0] for answer in acknowledged}
    for revision in revisions:
        quote = quotes[revision.quote_id]
        assert revision.received_at < rfq.closes_at
        assert verify(runtime.receipts.public_key, receipt_statement(quote, revision), bytes(revision.signature))
        assert receipts[str(quote.id)]["signature"] == bytes(revision.signature).hex()
    assert len({(quote.supplier_id, quote.number) for quote in quotes.values()}) == len(quotes)


def test_the_close_waits_for_a_quote_that_passed_the_gate(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    """A quotation whose gate is open holds the close back; once it is closed the next one is refused."""
    market = make_market(committed_runtime, suppliers=2)
    caller = caller_for(committed_client, committed_runtime, market.sales[0])
    content = publish(committed_runtime, market)
    past_the_deadline = replace(committed_runtime, shift=timedelta(hours=49))
    with (
        patient(committed_runtime),
        committed_runtime.database.session() as quoting,
        ThreadPoolExecutor(1) as pool,
    ):
        # what a quotation does first
        lock = "SELECT pg_advisory_xact_lock_shared(%s)"
        quoting.connection().exec_driver_sql(lock, (gate_key(content.rfq.id),))
        closing = pool.submit(tasks.close_due, past_the_deadline)
        assert one_waits(quoting, closing.done)
        assert read(committed_runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.PUBLISHED
        quoting.rollback()
        assert closing.result() == 1
    refused = caller.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content))
    assert (refused.status_code, refused.json()["code"]) == (409, "rfq-not-open")
    assert rows_of(committed_runtime, system_actor("test", market.suppliers[0]), select(Quote)) == []


def test_many_workers_close_many_due_requests_once_each(committed_runtime: Runtime) -> None:
    market = make_market(committed_runtime, suppliers=1)
    contents = [publish(committed_runtime, market, draft_command(market.suppliers, 1)) for _ in range(6)]
    past_the_deadline = replace(committed_runtime, shift=timedelta(hours=49))
    closed = at_once(4, lambda _: tasks.close_due(past_the_deadline))
    assert sum(closed) == len(contents)
    machine = system_actor("test", market.buyer_id)
    assert {rfq.status for rfq in rows_of(committed_runtime, machine, select(Rfq))} == {RfqStatus.CLOSED}
    told = rows_of(committed_runtime, machine, select(OutboxRow).where(OutboxRow.topic == "rfq.closed.v1"))
    assert sorted(row.aggregate_id for row in told) == sorted(content.rfq.id for content in contents)
