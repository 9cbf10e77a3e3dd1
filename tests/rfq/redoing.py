"""What tests of copies and repeats share: days put into the past, an award that stands, what the trail says."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, text

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.rfq.commands.requests import AwardPick, ProposeAward, ReadRfq, Rest
from b2b_market.rfq.service import awarding, comparing
from b2b_market.rfq.service.awarding import AwardContent
from b2b_market.rfq.service.drafting import RfqContent
from tests.support.rfqs import Market, close, draft_command, publish, read, submit
from tests.support.rows import rows_of
from tests.support.works import work_for

LATER = date(2098, 6, 30)
Split = tuple[int, int, str]
"""A line's index, a supplier's index, and the quantity it gets."""


def expire_lines(runtime: Runtime, market: Market, rfq_id: UUID, positions: Sequence[int]) -> None:
    """Let lines be needed last year, as only the passing of time can do."""
    statement = text("UPDATE rfq_line SET required_on = :day WHERE rfq_id = :rfq AND position = ANY(:positions)")
    with runtime.database.session() as session:
        now = set_tenant(session, Tenant((market.buyer_id,)))
        day = now.date() - timedelta(days=365)
        session.execute(statement, {"day": day, "rfq": rfq_id, "positions": list(positions)})
        session.commit()


def actions(runtime: Runtime, object_id: UUID) -> list[str]:
    """Return the actions in the trail of one thing."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True, platform="auditor"))
        statement = text("SELECT action FROM audit_event WHERE object_id = :id ORDER BY id")
        found = [action for (action,) in session.execute(statement, {"id": object_id})]
        session.rollback()
    return found


def hashed(runtime: Runtime, actor: Actor, kind: type[Aggregate]) -> tuple[list[bytes], list[bytes]]:
    """Return the state hashes of the things as they are stored, and those of their last entries in the trail."""
    things = rows_of(runtime, actor, select(kind).order_by(kind.id))
    entries = rows_of(runtime, actor, select(AuditEvent).where(AuditEvent.object_type == kind.audit_type))
    last = {entry.object_id: bytes(entry.state_hash) for entry in sorted(entries, key=lambda one: one.id)}
    return [thing.state_hash() for thing in things], [last[thing.id] for thing in things]


def awarded(
    runtime: Runtime,
    market: Market,
    prices: Sequence[Sequence[str | None]],
    splits: Sequence[Split],
    currencies: Sequence[str] = ("CNY", "CNY", "CNY"),
) -> tuple[RfqContent, AwardContent]:
    """Publish a request, let suppliers quote, close it, and award parts of its lines."""
    content = publish(runtime, market, draft_command(market.suppliers, len(prices[0])))
    for sales, own, currency in zip(market.sales, prices, currencies, strict=False):
        submit(runtime, sales, content, own, currency)
    close(runtime, market, content.rfq.id)
    with work_for(runtime, market.purchaser) as work:
        compared = comparing.compare_quotes(work, market.purchaser, ReadRfq(content.rfq.id))
    picks = tuple(
        AwardPick(
            line_id=content.lines[line].id,
            quote_id=compared.quotes[market.suppliers[supplier]].id,
            quantity=Decimal(quantity),
        )
        for line, supplier, quantity in splits
    )
    command = ProposeAward(
        rfq_id=content.rfq.id,
        expected_version=read(runtime, market.purchaser, content.rfq.id).rfq.version,
        picks=picks,
        rest=Rest.LEAVE,
    )
    with work_for(runtime, market.purchaser) as work:
        award = awarding.propose_award(work, market.purchaser, command)
    return content, award
