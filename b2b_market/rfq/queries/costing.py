"""A request's assumptions about costs, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.costing import Cost, Costing


def find_costing(session: Session, scope: Scope, rfq_id: UUID) -> Costing | None:
    """Return what the scope's company assumes about a request's costs, or None."""
    wanted = select(Costing).where(Costing.rfq_id == rfq_id, Costing.buyer_id.in_(scope.org_ids))
    return session.scalar(wanted.execution_options(populate_existing=True))


def costs_of(session: Session, scope: Scope, costing_id: UUID) -> Sequence[Cost]:
    """Return the costs in order."""
    wanted = select(Cost).where(Cost.costing_id == costing_id, Cost.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Cost.position)).all()


def drop_costs(session: Session, scope: Scope, costing_id: UUID) -> None:
    """Delete the costs, which others replace."""
    session.execute(
        delete(Cost).where(Cost.costing_id == costing_id, Cost.buyer_id.in_(scope.org_ids)),
        execution_options={"synchronize_session": False},
    )
