"""What the operations about complaints share: what a complaint aims at, and its publication."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import update

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.commands.complaints import ComplaintInput
from b2b_market.tendering.events.complaints import ComplaintLodged
from b2b_market.tendering.models.complaints import Complaint, ComplaintNotice
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.queries import complaints as queries
from b2b_market.tendering.queries import evaluation as evaluation_queries
from b2b_market.tendering.queries import publicity as publicity_queries
from b2b_market.tendering.queries import reducing as reducing_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.complaining import (
    Objected,
    Standing,
    escalation_end,
    require_foreseen,
    window_end,
)
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.acting import on_behalf
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.states.complaints import (
    COMPLAINT_LIFECYCLE,
    ComplaintKind,
    ComplaintStatus,
    ComplaintTarget,
    NameShown,
)
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.reducing import DepartureKind
from b2b_market.tendering.states.tenders import LotStatus

PART = "tendering.complaints"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a complaint is about: its lot, if one; when complaints about the decision end; the shown estimate."""

    lot: TenderLot | None
    ends_at: datetime | None
    estimate: Decimal | None


def aim(work: Work, scope: Scope, tender: Tender, content: ComplaintInput) -> Aim:
    """Return what the company complains about; NotFound for a lot or a decision that is not its own."""
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    if content.target in (ComplaintTarget.TENDER, ComplaintTarget.DEPARTURE):
        whole = content.target is ComplaintTarget.TENDER
        ends_at = None if whole else _departure_end(work, scope, tender, content.target_id)
        return Aim(None, ends_at, _estimate(tender, [lot for lot in lots if lot.status is LotStatus.ACTIVE]))
    lot_id, ends_at = _decision(work, scope, tender, content)
    found = next((one for one in lots if one.id == lot_id), None)
    if found is None:
        raise NotFound(target_id=str(content.target_id))
    return Aim(found, ends_at, _estimate(tender, [found]))


def _departure_end(work: Work, scope: Scope, tender: Tender, departure_id: UUID | None) -> datetime | None:
    """Return until when the company may complain about being dropped; NotFound unless that is its own."""
    for one in reducing_queries.out_of(work.session, scope, tender.id):
        if one.id == departure_id and one.supplier_id in scope.org_ids and one.kind is DepartureKind.DROPPED:
            return one.standstill_ends_at
    raise NotFound(target_id=str(departure_id))


def standing(tender: Tender, aimed: Aim) -> Standing:
    """Return what decides until when it may be complained about."""
    return Standing(tender.status, tender.closes_at, aimed.ends_at, tender.applications_end_at)


def window(work: Work, scope: Scope, tender: Tender, content: ComplaintInput, aimed: Aim) -> datetime | None:
    """Return until when the company may lodge what it says; None where there is no time for it.

    Where the procedure wants an objection first a complaint has its time after that one; ObjectionFirst without.
    """
    terms = require_foreseen(read_procedure(tender.values).complaints, content.kind)
    with on_behalf(work, tender.buyer_id, PART) as buyer:
        clock = clock_of(work, buyer, tender)
    if content.kind is ComplaintKind.OBJECTION or terms.escalation is None:
        return window_end(content.target, standing(tender, aimed), terms, clock)
    objections = [
        Objected(one.target, one.target_id, one.lot_id, one.status, one.due_at)
        for one in queries.of_tender(work.session, scope, tender.id)
        if one.supplier_id in scope.org_ids and one.kind is ComplaintKind.OBJECTION and one.due_at is not None
    ]
    lot_id = None if aimed.lot is None else aimed.lot.id
    return escalation_end(content, lot_id, objections, terms.escalation, clock, at=work.judging_time())


