"""A supplier and its buyer act on one request at the same moment: the outcome is one of the two orders, never a mix."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.rfq.models.quotes import Quote, QuoteLine, QuoteRevision
from b2b_market.rfq.models.requests import Rfq, RfqInvitation
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import Origin, QuoteStatus, RfqStatus, Visibility
from tests.support.calling import Caller, caller_for, quote_body
from tests.support.rfqs import Market, draft_command, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.together import at_once

pytestmark = pytest.mark.committed
ROUNDS = 4


def told(answer: Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code", "")


def race(*acts: Callable[[], Response]) -> list[tuple[int, str]]:
    return [told(answer) for answer in at_once(len(acts), lambda n: acts[n]())]


@pytest.fixture
def market(committed_runtime: Runtime) -> Market:
    return make_market(committed_runtime, suppliers=2)


@pytest.fixture
def buyer(committed_client: TestClient, committed_runtime: Runtime, market: Market) -> Caller:
    return caller_for(committed_client, committed_runtime, market.purchaser)


@pytest.fixture
def supplier(committed_client: TestClient, committed_runtime: Runtime, market: Market) -> Caller:
    return caller_for(committed_client, committed_runtime, market.sales[0])


def state(runtime: Runtime, market: Market, content: RfqContent) -> tuple[RfqStatus, list[QuoteStatus]]:
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    (rfq,) = rows_of(runtime, machine, select(Rfq).where(Rfq.id == content.rfq.id))
    quotes = rows_of(runtime, machine, select(Quote).where(Quote.rfq_id == content.rfq.id))
    return rfq.status, [quote.status for quote in quotes]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_quote_and_a_cancellation(
    committed_runtime: Runtime, market: Market, buyer: Caller, supplier: Caller, round_: int
) -> None:
    content = publish(committed_runtime, market)
    path, version = f"/rfqs/{content.rfq.id}", content.rfq.version
    acts = (
        lambda: supplier.post(f"{path}/quotes", quote_body(content)),
        lambda: buyer.post(f"{path}/cancel", {"reason": "not needed"}, version=version),
    )
    quoted, cancelled = race(*acts) if round_ % 2 else reversed(race(*reversed(acts)))
    assert cancelled == (200, "")
    status, quotes = state(committed_runtime, market, content)
    assert status is RfqStatus.CANCELLED
    if quoted == (201, ""):
        assert quotes == [QuoteStatus.SUBMITTED]
    else:
        assert quoted == (409, "rfq-not-open")
        assert quotes == []


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_revision_and_a_withdrawal(committed_runtime: Runtime, market: Market, supplier: Caller, round_: int) -> None:
    content = publish(committed_runtime, market)
    first = submit(committed_runtime, market.sales[0], content, ["9", "9"]).quote
    acts = (
        lambda: supplier.post(f"/rfqs/{content.rfq.id}/quotes", quote_body(content, "8"), version=first.version),
        lambda: supplier.post(f"/quotes/{first.id}/withdraw", version=first.version),
    )
    answers = race(*acts) if round_ % 2 else race(*reversed(acts))
    assert sorted(answers) in ([(200, ""), (412, "stale-version")], [(201, ""), (412, "stale-version")])
    machine = system_actor("test", *market.suppliers)
    (quote,) = rows_of(committed_runtime, machine, select(Quote).where(Quote.rfq_id == content.rfq.id))
    revisions = rows_of(committed_runtime, machine, select(QuoteRevision).where(QuoteRevision.quote_id == quote.id))
    prices = {
        line.unit_price for line in rows_of(committed_runtime, machine, select(QuoteLine)) if line.quote_id == quote.id
    }
    if (201, "") in answers:
        assert (quote.status, len(revisions), prices) == (QuoteStatus.SUBMITTED, 2, {8})
    else:
        assert (quote.status, len(revisions), prices) == (QuoteStatus.WITHDRAWN, 1, {9})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_quote_and_an_early_close(
    committed_runtime: Runtime, market: Market, buyer: Caller, supplier: Caller, round_: int
) -> None:
    content = publish(committed_runtime, market)
    path, version = f"/rfqs/{content.rfq.id}", content.rfq.version
    acts = (
        lambda: supplier.post(f"{path}/quotes", quote_body(content)),
        lambda: buyer.post(f"{path}/close", {"reason": "enough"}, version=version),
    )
    quoted, closed = race(*acts) if round_ % 2 else reversed(race(*reversed(acts)))
    assert closed == (200, "")
    compared = buyer.get(f"{path}/comparison").json()
    _, quotes = state(committed_runtime, market, content)
    assert (quoted, len(quotes)) in (((201, ""), 1), ((409, "rfq-not-open"), 0))
    assert len(compared["columns"]) == len(quotes)


def test_a_withdrawal_a_decline_and_a_cancellation_together(
    committed_runtime: Runtime, committed_client: TestClient, market: Market, buyer: Caller, supplier: Caller
) -> None:
    content = publish(committed_runtime, market)
    quote = submit(committed_runtime, market.sales[0], content, ["9", "9"]).quote
    rival = caller_for(committed_client, committed_runtime, market.sales[1])
    path = f"/rfqs/{content.rfq.id}"
    version = read(committed_runtime, market.purchaser, content.rfq.id).rfq.version
    withdrawn, declined, cancelled = race(
        lambda: supplier.post(f"/quotes/{quote.id}/withdraw", version=quote.version),
        lambda: rival.post(f"{path}/decline", {"reason": "no capacity"}),
        lambda: buyer.post(f"{path}/cancel", {"reason": "not needed"}, version=version),
    )
    assert withdrawn in ((200, ""), (409, "rfq-not-open"))
    assert declined in ((200, ""), (409, "rfq-not-open"))
    assert cancelled[0] in (200, 412)
    status, quotes = state(committed_runtime, market, content)
    assert status is (RfqStatus.CANCELLED if cancelled[0] == 200 else RfqStatus.PUBLISHED)
    assert quotes == [QuoteStatus.WITHDRAWN if withdrawn[0] == 200 else QuoteStatus.SUBMITTED]


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_first_looks_at_a_public_request_and_an_invitation_make_one_place(
    committed_runtime: Runtime, market: Market, buyer: Caller, supplier: Caller, round_: int
) -> None:
    command = replace(draft_command(market.suppliers[1:]), visibility=Visibility.PUBLIC)
    content = publish(committed_runtime, market, command)
    path, version = f"/rfqs/{content.rfq.id}", content.rfq.version
    invited = {"supplier_id": str(market.suppliers[0])}
    acts = [lambda: supplier.get(path)] * 3
    acts.insert(round_, lambda: buyer.post(f"{path}/invitations", invited, version=version))
    assert race(*acts) == [(200, "")] * 4
    machine = system_actor("test", market.buyer_id)
    places = rows_of(committed_runtime, machine, select(RfqInvitation).where(RfqInvitation.rfq_id == content.rfq.id))
    assert sorted((place.supplier_id, place.origin) for place in places) == sorted(
        (supplier_id, Origin.BUYER) for supplier_id in market.suppliers
    )
