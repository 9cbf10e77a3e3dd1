"""Longer stories told through operations: what many tests need to have happened, and what must have come of it."""

from collections import Counter

from sqlalchemy import select

from b2b_market.contracts.models import Contract
from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.infra.outbox import InboxRow, OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadRfq, Rest
from b2b_market.rfq.models.quotes import Award, Quote
from b2b_market.rfq.service import awarding, comparing
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.rfqs import Market, close, make_market, publish, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for


def award_a_request(runtime: Runtime) -> tuple[Market, RfqContent]:
    """Let three suppliers quote two needs, close, and award one need to each of the first two; nothing is delivered."""
    market = make_market(runtime, suppliers=3)
    content = publish(runtime, market)
    quotes = [submit(runtime, sales, content, ["9", "9"]).quote for sales in market.sales]
    close(runtime, market, content.rfq.id)
    content = read(runtime, market.purchaser, content.rfq.id)
    picks = tuple(
        AwardPick(line_id=line.id, quote_id=quote.id) for line, quote in zip(content.lines, quotes, strict=False)
    )
    command = ProposeAward(rfq_id=content.rfq.id, expected_version=content.rfq.version, picks=picks)
    with work_for(runtime, market.purchaser) as work:
        awarding.propose_award(work, market.purchaser, command)
    return market, content


def award_first(
    runtime: Runtime, market: Market, content: RfqContent, rest: Rest = Rest.LEAVE, lines: int = 2
) -> Award:
    """Close a request and award its first lines to the first supplier."""
    close(runtime, market, content.rfq.id)
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
    quote = compared.quotes[market.suppliers[0]]
    proposal = ProposeAward(
        rfq_id=content.rfq.id,
        expected_version=read(runtime, market.purchaser, content.rfq.id).rfq.version,
        picks=tuple(AwardPick(line_id=one.id, quote_id=quote.id) for one in content.lines[:lines]),
        rest=rest,
    )
    with work_for(runtime, market.purchaser) as work:
        return awarding.propose_award(work, market.purchaser, proposal).award


def machine_of(market: Market) -> Actor:
    """Return a machine that may see what belongs to the market's companies."""
    return system_actor("test", market.buyer_id, *market.suppliers)


def expected_inbox(rows: list[OutboxRow]) -> Counter[str]:
    """Return how often each handler must have had one of these events."""
    handlers = handlers_by_topic(load_manifests())
    return Counter(handler.name for row in rows for handler in handlers.get(row.topic, ()))


def require_award_settled(runtime: Runtime, market: Market) -> None:
    """Assert what an awarded request of ``award_a_request`` comes to once all is delivered: everything, once."""
    machine = machine_of(market)
    assert len(rows_of(runtime, machine, select(Quote))) == len(market.sales)
    assert len(rows_of(runtime, machine, select(Award))) == 1
    rows = rows_of(runtime, machine, select(OutboxRow))
    assert all(row.done_at is not None and row.dead_at is None for row in rows)
    assert Counter(row.handler for row in rows_of(runtime, machine, select(InboxRow))) == expected_inbox(rows)
    contracts = rows_of(runtime, machine, select(Contract))
    assert sorted(contract.supplier_id for contract in contracts) == sorted(market.suppliers[:2])
    told = Counter((row.user_id, row.kind) for row in rows_of(runtime, machine, select(Notification)))
    assert [told[(sales.user_id, "rfq.invited")] for sales in market.sales] == [1, 1, 1]
    assert told[(market.purchaser.user_id, "rfq.quote_received")] == len(market.sales)
    assert [told[(sales.user_id, "rfq.won")] for sales in market.sales] == [1, 1, 0]
    assert [told[(sales.user_id, "rfq.lost")] for sales in market.sales] == [0, 0, 1]
