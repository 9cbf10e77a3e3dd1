"""PostgreSQL is killed under load and comes back: what was acknowledged is there once, the rest can be repeated."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID, uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.http.idempotency import IdempotencyRow
from b2b_market.infra.outbox import OutboxRow
from b2b_market.notifications.models import Notification
from b2b_market.rfq.models.quotes import Quote, QuoteLine, QuoteRevision
from tests.support.calling import Caller, quote_body
from tests.support.children import schedule, until, worker
from tests.support.house import House, Site, open_site
from tests.support.inspection import require_sound_trail
from tests.support.rfqs import Market, make_market, publish
from tests.support.rows import rows_of
from tests.support.stories import machine_of

pytestmark = pytest.mark.committed
SUPPLIERS, REQUESTS = 6, 6


def require_unavailable(answer: Response) -> None:
    """Assert the one documented answer of an outage: a problem that says when to come back."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["retry-after"] == "2"
    assert answer.json()["code"] == "unavailable"


@dataclass
class Quoting:
    """Everybody quotes every request at the same time, each with one key, again and again until it is stored."""

    stored: dict[tuple[UUID, UUID], Response] = field(default_factory=dict)
    refused: list[Response] = field(default_factory=list)
    over: Event = field(default_factory=Event)

    def quote_all(self, caller: Caller, supplier_id: UUID, requests: Sequence[tuple[UUID, object]]) -> None:
        """Quote ``requests`` one after the other."""
        for rfq_id, body in requests:
            key = uuid4().hex
            while (supplier_id, rfq_id) not in self.stored:
                assert not self.over.is_set(), "it goes on without end"
                answer = caller.post(f"/rfqs/{rfq_id}/quotes", body, key=key)
                if answer.status_code == 201:
                    self.stored[supplier_id, rfq_id] = answer
                else:
                    require_unavailable(answer)
                    self.refused.append(answer)
                    time.sleep(0.1)


def quote_under(site: Site, market: Market, disturb: Callable[[Quoting], None]) -> Quoting:
    """Let all suppliers quote all requests at once while ``disturb`` runs; return what came of it."""
    requests = []
    for _ in range(REQUESTS):
        content = publish(site.house.runtime, market)
        requests.append((content.rfq.id, quote_body(content)))
    callers = [site.caller(sales) for sales in market.sales]
    quoting = Quoting()
    with ThreadPoolExecutor(SUPPLIERS) as pool:
        jobs = [
            pool.submit(quoting.quote_all, caller, supplier_id, requests)
            for caller, supplier_id in zip(callers, market.suppliers, strict=True)
        ]
        try:
            until(lambda: len(quoting.stored) >= SUPPLIERS, 240, "each has quoted about once")
            disturb(quoting)
            until(lambda: all(job.done() for job in jobs), 400, "all have quoted all")
        finally:
            quoting.over.set()
        for job in jobs:
            job.result()
    return quoting


def require_stored_once(house: House, market: Market, quoting: Quoting) -> None:
    """Assert that the quotations stored are those acknowledged, each with one receipt, entry, fact and key."""
    machine = machine_of(market)
    quotes = {(quote.supplier_id, quote.rfq_id): quote.id for quote in rows_of(house.runtime, machine, select(Quote))}
    assert quotes == {whose: UUID(answer.json()["id"]) for whose, answer in quoting.stored.items()}
    assert len(quotes) == SUPPLIERS * REQUESTS
    once = Counter(quotes.values())
    lines = Counter(line.quote_id for line in rows_of(house.runtime, machine, select(QuoteLine)))
    assert lines == Counter(dict.fromkeys(once, 2))
    entries = select(AuditEvent).where(AuditEvent.action == "quote.submitted")
    facts = select(OutboxRow).where(OutboxRow.topic == "quote.submitted.v1")
    assert Counter(row.quote_id for row in rows_of(house.runtime, machine, select(QuoteRevision))) == once
    assert Counter(row.object_id for row in rows_of(house.runtime, machine, entries)) == once
    assert Counter(row.aggregate_id for row in rows_of(house.runtime, machine, facts)) == once
    assert len(rows_of(house.runtime, machine, select(IdempotencyRow))) == len(once)


def restart(house: House, how: signal.Signals, site: Site) -> Callable[[Quoting], None]:
    """Return what ends the server, looks at the site meanwhile, and starts the server again."""

    def disturb(quoting: Quoting) -> None:
        house.stop_server("postgres", how)
        until(lambda: len(quoting.refused) >= SUPPLIERS, 240, "everybody is told")
        down = site.client.get("/health/ready")
        assert (down.status_code, down.json()["database"]) == (503, False)
        assert site.client.get("/health/live").status_code == 200
        page = site.client.get("/sign-in", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["content-type"]) == (503, "text/html; charset=utf-8")
        house.start_server("postgres")
        until(lambda: site.client.get("/health/ready").status_code == 200, 240, "the site is ready by itself")

    return disturb


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGQUIT])
def test_every_acknowledged_quote_is_stored_and_told_once(house: House, how: signal.Signals) -> None:
    market = make_market(house.runtime, suppliers=SUPPLIERS)
    parts = [house.nursery.start(schedule), house.nursery.start(worker)]
    with open_site(house) as site:
        quoting = quote_under(site, market, restart(house, how, site))
    require_stored_once(house, market, quoting)
    house.end_leases()
    until(lambda: house.undelivered() == 0, 240, "worker and schedule go on and deliver everything")
    assert [part.process.exitcode for part in parts] == [None, None]
    told = Counter(row.kind for row in rows_of(house.runtime, machine_of(market), select(Notification)))
    assert told["rfq.quote_received"] == SUPPLIERS * REQUESTS
    for part in parts:
        part.kill()
    require_sound_trail(house)
