"""Redis is flushed, killed or frozen under a running site: nothing acknowledged is lost, what it sped up is late."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

import pytest
from httpx2 import Response
from sqlalchemy import select

from b2b_market.identity.service.doorkeeper import GUESSES
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.notifications.models import Notification
from b2b_market.rfq.models.quotes import Quote, QuoteRevision
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.calling import Caller, quote_body
from tests.support.children import schedule, until, worker
from tests.support.house import House, Site, open_site
from tests.support.inspection import require_sound_trail
from tests.support.people import PASSWORD
from tests.support.rfqs import Market, make_market, publish
from tests.support.rows import rows_of
from tests.support.stories import machine_of

pytestmark = pytest.mark.committed
ALONE = GUESSES.alone.amount
SHARED = GUESSES.shared.amount


def quote(caller: Caller, content: RfqContent, key: str) -> Response:
    return caller.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content), key=key)


def guess(site: Site, market: Market, password: str) -> Response:
    """Try to sign in as the market's purchaser."""
    body = {"email": market.purchaser.person.email, "password": password}
    return site.client.post("/api/v1/sessions", json=body)


def guess_wrongly(site: Site, market: Market, times: int) -> list[int]:
    return [guess(site, market, "a loud river").status_code for _ in range(times)]


def require_quotes_told_once(house: House, market: Market, keys: list[str]) -> None:
    """Assert one quotation per key with its receipt, entry and message to the buyer."""
    machine = machine_of(market)
    assert len(rows_of(house.runtime, machine, select(Quote))) == len(keys)
    assert len(rows_of(house.runtime, machine, select(QuoteRevision))) == len(keys)
    entries = select(AuditEvent).where(AuditEvent.action == "quote.submitted")
    assert len(rows_of(house.runtime, machine, entries)) == len(keys)
    told = Counter(row.kind for row in rows_of(house.runtime, machine, select(Notification)))
    assert (told["rfq.invited"], told["rfq.quote_received"]) == (len(market.sales), len(keys))
    require_sound_trail(house)


@contextmanager
def quoting_site(house: House) -> Iterator[tuple[Site, Market, RfqContent, list[Caller]]]:
    """Yield a site with worker and schedule beside it, and three suppliers signed in who may quote a request."""
    market = make_market(house.runtime, suppliers=3)
    content = publish(house.runtime, market)
    parts = [house.nursery.start(schedule), house.nursery.start(worker)]
    with open_site(house) as site:
        yield site, market, content, [site.caller(sales) for sales in market.sales]
    assert [part.process.exitcode for part in parts] == [None, None]
    for part in parts:
        part.kill()


def test_a_flush_between_two_requests_changes_neither(house: House) -> None:
    keys = [uuid4().hex for _ in range(3)]
    with quoting_site(house) as (site, market, content, sales):
        before = [quote(caller, content, key) for caller, key in zip(sales[:2], keys, strict=False)]
        assert set(guess_wrongly(site, market, SHARED)) == {401}
        assert guess_wrongly(site, market, 1) == [429]
        house.runtime.redis.flushall()
        again = [quote(caller, content, key) for caller, key in zip(sales[:2], keys, strict=False)]
        after = quote(sales[2], content, keys[2])
        assert [answer.status_code for answer in (*before, *again, after)] == [201] * 5
        assert [answer.content for answer in again] == [answer.content for answer in before]
        # the counts of guesses are what a flush does lose: they begin anew
        assert guess_wrongly(site, market, 1) == [401]
        until(lambda: house.undelivered() == 0, 240, "the nudges that were flushed are made up for by the schedule")
    require_quotes_told_once(house, market, keys)


def test_while_redis_is_gone_everything_but_its_speed_goes_on(house: House) -> None:
    keys = [uuid4().hex for _ in range(3)]
    with quoting_site(house) as (site, market, content, sales):
        answers = [quote(sales[0], content, keys[0])]
        house.stop_server("valkey")
        down = site.client.get("/health/ready")
        assert (down.status_code, down.json()["database"], down.json()["redis"]) == (503, True, False)
        answers += [quote(sales[1], content, keys[1]), quote(sales[1], content, keys[1])]
        assert answers[1].content == answers[2].content
        assert sales[2].get("/me").status_code == 200
        assert guess(site, market, PASSWORD).status_code == 201
        assert guess_wrongly(site, market, ALONE + 1) == [*[401] * ALONE, 429]
        assert guess(site, market, PASSWORD).headers["retry-after"] is not None
        house.start_server("valkey")
        until(lambda: site.client.get("/health/ready").status_code == 200, 240, "the site finds Redis again")
        answers.append(quote(sales[2], content, keys[2]))
        until(lambda: guess(site, market, PASSWORD).status_code == 201, 240, "all count again")
        assert [answer.status_code for answer in answers] == [201] * 4
        until(lambda: house.undelivered() == 0, 240, "worker and schedule find Redis again and deliver everything")
    require_quotes_told_once(house, market, keys)


def test_a_frozen_redis_delays_a_single_sign_in_and_nothing_else(house: House) -> None:
    market = make_market(house.runtime, suppliers=3)
    content = publish(house.runtime, market)
    with open_site(house) as site:
        sales = [site.caller(person) for person in market.sales]
        assert [caller.get("/me").status_code for caller in sales] == [200] * 3
        patience = house.runtime.redis.get_connection_kwargs()["socket_timeout"]
        usual = [timed(lambda: guess(site, market, PASSWORD)) for _ in range(3)]
        with frozen(house):
            quoted = [timed(partial(quote, caller, content, uuid4().hex)) for caller in sales]
            late = [timed(lambda: guess(site, market, PASSWORD)) for _ in range(3)]
    assert {answer.status_code for answer, _ in (*usual, *quoted, *late)} == {201}
    # of several the quickest tells: the machine itself may have stood still during the others
    assert quickest(quoted) < patience
    # if Redis were not left alone after the first silence, each sign-in would wait five times
    assert max(seconds for _, seconds in late) >= patience
    assert quickest(late) - quickest(usual) < patience


@contextmanager
def frozen(house: House) -> Iterator[None]:
    """Let Redis take connections and answer nothing."""
    process = house.server("valkey").process
    process.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        process.send_signal(signal.SIGCONT)


def quickest(calls: Sequence[tuple[Response, float]]) -> float:
    return min(seconds for _, seconds in calls)


def timed(send: Callable[[], Response]) -> tuple[Response, float]:
    begun = time.monotonic()
    return send(), time.monotonic() - begun