def _decision(work: Work, scope: Scope, tender: Tender, content: ComplaintInput) -> tuple[UUID | None, datetime | None]:
    if content.target is ComplaintTarget.LOT:
        return content.target_id, None
    if content.target is ComplaintTarget.CANDIDATES and content.target_id is not None:
        ranking = publicity_queries.running_of(work.session, scope, content.target_id)
        known = ranking is not None and ranking.tender_id == tender.id
        return (ranking.lot_id, ranking.ends_at) if ranking is not None and known else (None, None)
    results = [
        one for one in evaluation_queries.results_of(work.session, scope, tender.id) if one.supplier_id in scope.org_ids
    ]
    if content.target is ComplaintTarget.AWARD:
        own = next((one for one in results if one.award_id == content.target_id), None)
        return (None, None) if own is None else (own.lot_id, own.standstill_ends_at)
    for ruling in evaluation_queries.rulings_of(work.session, scope, tender.id):
        if ruling.id == content.target_id and ruling.supplier_id in scope.org_ids and ruling.decided_at is not None:
            decided = next((one.standstill_ends_at for one in results if one.lot_id == ruling.lot_id), None)
            return ruling.lot_id, decided or _ruling_end(work, tender, ruling.decided_at)
    return None, None


def _ruling_end(work: Work, tender: Tender, decided_at: datetime) -> datetime:
    period = read_procedure(tender.values).standstill
    with on_behalf(work, tender.buyer_id, PART) as buyer:
        return clock_of(work, buyer, tender).end_of(decided_at, period)


def _estimate(tender: Tender, lots: list[TenderLot]) -> Decimal | None:
    """Return what the lots are estimated at together, as far as everybody sees it."""
    if not tender.estimate_shown or any(lot.estimate is None for lot in lots):
        return None
    return sum((lot.estimate for lot in lots if lot.estimate is not None), Decimal(0))


def count_in(work: Work, complaint: Complaint, step: str) -> None:
    """Let a complaint count by a step: it has a number, a time to be answered, is published and announced.

    The gate of the tender is held alone.
    """
    COMPLAINT_LIFECYCLE.require(complaint.status, step)
    with on_behalf(work, complaint.buyer_id, PART) as buyer:
        tender = tender_queries.own_tender(work.session, buyer, complaint.tender_id)
        terms = require_foreseen(read_procedure(tender.values).complaints, complaint.kind)
        known = len(queries.notices_of(work.session, buyer, tender.id))
        named = terms.names is NameShown.SHOWN
        row = {
            "complaint_id": complaint.id,
            "tender_id": tender.id,
            "buyer_id": tender.buyer_id,
            "party_ids": list(tender.party_ids),
            "public": tender.entry is Entry.PUBLIC,
            "number": f"{tender.number}-C{known + 1}",
            "kind": complaint.kind.value,
            "target": complaint.target.value,
            "lot_title": complaint.lot_title,
            "status": ComplaintStatus.PENDING.value,
            "complainant": complaint.supplier_name if named else "",
            "grounds": complaint.grounds,
            "demand": complaint.demand,
            "lodged_at": work.now(),
        }
        insert_rows(work.session, ComplaintNotice, [row])
        within = terms.answer if complaint.kind is ComplaintKind.OBJECTION else terms.decided
        due_at = clock_of(work, buyer, tender).end_of(work.now(), within)
    COMPLAINT_LIFECYCLE.advance(complaint, step)
    complaint.number, complaint.pending_at, complaint.due_at = str(row["number"]), work.now(), due_at
    work.touch(complaint)
    lodged = ComplaintLodged(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        buyer_id=complaint.buyer_id,
        supplier_id=complaint.supplier_id,
        body_id=complaint.body_id,
        kind=complaint.kind,
    )
    work.emit(lodged, complaint)


def publish(work: Work, complaint: Complaint) -> None:
    """Let everybody who reads the tender read where a published complaint stands now."""
    if complaint.pending_at is None:
        return
    said = {name: getattr(complaint, name) for name in ("status", "decision", "decided_at", "remedy")}
    with on_behalf(work, complaint.buyer_id, PART):
        wanted = update(ComplaintNotice).where(ComplaintNotice.complaint_id == complaint.id)
        work.session.execute(wanted.values(**said))
