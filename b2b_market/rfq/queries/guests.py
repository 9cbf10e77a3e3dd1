"""Guests of requests, always within a scope, and what is moved when a company takes their place over."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.bargaining import Counter, TalkMessage
from b2b_market.rfq.models.guests import RfqGuest
from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.models.requests import Rfq, RfqInvitation


def guests_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqGuest]:
    """Return the guests of the scope's own request, as they were invited."""
    wanted = select(RfqGuest).where(RfqGuest.rfq_id == rfq_id, RfqGuest.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(RfqGuest.id)).all()


def guest(session: Session, scope: Scope, guest_id: UUID) -> RfqGuest:
    """Return one guest of the scope's own requests; raise NotFound for any other id."""
    found = session.scalar(select(RfqGuest).where(RfqGuest.id == guest_id, RfqGuest.buyer_id.in_(scope.org_ids)))
    if found is None:
        raise NotFound(guest_id=str(guest_id))
    return found


def guests_at(session: Session, scope: Scope, supplier_id: UUID) -> Sequence[RfqGuest]:
    """Return the guests of the scope's own requests that stand for this company."""
    wanted = select(RfqGuest).where(RfqGuest.supplier_id == supplier_id, RfqGuest.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(RfqGuest.id)).all()


def places_of(session: Session, scope: Scope, supplier_ids: Sequence[UUID]) -> Sequence[RfqInvitation]:
    """Return the places of these suppliers of the scope, by request."""
    within = [found for found in supplier_ids if found in scope.org_ids]
    wanted = select(RfqInvitation).where(RfqInvitation.supplier_id.in_(within))
    return session.scalars(wanted.order_by(RfqInvitation.rfq_id)).all()


def negotiated(session: Session, scope: Scope, supplier_ids: Sequence[UUID]) -> set[UUID]:
    """Return the requests on which one of these suppliers of the scope made or got a counter-offer, or talked."""
    within = [found for found in supplier_ids if found in scope.org_ids]
    bargained = select(Counter.rfq_id).where(Counter.supplier_id.in_(within))
    talked = select(TalkMessage.rfq_id).where(TalkMessage.supplier_id.in_(within))
    return set(session.scalars(bargained.union(talked)))


def lock_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Rfq:
    """Return a request that the scope's companies are a party of, locked; raise NotFound for any other id."""
    wanted = select(Rfq).where(Rfq.id == rfq_id, Rfq.party_ids.overlap(list(scope.org_ids))).with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(rfq_id=str(rfq_id))
    return found


def lock_quotes(session: Session, scope: Scope, supplier_id: UUID) -> Sequence[Quote]:
    """Return every quotation of one supplier of the scope, locked in id order."""
    wanted = select(Quote).where(Quote.supplier_id == supplier_id, Quote.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Quote.id).with_for_update().execution_options(populate_existing=True)).all()
