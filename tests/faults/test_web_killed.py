"""The web process is killed around its commit: the client repeats its request and finds one effect, one answer."""

from pathlib import Path
from uuid import uuid4

import httpx2
import pytest
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.http.idempotency import IdempotencyRow
from b2b_market.infra.outbox import OutboxRow
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.models.quotes import Award, AwardLine, Quote, QuoteLine, QuoteRevision
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.states import RfqStatus
from tests.support.calling import Caller, award_body, quote_body
from tests.support.deaths import Death
from tests.support.house import House, Site, open_site
from tests.support.rfqs import close, make_market, publish, read, submit
from tests.support.rows import rows_of

pytestmark = pytest.mark.committed
BEFORE_COMMIT = {
    "the rows are there but not the trail": Death("b2b_market.infra.work:insert_together"),
    "the trail is written but not committed": Death("b2b_market.infra.work:insert_together", after=True),
    "just before the commit": Death("sqlalchemy.orm:Session.commit"),
}
AFTER_COMMIT = {
    "just after the commit": Death("sqlalchemy.orm:Session.commit", after=True),
    "committed but not answered": Death("b2b_market.infra.runtime:Runtime.settle", after=True),
}
EVERYWHERE = {**BEFORE_COMMIT, **AFTER_COMMIT}


def armed_by(death: Death, switch: Path) -> Death:
    return Death(death.target, after=death.after, nth=death.nth, arm=switch)


def post_into_death(site: Site, caller: Caller, path: str, body: object, key: str, version: int | None = None) -> None:
    """Send a request whose answer never comes, and start the next web process."""
    with pytest.raises(httpx2.TransportError):
        caller.post(path, body, key=key, version=version)
    site.replace_after_death()


@pytest.mark.parametrize("where", EVERYWHERE)
def test_a_quote_survives_the_death_of_the_web_process_once(house: House, tmp_path: Path, where: str) -> None:
    market = make_market(house.runtime, suppliers=1)
    content = publish(house.runtime, market)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    path, body, key = f"/rfqs/{content.rfq.id}/quotes", quote_body(content), uuid4().hex
    switch = tmp_path / "armed"
    with open_site(house, armed_by(EVERYWHERE[where], switch)) as site:
        sales = site.caller(market.sales[0])
        assert sales.get("/me").status_code == 200
        switch.touch()
        post_into_death(site, sales, path, body, key)
        stored = effects(house, machine)
        assert stored == ((1, 2, 1, 1, 1, 1) if where in AFTER_COMMIT else (0, 0, 0, 0, 0, 0))

        answer, again = [sales.post(path, body, key=key) for _ in range(2)]
    assert (answer.status_code, again.status_code) == (201, 201)
    assert answer.content == again.content
    assert answer.headers["etag"] == again.headers["etag"] == '"v1"'
    assert ("idempotent-replay" in answer.headers) == (where in AFTER_COMMIT)
    assert effects(house, machine) == (1, 2, 1, 1, 1, 1)


def effects(house: House, machine: Actor) -> tuple[int, ...]:
    """Return how many quotations, lines, receipts, announcements, audit entries and keys there are."""
    wanted = (
        select(Quote),
        select(QuoteLine),
        select(QuoteRevision),
        select(OutboxRow).where(OutboxRow.topic == "quote.submitted.v1"),
        select(AuditEvent).where(AuditEvent.action == "quote.submitted"),
        select(IdempotencyRow),
    )
    return tuple(len(rows_of(house.runtime, machine, rows)) for rows in wanted)


@pytest.mark.parametrize("where", ["the rows are there but not the trail", "just after the commit"])
def test_an_award_is_given_once(house: House, tmp_path: Path, where: str) -> None:
    market = make_market(house.runtime, suppliers=2)
    content = publish(house.runtime, market)
    quotes = [submit(house.runtime, sales, content, ["9", "9"]).quote for sales in market.sales]
    close(house.runtime, market, content.rfq.id)
    version = read(house.runtime, market.purchaser, content.rfq.id).rfq.version
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    path, body, key = f"/rfqs/{content.rfq.id}/awards", award_body(content, quotes[0].id), uuid4().hex
    switch = tmp_path / "armed"
    with open_site(house, armed_by(EVERYWHERE[where], switch)) as site:
        purchaser = site.caller(market.purchaser)
        assert purchaser.get("/me").status_code == 200
        switch.touch()
        post_into_death(site, purchaser, path, body, key, version)
        assert len(rows_of(house.runtime, machine, select(Award))) == (where in AFTER_COMMIT)
        answer = purchaser.post(path, body, key=key, version=version)
    assert answer.status_code == 201
    (award,) = rows_of(house.runtime, machine, select(Award))
    (rfq,) = rows_of(house.runtime, machine, select(Rfq))
    assert answer.json()["id"] == str(award.id)
    assert rfq.status is RfqStatus.AWARDED
    assert len(rows_of(house.runtime, machine, select(AwardLine))) == len(content.lines)
    told = rows_of(house.runtime, machine, select(OutboxRow).where(OutboxRow.topic == "rfq.awarded.v1"))
    assert [row.aggregate_id for row in told] == [award.id]


def test_callers_wait_while_the_web_process_is_replaced(house: House) -> None:
    """The listening socket stays open, so a request that comes between two processes is answered, not refused."""
    market = make_market(house.runtime, suppliers=1)
    with open_site(house) as site:
        sales = site.caller(market.sales[0])
        assert sales.get("/me").status_code == 200
        site.process.kill()
        site.client.close()
        with httpx2.Client(base_url=site.client.base_url, timeout=240) as client:
            site.process = site.start()
            answer = client.get("/api/v1/me", headers=sales.headers)
    assert answer.status_code == 200
