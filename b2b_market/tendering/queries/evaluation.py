"""Evaluations, disqualifications, inquiries, awards and results, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import Bid, BidContent
from b2b_market.tendering.models.evaluation import Evaluation, Inquiry, Ruling, TenderAward, TenderResult
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import complaints
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.states.tenders import TenderStatus

PRICED: Final = (Part.WHOLE.value, Part.PRICE.value)
"""The parts of a bid that say prices."""


def evaluation_of(session: Session, scope: Scope, tender_id: UUID, *, lock: bool = False) -> Evaluation:
    """Return the evaluation of an own tender, locked on request; raise NotFound where none has begun."""
    wanted = select(Evaluation).where(Evaluation.tender_id == tender_id, Evaluation.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return found


def own_bid(session: Session, scope: Scope, bid_id: UUID) -> Bid:
    """Return an opened bid on a tender of the scope's buyers; raise NotFound for any other id."""
    found = session.scalar(select(Bid).where(Bid.id == bid_id, Bid.opened, Bid.buyer_id.in_(scope.org_ids)))
    if found is None:
        raise NotFound(bid_id=str(bid_id))
    return found


def bids_with_contents(
    session: Session, scope: Scope, tender_id: UUID, lot_id: UUID | None = None
) -> Sequence[tuple[Bid, BidContent | None]]:
    """Return the opened bids of an own tender, or of one lot, by receipt, with the part that holds their prices.

    The content is none where none was read, or the price envelope is sealed.
    """
    wanted = (
        select(Bid, BidContent)
        .outerjoin(BidContent, and_(BidContent.bid_id == Bid.id, BidContent.part.in_(PRICED)))
        .where(Bid.tender_id == tender_id, Bid.opened, Bid.buyer_id.in_(scope.org_ids))
    )
    if lot_id is not None:
        wanted = wanted.where(Bid.lot_id == lot_id)
    return session.execute(wanted.order_by(Bid.sequence)).all()


def rulings_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Ruling]:
    """Return the disqualifications of a tender that the reader may see, the oldest first."""
    wanted = select(Ruling).where(Ruling.tender_id == tender_id, _party(Ruling, scope)).order_by(Ruling.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def own_ruling(session: Session, scope: Scope, ruling_id: UUID, *, lock: bool = False) -> Ruling:
    """Return a disqualification of the scope's buyers, locked on request; raise NotFound for any other id."""
    wanted = select(Ruling).where(Ruling.id == ruling_id, Ruling.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(ruling_id=str(ruling_id))
    return found


def inquiries_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Inquiry]:
    """Return what the bidders of a tender, or the reader's own company, were asked, the oldest first."""
    wanted = select(Inquiry).where(Inquiry.tender_id == tender_id, _party(Inquiry, scope)).order_by(Inquiry.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def inquiry(session: Session, scope: Scope, inquiry_id: UUID, *, lock: bool = False) -> Inquiry:
    """Return an inquiry that the company is a party of, locked on request; raise NotFound for any other id."""
    wanted = select(Inquiry).where(Inquiry.id == inquiry_id, _party(Inquiry, scope))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(inquiry_id=str(inquiry_id))
    return found


def awards_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[TenderAward]:
    """Return the awards of an own tender, the oldest first."""
    wanted = select(TenderAward).where(TenderAward.tender_id == tender_id, TenderAward.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(TenderAward.id).execution_options(populate_existing=True)).all()


def own_award(session: Session, scope: Scope, award_id: UUID) -> TenderAward:
    """Return an award of the scope's buyers; raise NotFound for any other id."""
    found = session.scalar(
        select(TenderAward)
        .where(TenderAward.id == award_id, TenderAward.buyer_id.in_(scope.org_ids))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound(award_id=str(award_id))
    return found


def results_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[TenderResult]:
    """Return the results that the reader may see: the buyer all, a bidder its own."""
    wanted = select(TenderResult).where(TenderResult.tender_id == tender_id, _party(TenderResult, scope))
    return session.scalars(wanted.order_by(TenderResult.lot_id, TenderResult.place, TenderResult.bid_id)).all()


def result_of(session: Session, scope: Scope, bid_id: UUID) -> TenderResult:
    """Return a bid's result to its bidder or its buyer; NotFound before the decision and for others."""
    found = session.scalar(select(TenderResult).where(TenderResult.bid_id == bid_id, _party(TenderResult, scope)))
    if found is None:
        raise NotFound(bid_id=str(bid_id))
    return found


def over(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (tender, buyer) whose stand-still is over and waits for no complaint; for the machine branch."""
    wanted = select(Tender.id, Tender.buyer_id).where(
        Tender.next_due_at <= now, Tender.status == TenderStatus.AWARDED, ~complaints.contracts_held()
    )
    return session.execute(wanted.order_by(Tender.next_due_at).limit(limit)).all()


def _party(model: type[Ruling | Inquiry | TenderResult], scope: Scope) -> ColumnElement[bool]:
    return model.buyer_id.in_(scope.org_ids) | model.supplier_id.in_(scope.org_ids)
