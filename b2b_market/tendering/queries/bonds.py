"""Bid bonds, always within a scope."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.models.evaluation import TenderResult
from b2b_market.tendering.states.bonds import BondStatus
from b2b_market.tendering.states.evaluation import Outcome


def own_bond_on(session: Session, scope: Scope, lot_id: UUID) -> Bond | None:
    """Return the company's own bond for a lot, locked; None where there is none yet."""
    wanted = select(Bond).where(Bond.lot_id == lot_id, Bond.supplier_id.in_(scope.org_ids)).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def seen_bond(session: Session, scope: Scope, bond_id: UUID, *, lock: bool = False) -> Bond:
    """Return an own bond, or one on an own tender that the buyer knows of, locked on request; else raise NotFound."""
    wanted = select(Bond).where(Bond.id == bond_id, _party(scope))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(bond_id=str(bond_id))
    return found


def of_tender(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Bond]:
    """Return the bonds of a tender that the reader may see, the oldest first."""
    wanted = select(Bond).where(Bond.tender_id == tender_id, _party(scope)).order_by(Bond.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def registered_for(session: Session, _scope: Scope, tender_id: UUID, bidders: Collection[UUID]) -> Sequence[Bond]:
    """Return the registered bonds of these bidders, locked; the machine branch of the policy shows them."""
    wanted = select(Bond).where(
        Bond.tender_id == tender_id, Bond.supplier_id.in_(bidders), Bond.status == BondStatus.REGISTERED
    )
    wanted = wanted.order_by(Bond.id).with_for_update()
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def outcomes(session: Session, scope: Scope, tender_id: UUID) -> dict[tuple[UUID, UUID], tuple[Outcome, datetime]]:
    """Return what bidders were told, and when, by lot and bidder, as far as the reader may see it."""
    party = or_(TenderResult.buyer_id.in_(scope.org_ids), TenderResult.supplier_id.in_(scope.org_ids))
    rows = session.scalars(select(TenderResult).where(TenderResult.tender_id == tender_id, party))
    return {(row.lot_id, row.supplier_id): (row.outcome, row.decided_at) for row in rows}


def _party(scope: Scope) -> ColumnElement[bool]:
    return or_(Bond.supplier_id.in_(scope.org_ids), and_(Bond.opened, Bond.buyer_id.in_(scope.org_ids)))
