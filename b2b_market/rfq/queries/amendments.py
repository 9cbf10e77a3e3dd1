"""Amendments that were sent to the approvers, the buyer's own alone."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.amendments import RfqAmendment


def own_amendment(session: Session, scope: Scope, amendment_id: UUID, *, lock: bool = False) -> RfqAmendment:
    """Return an amendment of the scope's buyers; raise NotFound for any other id."""
    wanted = select(RfqAmendment).where(RfqAmendment.id == amendment_id, RfqAmendment.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(amendment_id=str(amendment_id))
    return found


def amendments_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqAmendment]:
    """Return the amendments of the scope's own request that were submitted, the newest first."""
    wanted = select(RfqAmendment).where(RfqAmendment.rfq_id == rfq_id, RfqAmendment.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(RfqAmendment.id.desc())).all()
