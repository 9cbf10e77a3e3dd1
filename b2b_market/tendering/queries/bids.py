"""Sealed bids, what was received, and what the opening made of it, always within a scope."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, undefer

from b2b_market.infra.database import run_fixed
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.bids import (
    Bid,
    BidContent,
    BidFileRow,
    Contribution,
    OpeningRecord,
    Received,
    SealedBoxRow,
)
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, read_receipt
from b2b_market.tendering.states.tenders import TenderStatus

_NEXT: Final = "UPDATE tender_counter SET last = last + 1 WHERE tender_id = %(tender_id)s RETURNING last"


def next_sequence(session: Session, _scope: Scope, tender_id: UUID) -> int:
    """Return the next receipt's number; the counter row stays locked until the transaction ends, so take it late."""
    number: int = run_fixed(session, _NEXT, {"tender_id": tender_id}).scalar_one()
    return number


def own_bid_on(session: Session, scope: Scope, lot_id: UUID) -> Bid | None:
    """Return the company's own bid on a lot, locked; None where there is none yet."""
    wanted = select(Bid).where(Bid.lot_id == lot_id, Bid.supplier_id.in_(scope.org_ids)).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def own_bids(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Bid]:
    """Return the company's own bids on a tender."""
    wanted = select(Bid).where(Bid.tender_id == tender_id, Bid.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Bid.id)).all()


def own_received(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Received]:
    """Return what the company itself sent to a tender, the newest first."""
    wanted = select(Received).where(Received.tender_id == tender_id, Received.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Received.sequence.desc())).all()


def journal(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[SignedReceipt]:
    """Return every receipt of a tender in order; the machine branch of the policy shows them."""
    wanted = select(Received.receipt).where(Received.tender_id == tender_id).order_by(Received.sequence)
    return [read_receipt(receipt) for receipt in session.scalars(wanted)]


def documents(session: Session, _scope: Scope, tender_id: UUID) -> dict[int, Received]:
    """Return what was received by sequence; the machine branch of the policy shows it."""
    wanted = select(Received).where(Received.tender_id == tender_id)
    return {row.sequence: row for row in session.scalars(wanted)}


def boxes(session: Session, _scope: Scope, received_id: UUID) -> dict[tuple[str, str], bytes]:
    """Return the ciphertexts of one envelope by part and box; the machine branch of the policy shows them."""
    wanted = select(SealedBoxRow).where(SealedBoxRow.received_id == received_id).options(undefer(SealedBoxRow.content))
    return {(row.part, row.box): bytes(row.content) for row in session.scalars(wanted)}


def bids_by_sequence(session: Session, _scope: Scope, tender_id: UUID) -> dict[int, Bid]:
    """Return the bids of a tender by the sequence of what was received last, locked; the machine branch shows them."""
    wanted = select(Bid).where(Bid.tender_id == tender_id).order_by(Bid.id).with_for_update()
    return {bid.sequence: bid for bid in session.scalars(wanted.execution_options(populate_existing=True))}


def contributions(session: Session, _scope: Scope, tender_id: UUID, team: str) -> Sequence[Contribution]:
    """Return what a group of officers has removed so far, the outermost layer first."""
    wanted = select(Contribution).where(Contribution.tender_id == tender_id, Contribution.team == team)
    return session.scalars(wanted.order_by(Contribution.layer)).all()


def teams_begun(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[tuple[str, int]]:
    """Return (group, layers removed) of the groups that have begun."""
    wanted = select(Contribution.team, func.count()).where(Contribution.tender_id == tender_id)
    return session.execute(wanted.group_by(Contribution.team).order_by(Contribution.team)).all()


def ready_to_open(session: Session, limit: int) -> Sequence[tuple[UUID, UUID, str]]:
    """Return (tender, buyer, group) of closed tenders whose group has removed every layer; for the machine branch."""
    needed = Tender.values["sealing"]["threshold"].as_integer()
    wanted = (
        select(Tender.id, Tender.buyer_id, Contribution.team)
        .join(Contribution, Contribution.tender_id == Tender.id)
        .where(Tender.status == TenderStatus.CLOSED)
        .group_by(Tender.id, Tender.buyer_id, Contribution.team, needed)
        .having(func.count() >= needed)
        .order_by(Tender.id, Contribution.team)
        .limit(limit)
    )
    return session.execute(wanted).all()


def opening_of(session: Session, _scope: Scope, tender_id: UUID) -> OpeningRecord | None:
    """Return the opening record of a tender, None before the opening."""
    return session.scalar(select(OpeningRecord).where(OpeningRecord.tender_id == tender_id))


def opened_bids(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Bid]:
    """Return the opened bids of the company's own tender in the order of their receipts."""
    wanted = select(Bid).where(Bid.tender_id == tender_id, Bid.buyer_id.in_(scope.org_ids), Bid.opened)
    return session.scalars(wanted.order_by(Bid.sequence)).all()


def visible_bid(session: Session, _scope: Scope, bid_id: UUID) -> Bid:
    """Return a bid that the reader may see: the own, or an opened one on an own tender; else raise NotFound."""
    found = session.scalar(select(Bid).where(Bid.id == bid_id).execution_options(populate_existing=True))
    if found is None:
        raise NotFound(bid_id=str(bid_id))
    return found


def contents_of(session: Session, _scope: Scope, bid_ids: Sequence[UUID]) -> dict[UUID, BidContent]:
    """Return what opened bids say, by bid."""
    wanted = select(BidContent).where(BidContent.bid_id.in_(bid_ids))
    return {row.bid_id: row for row in session.scalars(wanted)}


def files_of(session: Session, _scope: Scope, bid_id: UUID) -> Sequence[BidFileRow]:
    """Return the files of an opened bid without their bytes."""
    wanted = select(BidFileRow).where(BidFileRow.bid_id == bid_id).order_by(BidFileRow.position)
    return session.scalars(wanted).all()


def file_of(session: Session, _scope: Scope, bid_id: UUID, position: int) -> BidFileRow:
    """Return one file of an opened bid with its bytes; raise NotFound where there is none."""
    wanted = select(BidFileRow).where(BidFileRow.bid_id == bid_id, BidFileRow.position == position)
    found = session.scalar(wanted.options(undefer(BidFileRow.content)))
    if found is None:
        raise NotFound(bid_id=str(bid_id))
    return found
