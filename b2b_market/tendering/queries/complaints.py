"""Complaints and what is published of them, always within a scope; and what waits for them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.complaints import Complaint, ComplaintNotice
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.complaints import (
    BEFORE_OPENING,
    HOLDING,
    UNDECIDED,
    UNPAID,
    ComplaintStatus,
    Holding,
)

_OPEN = frozenset({*UNPAID, *UNDECIDED})
_WAITED_FOR = frozenset({*UNDECIDED, ComplaintStatus.SATISFIED})


def seen_complaint(session: Session, scope: Scope, complaint_id: UUID, *, lock: bool = False) -> Complaint:
    """Return a complaint that one of the scope's companies is a party of, locked on request; else raise NotFound."""
    wanted = select(Complaint).where(Complaint.id == complaint_id, _party(scope))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(complaint_id=str(complaint_id))
    return found


def of_tender(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Complaint]:
    """Return the complaints about a tender that the reader may see whole, the oldest first."""
    wanted = select(Complaint).where(Complaint.tender_id == tender_id, _party(scope)).order_by(Complaint.id)
    return session.scalars(wanted).all()


def at_desk(session: Session, scope: Scope, limit: int) -> Sequence[Complaint]:
    """Return the complaints that the scope's companies decide on, take the fee of, or have lodged, newest first."""
    decides = and_(Complaint.body_id.in_(scope.org_ids), Complaint.lodged_at.is_not(None))
    wanted = select(Complaint).where(or_(decides, Complaint.supplier_id.in_(scope.org_ids)))
    return session.scalars(wanted.order_by(Complaint.id.desc()).limit(limit)).all()


def own_open(session: Session, scope: Scope, tender_id: UUID) -> int:
    """Return how many complaints of the company about a tender are open."""
    wanted = select(func.count()).where(
        Complaint.tender_id == tender_id, Complaint.supplier_id.in_(scope.org_ids), Complaint.status.in_(_OPEN)
    )
    return session.scalars(wanted).one()


def waited_for(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Complaint]:
    """Return the complaints about an own tender that something may have to wait for."""
    wanted = select(Complaint).where(
        Complaint.tender_id == tender_id, Complaint.buyer_id.in_(scope.org_ids), Complaint.status.in_(_WAITED_FOR)
    )
    return session.scalars(wanted.order_by(Complaint.id).execution_options(populate_existing=True)).all()


def close_held() -> ColumnElement[bool]:
    """Return the condition that a tender's bidding must not close now (``rules.complaining.holds_close``)."""
    held = exists().where(
        Complaint.tender_id == Tender.id,
        Complaint.target.in_(BEFORE_OPENING),
        tuple_(Complaint.kind, Complaint.status).in_(HOLDING),
    )
    return and_(Tender.values["complaints"]["holds"].astext == Holding.STAGES.value, held)


def contracts_held() -> ColumnElement[bool]:
    """Return the condition that a tender's awards must not bind now (``rules.complaining.holds_contracts``)."""
    return exists().where(Complaint.tender_id == Tender.id, Complaint.status.in_(UNDECIDED))


def lapsing(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (complaint, its company) whose time to be lodged or paid is over; for the machine branch."""
    wanted = select(Complaint.id, Complaint.supplier_id).where(
        Complaint.status.in_(UNPAID), Complaint.window_ends_at <= now
    )
    return session.execute(wanted.order_by(Complaint.window_ends_at).limit(limit)).all()


def notices_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[ComplaintNotice]:
    """Return what is published of the complaints about a tender, the oldest first."""
    wanted = select(ComplaintNotice).where(ComplaintNotice.tender_id == tender_id)
    return session.scalars(wanted.order_by(ComplaintNotice.lodged_at, ComplaintNotice.complaint_id)).all()


def _party(scope: Scope) -> ColumnElement[bool]:
    return or_(
        Complaint.supplier_id.in_(scope.org_ids),
        and_(Complaint.lodged_at.is_not(None), Complaint.body_id.in_(scope.org_ids)),
        and_(Complaint.pending_at.is_not(None), Complaint.buyer_id.in_(scope.org_ids)),
    )
