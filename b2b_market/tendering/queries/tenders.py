"""Tenders, lots, hidden estimates and questions, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Select, and_, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.commands.tenders import ListOpenTenders, ListTenders
from b2b_market.tendering.models.tenders import Enquiry, OwnEnquiry, Tender, TenderBoard, TenderLot, TenderPrivate
from b2b_market.tendering.queries import complaints
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import CLOCKED


def own_tender(session: Session, scope: Scope, tender_id: UUID) -> Tender:
    """Return a tender of the scope's buyers; raise NotFound for any other id."""
    return _one(session, select(Tender).where(Tender.id == tender_id, Tender.buyer_id.in_(scope.org_ids)), tender_id)


def lock_own_tender(session: Session, scope: Scope, tender_id: UUID) -> Tender:
    """Return a tender of the scope's buyers, locked; raise NotFound for any other id."""
    wanted = select(Tender).where(Tender.id == tender_id, Tender.buyer_id.in_(scope.org_ids)).with_for_update()
    return _one(session, wanted, tender_id)


def party_tender(session: Session, scope: Scope, tender_id: UUID) -> Tender:
    """Return a tender that the scope's companies are a party of, or a published public one; else raise NotFound.

    That a public tender is there for approved suppliers only is row-level security's part.
    """
    public = and_(Tender.entry == Entry.PUBLIC, Tender.published_at.is_not(None))
    wanted = select(Tender).where(Tender.id == tender_id, or_(Tender.party_ids.overlap(list(scope.org_ids)), public))
    return _one(session, wanted, tender_id)


def party_tender_or_own(session: Session, scope: Scope, tender_id: UUID) -> Tender:
    """Return a tender as ``party_tender`` does, or an own one that is not published yet; else raise NotFound."""
    public = and_(Tender.entry == Entry.PUBLIC, Tender.published_at.is_not(None))
    seen = or_(Tender.buyer_id.in_(scope.org_ids), Tender.party_ids.overlap(list(scope.org_ids)), public)
    return _one(session, select(Tender).where(Tender.id == tender_id, seen), tender_id)


def _one(session: Session, wanted: Select[Tender], tender_id: UUID) -> Tender:
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return found


def list_own(session: Session, scope: Scope, command: ListTenders) -> Page[Tender]:
    """Return a page of the company's own tenders, the newest first."""
    wanted = select(Tender).where(Tender.buyer_id == scope.org_id)
    if command.status is not None:
        wanted = wanted.where(Tender.status == command.status)
    if command.page.after is not None:
        wanted = wanted.where(Tender.id < UUID(command.page.after[1]))
    rows = session.scalars(wanted.order_by(Tender.id.desc()).limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda tender: ("", str(tender.id)))


def list_open(session: Session, scope: Scope, command: ListOpenTenders) -> Page[Tender]:
    """Return a page of the published tenders of others that the company may read, the newest first."""
    public = and_(Tender.entry == Entry.PUBLIC, Tender.published_at.is_not(None))
    wanted = select(Tender).where(
        Tender.buyer_id != scope.org_id, or_(Tender.party_ids.overlap(list(scope.org_ids)), public)
    )
    if command.page.after is not None:
        wanted = wanted.where(Tender.id < UUID(command.page.after[1]))
    rows = session.scalars(wanted.order_by(Tender.id.desc()).limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda tender: ("", str(tender.id)))


def lots_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[TenderLot]:
    """Return the lots of a tender in order."""
    wanted = select(TenderLot).where(TenderLot.tender_id == tender_id).order_by(TenderLot.position)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def lot_of(session: Session, scope: Scope, lot_id: UUID) -> TenderLot:
    """Return a lot of the company's own tender; raise NotFound for any other id."""
    found = session.scalar(select(TenderLot).where(TenderLot.id == lot_id, TenderLot.buyer_id.in_(scope.org_ids)))
    if found is None:
        raise NotFound(lot_id=str(lot_id))
    return found


def estimates_of(session: Session, scope: Scope, tender_id: UUID) -> dict[UUID, Decimal]:
    """Return the hidden estimates by lot; empty for everybody but the buyer."""
    wanted = select(TenderPrivate.lot_id, TenderPrivate.estimate).where(
        TenderPrivate.tender_id == tender_id, TenderPrivate.buyer_id.in_(scope.org_ids)
    )
    return dict(session.execute(wanted).all())


def due(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (tender, buyer) whose clock has run out and waits for no complaint; for the machine branch."""
    wanted = select(Tender.id, Tender.buyer_id).where(
        Tender.next_due_at <= now, Tender.status.in_(CLOCKED), ~complaints.close_held()
    )
    return session.execute(wanted.order_by(Tender.next_due_at).limit(limit)).all()


def enquiries_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[Enquiry]:
    """Return the questions that the reader may see, the oldest first."""
    return session.scalars(select(Enquiry).where(Enquiry.tender_id == tender_id).order_by(Enquiry.id)).all()


def own_enquiries(session: Session, scope: Scope, tender_id: UUID) -> Sequence[OwnEnquiry]:
    """Return what the company itself asked."""
    wanted = select(OwnEnquiry).where(OwnEnquiry.tender_id == tender_id, OwnEnquiry.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(OwnEnquiry.enquiry_id)).all()


def own_enquiry(session: Session, scope: Scope, enquiry_id: UUID, *, lock: bool = False) -> Enquiry:
    """Return a question put to the company, locked on request; raise NotFound for any other id."""
    wanted = select(Enquiry).where(Enquiry.id == enquiry_id, Enquiry.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(enquiry_id=str(enquiry_id))
    return found


def on_board(session: Session, tender_id: UUID) -> TenderBoard | None:
    """Return a notice of the public board."""
    return session.get(TenderBoard, tender_id)
