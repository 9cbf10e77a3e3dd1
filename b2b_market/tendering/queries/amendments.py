"""Editions of a tender's notice and amendments on their way to one, always within a scope."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.amendments import TenderAmendment, TenderEdition
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.amendments import TenderAmendmentStatus
from b2b_market.tendering.states.bids import BidStatus


def editions_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[TenderEdition]:
    """Return the editions of a tender that is read, the first one first."""
    wanted = select(TenderEdition).where(TenderEdition.tender_id == tender_id).order_by(TenderEdition.edition)
    return session.scalars(wanted).all()


def notices_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[tuple[int, dict[str, Any]]]:
    """Return (edition, signed notice) of a tender that is read."""
    wanted = select(TenderEdition.edition, TenderEdition.notice).where(TenderEdition.tender_id == tender_id)
    return session.execute(wanted.order_by(TenderEdition.edition)).all()


def edition_of(session: Session, _scope: Scope, tender_id: UUID, edition: int) -> TenderEdition | None:
    """Return one edition of a tender that is read."""
    return session.get(TenderEdition, (tender_id, edition))


def amendments_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[TenderAmendment]:
    """Return the amendments of an own tender, the newest first."""
    wanted = select(TenderAmendment).where(
        TenderAmendment.tender_id == tender_id, TenderAmendment.buyer_id.in_(scope.org_ids)
    )
    return session.scalars(wanted.order_by(TenderAmendment.id.desc())).all()


def own_amendment(session: Session, scope: Scope, amendment_id: UUID, *, lock: bool = False) -> TenderAmendment:
    """Return an amendment of an own tender, locked on request; NotFound for any other id."""
    wanted = select(TenderAmendment).where(
        TenderAmendment.id == amendment_id, TenderAmendment.buyer_id.in_(scope.org_ids)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(amendment_id=str(amendment_id))
    return found


def waiting_amendment(session: Session, scope: Scope, tender_id: UUID) -> TenderAmendment | None:
    """Return the amendment of an own tender that waits for its approval."""
    wanted = select(TenderAmendment).where(
        TenderAmendment.tender_id == tender_id,
        TenderAmendment.buyer_id.in_(scope.org_ids),
        TenderAmendment.status == TenderAmendmentStatus.PENDING_APPROVAL,
    )
    return session.scalar(wanted.with_for_update())


def waiting_amendments(session: Session, scope: Scope, most: int) -> Sequence[tuple[TenderAmendment, Tender]]:
    """Return the amendments of own tenders that wait for approval with their tenders, the longest waiting first."""
    wanted = (
        select(TenderAmendment, Tender)
        .join(Tender, Tender.id == TenderAmendment.tender_id)
        .where(
            TenderAmendment.buyer_id.in_(scope.org_ids),
            TenderAmendment.status == TenderAmendmentStatus.PENDING_APPROVAL,
        )
    )
    found = session.execute(wanted.order_by(TenderAmendment.id).limit(most))
    return [(amendment, tender) for amendment, tender in found]


def unconfirmed_bidders(session: Session, _scope: Scope, tender_id: UUID, binding: int) -> Sequence[UUID]:
    """Return the companies with a sealed bid for an edition before ``binding``; for the machine branch."""
    wanted = select(Bid.supplier_id).where(
        Bid.tender_id == tender_id, Bid.status == BidStatus.SEALED, Bid.edition < binding
    )
    return session.scalars(wanted.distinct().order_by(Bid.supplier_id)).all()
