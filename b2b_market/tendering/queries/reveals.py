"""Windows for reveals and what was revealed, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import Received
from b2b_market.tendering.models.reveals import RevealPeriod, RevealRow
from b2b_market.tendering.states.reveals import RevealStatus


def window_of(
    session: Session, _scope: Scope, tender_id: UUID, part: str, *, lock: bool = False
) -> RevealPeriod | None:
    """Return the window of a part that the reader may see, locked on request; None where nobody was asked."""
    wanted = select(RevealPeriod).where(RevealPeriod.tender_id == tender_id, RevealPeriod.part == part)
    if lock:
        wanted = wanted.with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def windows_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[RevealPeriod]:
    """Return the windows of a tender, the first one first."""
    wanted = select(RevealPeriod).where(RevealPeriod.tender_id == tender_id)
    return session.scalars(wanted.order_by(RevealPeriod.opens_at, RevealPeriod.id)).all()


def own_reveals(session: Session, scope: Scope, tender_id: UUID) -> Sequence[RevealRow]:
    """Return what the company itself revealed, without the bids."""
    wanted = select(RevealRow).where(RevealRow.tender_id == tender_id, RevealRow.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(RevealRow.received_at, RevealRow.bid_id)).all()


def revealed_documents(session: Session, _scope: Scope, tender_id: UUID, part: str) -> dict[UUID, bytes]:
    """Return what was revealed of a part, by bid; the machine branch of the policy shows it."""
    wanted = select(RevealRow).where(RevealRow.tender_id == tender_id, RevealRow.part == part)
    return {row.bid_id: bytes(row.document) for row in session.scalars(wanted.options(undefer(RevealRow.document)))}


def own_document(session: Session, scope: Scope, tender_id: UUID, sequence: int) -> bytes:
    """Return the document that the company itself sent under this number."""
    wanted = select(Received.document).where(Received.tender_id == tender_id, Received.sequence == sequence)
    return bytes(session.scalars(wanted.where(Received.supplier_id.in_(scope.org_ids))).one())


def senders(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[UUID]:
    """Return the companies that sent anything to a tender; the machine branch of the policy shows them."""
    return session.scalars(select(Received.supplier_id).where(Received.tender_id == tender_id).distinct()).all()


def over(session: Session, moment: datetime, limit: int) -> Sequence[tuple[UUID, UUID, str]]:
    """Return (tender, buyer, part) of the windows that are over and not settled; for the machine branch."""
    wanted = select(RevealPeriod.tender_id, RevealPeriod.buyer_id, RevealPeriod.part).where(
        RevealPeriod.status == RevealStatus.OPEN, RevealPeriod.closes_at <= moment
    )
    return session.execute(wanted.order_by(RevealPeriod.closes_at).limit(limit)).all()
