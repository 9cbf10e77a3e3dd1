"""Sealed bids, what was received, and what the opening made of it, always within a scope."""

from collections.abc import Collection, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import and_, exists, func, or_, select
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
from b2b_market.tendering.models.stages import TechnicalStage
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.rules.sealed_journal import SignedReceipt, read_receipt
from b2b_market.tendering.rules.sealed_payload import Box
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.states.stages import StageStatus
from b2b_market.tendering.states.tenders import TenderStatus

PRICE: Final = Part.PRICE.value
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


def boxes(session: Session, _scope: Scope, received_id: UUID, part: str) -> dict[str, bytes]:
    """Return the ciphertexts of one part of an envelope by box; the machine branch of the policy shows them."""
    wanted = select(SealedBoxRow).where(SealedBoxRow.received_id == received_id, SealedBoxRow.part == part)
    return {row.box: bytes(row.content) for row in session.scalars(wanted.options(undefer(SealedBoxRow.content)))}


def payload_boxes(session: Session, _scope: Scope, tender_id: UUID) -> dict[tuple[UUID, str], bytes]:
    """Return the ciphertexts of what bids say, by what was received and part; the machine branch shows them."""
    wanted = select(SealedBoxRow).where(SealedBoxRow.tender_id == tender_id, SealedBoxRow.box == Box.PAYLOAD)
    rows = session.scalars(wanted.options(undefer(SealedBoxRow.content)))
    return {(row.received_id, row.part): bytes(row.content) for row in rows}


def sequences_of(session: Session, _scope: Scope, bid_ids: Collection[UUID]) -> frozenset[int]:
    """Return the receipts' numbers of bids, as far as the reader may see them."""
    return frozenset(session.scalars(select(Bid.sequence).where(Bid.id.in_(bid_ids))))


def bids_by_sequence(session: Session, _scope: Scope, tender_id: UUID) -> dict[int, Bid]:
    """Return the bids of a tender by the sequence of what was received last, locked; the machine branch shows them."""
    wanted = select(Bid).where(Bid.tender_id == tender_id).order_by(Bid.id).with_for_update()
    return {bid.sequence: bid for bid in session.scalars(wanted.execution_options(populate_existing=True))}


def contributions(session: Session, _scope: Scope, tender_id: UUID, part: str, team: str) -> Sequence[Contribution]:
    """Return what a group of officers has removed from a part so far, the outermost layer first."""
    wanted = select(Contribution).where(Contribution.tender_id == tender_id, Contribution.part == part)
    return session.scalars(wanted.where(Contribution.team == team).order_by(Contribution.layer)).all()


def contributions_to(session: Session, _scope: Scope, tender_id: UUID, part: str) -> Sequence[Contribution]:
    """Return what all groups of officers have removed from a part so far."""
    wanted = select(Contribution).where(Contribution.tender_id == tender_id, Contribution.part == part)
    return session.scalars(wanted.order_by(Contribution.team, Contribution.layer)).all()


def teams_begun(session: Session, _scope: Scope, tender_id: UUID, part: str) -> Sequence[tuple[str, int]]:
    """Return (group, layers removed) of the groups that have begun to open a part."""
    wanted = select(Contribution.team, func.count()).where(
        Contribution.tender_id == tender_id, Contribution.part == part
    )
    return session.execute(wanted.group_by(Contribution.team).order_by(Contribution.team)).all()


def ready_to_open(session: Session, limit: int) -> Sequence[tuple[UUID, UUID, str, str]]:
    """Return (tender, buyer, part, group) whose turn it is and whose every layer is removed; for the machine branch."""
    needed = Tender.values["sealing"]["threshold"].as_integer()
    first = and_(Tender.status == TenderStatus.CLOSED, Contribution.part != PRICE)
    locked = exists().where(TechnicalStage.tender_id == Tender.id, TechnicalStage.status == StageStatus.LOCKED)
    second = and_(Tender.status == TenderStatus.EVALUATING, Contribution.part == PRICE, locked)
    wanted = (
        select(Tender.id, Tender.buyer_id, Contribution.part, Contribution.team)
        .join(Contribution, Contribution.tender_id == Tender.id)
        .where(or_(first, second))
        .group_by(Tender.id, Tender.buyer_id, Contribution.part, Contribution.team, needed)
        .having(func.count() >= needed)
        .order_by(Tender.id, Contribution.part, Contribution.team)
        .limit(limit)
    )
    return session.execute(wanted).all()


def openings_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[OpeningRecord]:
    """Return the opening records of a tender, one for each part that is open, the last one last."""
    wanted = select(OpeningRecord).where(OpeningRecord.tender_id == tender_id)
    # of one moment the technical part comes first, as it is opened first
    return session.scalars(wanted.order_by(OpeningRecord.opened_at, OpeningRecord.part.desc())).all()


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


def contents_of(session: Session, _scope: Scope, bid_ids: Sequence[UUID]) -> dict[UUID, dict[str, dict[str, Any]]]:
    """Return what opened bids say, by bid and part; a bid of which nothing was read is not in it."""
    found: dict[UUID, dict[str, dict[str, Any]]] = {}
    for row in session.scalars(select(BidContent).where(BidContent.bid_id.in_(bid_ids))):
        found.setdefault(row.bid_id, {})[row.part] = row.content
    return found


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
