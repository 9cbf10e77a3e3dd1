"""Time that passes at will: the clock of a runtime is moved on, and what waits for it is done."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, update

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import Actor
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import tenders
from tests.support.delivery import drain_outbox


def until_it_is(runtime: Runtime, reader: Actor, tender_id: UUID, status: TenderStatus) -> None:
    """Let the time pass and the clock's task run until a tender, which is a rehearsal, stands there."""
    for _ in range(200):
        advance_due(runtime)
        if tenders.read(runtime, reader, tender_id).tender.status is status:
            return
        tenders.move(runtime, timedelta(minutes=3))
    raise AssertionError(status)


def drain_now(runtime: Runtime) -> None:
    """Deliver what was announced by a moved clock: the relay goes by that of the database."""
    with runtime.database.session() as session, session.begin():
        set_tenant(session, Tenant(machine=True))
        session.execute(update(OutboxRow).where(OutboxRow.done_at.is_(None)).values(next_attempt_at=func.now()))
    drain_outbox(runtime)
