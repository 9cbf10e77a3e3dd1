"""What the clock does to tenders, and calling them off."""

from collections import Counter as Tally
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import CancelLot, ReadTender, ReasonedTender
from b2b_market.tendering.events.tenders import (
    BiddingOpened,
    LotCancelled,
    TenderCancelled,
    TenderClosed,
    TenderUnsuccessful,
)
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules import drafting as rules
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_journal import Receipt, close_bidding, standing
from b2b_market.tendering.rules.sealed_terms import read_notice
from b2b_market.tendering.service import suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.lapsing import lapse
from b2b_market.tendering.service.publishing import mirror_status, move_deadline, settle_lots
from b2b_market.tendering.service.qualifying import end_applications, invite_qualified
from b2b_market.tendering.states.bids import BID_LIFECYCLE
from b2b_market.tendering.states.tenders import (
    CLOCKED,
    LIVE,
    LOT_LIFECYCLE,
    TENDER_LIFECYCLE,
    EnquiryStatus,
    LotStatus,
    TenderStatus,
)

BATCH = 100
MOVED = N_("Questions were answered late; the deadline moves so that bidders have the whole time.")


@operation(system=True, reason="the clock asks which tenders are due")
def due_tenders(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (tender, buyer) whose next moment has come, the longest overdue first."""
    return list(queries.due(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock ends applications, and begins and ends bidding")
def advance_tender(work: Work, scope: Scope, command: ReadTender) -> Tender | None:
    """Do what is due on one tender: end applications, invite, begin bidding, or close it. None where nothing is due.

    The gate is held alone: what was received is wholly before, what comes after is too late. Where the procedure says
    so it waits for complaints.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    moment = work.judging_time()
    if tender.status not in CLOCKED or tender.next_due_at is None or moment < tender.next_due_at:
        return None
    if suspending.close_held(work, scope, tender):
        return None
    if tender.status is TenderStatus.ENQUIRIES:
        _begin_bidding(work, scope, tender)
    elif tender.status is TenderStatus.APPLICATIONS:
        end_applications(work, scope, tender)
    elif tender.status is TenderStatus.SHORTLISTED:
        invite_qualified(work, scope, tender, moment)
    else:
        _close(work, scope, tender, moment)
    work.session.flush()
    return tender


@operation(TenderPermission.CANCEL)
def cancel_tender(work: Work, scope: Scope, command: ReasonedTender) -> Tender:
    """Call a tender off, with a reason that everybody concerned reads; sealed bids stay sealed for good.

    By another person than its author and last editor (S1), and not while a complaint about it is undecided.
    """
    tender = _to_cancel(work, scope, command.tender_id, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "cancel")
    suspending.require_clear(work, scope, tender.id)
    tender.reason = rules.require_reason(command.reason)
    TENDER_LIFECYCLE.advance(tender, "cancel")
    work.lift_veil(tender.id)
    tender.next_due_at = None
    work.touch(tender)
    lapse(work, scope, tender)
    mirror_status(work, tender)
    cancelled = TenderCancelled(tender_id=tender.id, buyer_id=tender.buyer_id, reason=tender.reason)
    work.emit(cancelled, tender)
    return tender


@operation(TenderPermission.CANCEL)
def cancel_lot(work: Work, scope: Scope, command: CancelLot) -> Tender:
    """Call one lot of a published tender off before its bids are opened; bids on it stay sealed for good.

    The last lot goes with the whole tender: IllegalStep.
    """
    known = queries.lot_of(work.session, scope, command.lot_id)
    tender = _to_cancel(work, scope, known.tender_id, command.expected_version)
    if tender.status not in LIVE:
        TENDER_LIFECYCLE.require(tender.status, "close")
    lots = queries.lots_of(work.session, scope, tender.id)
    lot = next(one for one in lots if one.id == known.id)
    if [one.id for one in lots if one.status is LotStatus.ACTIVE] == [lot.id]:
        LOT_LIFECYCLE.require(LotStatus.CANCELLED, "cancel")
    suspending.require_clear(work, scope, tender.id, lot.id)
    reason = rules.require_reason(command.reason)
    LOT_LIFECYCLE.advance(lot, "cancel")
    tender.reason = reason
    settle_lots(work, tender, lots)
    said = LotCancelled(tender_id=tender.id, lot_id=lot.id, buyer_id=tender.buyer_id, reason=reason)
    work.emit(said, tender)
    return tender


@operation(TenderPermission.CANCEL)
def tender_of_lot(work: Work, scope: Scope, command: CancelLot) -> UUID:
    """Return which own tender a lot belongs to; NotFound for any other."""
    return queries.lot_of(work.session, scope, command.lot_id).tender_id


def _to_cancel(work: Work, scope: Scope, tender_id: UUID, expected_version: int | None) -> Tender:
    work.gate(tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, tender_id)
    work.expect_version(tender, expected_version)
    require_other_person(scope.actor, tender.author_id, tender.editor_id)
    return tender


def _begin_bidding(work: Work, scope: Scope, tender: Tender) -> None:
    """Begin bidding once every question is answered; late answers move the deadline by what bidders lost."""
    asked = queries.enquiries_of(work.session, scope, tender.id)
    tender.next_due_at = None
    if any(one.status is EnquiryStatus.OPEN for one in asked):
        return
    assert tender.enquiry_ends_at is not None  # noqa: S101 - enquiries have an end
    assert tender.closes_at is not None  # noqa: S101 - a live tender has a deadline
    begun = max([tender.enquiry_ends_at, *(one.answered_at for one in asked if one.answered_at is not None)])
    TENDER_LIFECYCLE.advance(tender, "start_tendering")
    tender.next_due_at = tender.closes_at
    least = clock_of(work, scope, tender).end_of(begun, read_procedure(tender.values).tendering)
    work.touch(tender)
    if tender.closes_at < least:
        move_deadline(work, scope, tender, least, MOVED)
    mirror_status(work, tender)
    opened = BiddingOpened(tender_id=tender.id, buyer_id=tender.buyer_id, closes_at=tender.closes_at)
    work.emit(opened, tender)


def _close(work: Work, scope: Scope, tender: Tender, moment: datetime) -> None:
    """Sign the close record over all that was received; lots with too few bidders come to nothing, unopened."""
    receipts = [one.receipt for one in bid_queries.journal(work.session, scope, tender.id)]
    notice = read_notice(tender.notice)
    close = close_bidding(notice, receipts, moment, work.receipts)
    found = standing(receipts, notice.notice.binding)
    _void(work, scope, tender, found.void)
    lapse(work, scope, tender)
    tender.close_record = close.document()
    tender.closed_at, tender.next_due_at = work.now(), None
    lots = queries.lots_of(work.session, scope, tender.id)
    bidders = Tally(receipt.ids.lot for receipt in found.live)
    for lot in lots:
        if lot.status is LotStatus.ACTIVE and bidders[lot.id] < tender.minimum_bidders:
            LOT_LIFECYCLE.advance(lot, "fail")
    settle_lots(work, tender, lots)
    if any(lot.status is LotStatus.ACTIVE for lot in lots):
        TENDER_LIFECYCLE.advance(tender, "close")
        closed = TenderClosed(tender_id=tender.id, buyer_id=tender.buyer_id, officer_ids=tuple(tender.officer_ids))
        work.emit(closed, tender)
    else:
        TENDER_LIFECYCLE.advance(tender, "fail")
        work.lift_veil(tender.id)
        work.emit(TenderUnsuccessful(tender_id=tender.id, buyer_id=tender.buyer_id), tender)
    mirror_status(work, tender)


def _void(work: Work, scope: Scope, tender: Tender, void: Sequence[Receipt]) -> None:
    """Let bids that were not confirmed under an amended notice be void for good; they stay sealed."""
    rows = bid_queries.bids_by_sequence(work.session, scope, tender.id) if void else {}
    for receipt in void:
        bid = rows[receipt.sequence]
        BID_LIFECYCLE.advance(bid, "void")
        work.touch(bid)
        work.record("tender_bid.void", bid)
