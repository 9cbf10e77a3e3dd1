"""Deciding on complaints: the fee, the review body, the buyer's answers and remedy, and what the clock ends."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import IllegalStep, NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.complaints import ReadComplaint, RecordFee, StepComplaint
from b2b_market.tendering.events.complaints import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintDecided,
    ComplaintFeePaid,
    ComplaintFeeRefundable,
    ComplaintLapsed,
    ComplaintResolved,
)
from b2b_market.tendering.models.complaints import Complaint
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import committee as committee_queries
from b2b_market.tendering.queries import complaints as queries
from b2b_market.tendering.queries import evaluation as evaluation_queries
from b2b_market.tendering.queries import reducing as reducing_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service import departing, publicity, revoking
from b2b_market.tendering.service.acting import on_behalf
from b2b_market.tendering.service.complaining import content_of
from b2b_market.tendering.service.complaint_cases import PART, aim, count_in, publish, window
from b2b_market.tendering.states.complaints import (
    COMPLAINT_LIFECYCLE,
    UNPAID,
    ComplaintKind,
    ComplaintStatus,
    ComplaintTarget,
)
from b2b_market.tendering.states.tenders import TenderStatus

BATCH = 100


@operation(TenderPermission.FEE_RECORD)
def record_complaint_fee(work: Work, scope: Scope, command: RecordFee) -> Complaint:
    """Note that the fee of a complaint has arrived, in time; the complaint counts from here on."""
    complaint = _at_desk(work, scope, command.complaint_id, command.expected_version)
    COMPLAINT_LIFECYCLE.require(complaint.status, "pay")
    reference = require_reason(command.reference)
    rules.require_in_time(complaint.window_ends_at, work.judging_time())
    assert complaint.fee is not None  # noqa: S101 - it waited for one
    count_in(work, complaint, "pay")
    complaint.fee_reference = reference
    paid = ComplaintFeePaid(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        supplier_id=complaint.supplier_id,
        amount=complaint.fee,
        currency=complaint.currency,
        reference=reference,
        body_id=complaint.body_id,
    )
    work.emit(paid, complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_REVIEW)
def accept_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Hear a complaint: from here on what the procedure names waits for its decision."""
    complaint = _to_review(work, scope, command, "accept")
    COMPLAINT_LIFECYCLE.advance(complaint, "accept")
    work.touch(complaint)
    accepted = ComplaintAccepted(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        buyer_id=complaint.buyer_id,
        supplier_id=complaint.supplier_id,
    )
    work.emit(accepted, complaint)
    publish(work, complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_REVIEW)
def refuse_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Refuse to hear a complaint, and say why."""
    return _decide(work, scope, _to_review(work, scope, command, "refuse"), "refuse", command.text)


@operation(TenderPermission.COMPLAINT_REVIEW)
def decline_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Decide against a complaint that was heard."""
    return _decide(work, scope, _to_review(work, scope, command, "decline"), "decline", command.text)


@operation(TenderPermission.COMPLAINT_REVIEW)
def stop_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """End a complaint that was heard without a decision on it, and say why."""
    return _decide(work, scope, _to_review(work, scope, command, "stop"), "stop", command.text)


@operation(TenderPermission.COMPLAINT_REVIEW)
def satisfy_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Uphold a complaint: the decision that it names is undone with this, and its fee is to be returned.

    About the documents the buyer has to amend, extend or call off before bidding can close.
    """
    return _decide(work, scope, _to_review(work, scope, command, "satisfy"), "satisfy", command.text)


@operation(TenderPermission.OBJECTION_DECIDE)
def uphold_objection(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Answer an objection by granting it: what it names is undone like after a satisfied complaint."""
    return _decide(work, scope, _to_answer(work, scope, command, "uphold"), "uphold", command.text)


@operation(TenderPermission.OBJECTION_DECIDE)
def reject_objection(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Answer an objection by rejecting it, with the grounds."""
    return _decide(work, scope, _to_answer(work, scope, command, "reject"), "reject", command.text)


@dataclass(frozen=True, slots=True)
class Case:
    """What a review body decides on: the announced tender, and the signed decision where one is complained about."""

    document: dict[str, Any]
    decision: dict[str, Any] | None


@operation(TenderPermission.COMPLAINT_REVIEW)
def read_case(work: Work, scope: Scope, command: ReadComplaint) -> Case:
    """Return what the people of the review body need of the buyer's papers; the reading is audited."""
    complaint = queries.seen_complaint(work.session, scope, command.complaint_id)
    if complaint.body_id not in scope.org_ids or complaint.pending_at is None:
        raise NotFound(complaint_id=str(command.complaint_id))
    what = (complaint.audit_type, complaint.id, complaint.version)
    work.note(Entry("tender_complaint.case_read", *what, visible_to=complaint.parties()))
    with on_behalf(work, complaint.buyer_id, PART) as buyer:
        tender = tender_queries.own_tender(work.session, buyer, complaint.tender_id)
        decision = None
        if complaint.target is ComplaintTarget.AWARD and complaint.target_id is not None:
            decision = evaluation_queries.own_award(work.session, buyer, complaint.target_id).record
        return Case(tender.document or {}, decision)


@operation(TenderPermission.COMPLAINT_ANSWER)
def answer_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Say what the buyer thinks of a complaint before it is decided; a later statement replaces this one."""
    complaint = _of_buyer(work, scope, command)
    if complaint.status not in (ComplaintStatus.PENDING, ComplaintStatus.ACCEPTED):
        COMPLAINT_LIFECYCLE.require(complaint.status, "decline")
    complaint.statement, complaint.stated_by = require_reason(command.text), scope.user_id
    work.touch(complaint)
    answered = ComplaintAnswered(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        supplier_id=complaint.supplier_id,
        body_id=complaint.body_id,
    )
    work.emit(answered, complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_ANSWER)
def resolve_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Say what the buyer has done about an upheld complaint; about the documents it must have acted (NotYetActed)."""
    complaint = _of_buyer(work, scope, command)
    COMPLAINT_LIFECYCLE.require(complaint.status, "resolve")
    tender = tender_queries.own_tender(work.session, scope, complaint.tender_id)
    rules.require_acted(
        complaint.target,
        edition_then=complaint.edition,
        edition_now=tender.edition,
        cancelled=tender.status is TenderStatus.CANCELLED,
    )
    complaint.remedy = require_reason(command.text)
    COMPLAINT_LIFECYCLE.advance(complaint, "resolve")
    work.touch(complaint)
    resolved = ComplaintResolved(
        complaint_id=complaint.id, tender_id=complaint.tender_id, supplier_id=complaint.supplier_id
    )
    work.emit(resolved, complaint)
    publish(work, complaint)
    return complaint


@operation(system=True, reason="the clock asks which complaints came too late")
def lapsing_complaints(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (complaint, its company) of the drafts and unpaid ones whose time is over."""
    return list(queries.lapsing(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock ends complaints that were not lodged or paid in time")
def lapse_complaint(work: Work, scope: Scope, command: ReadComplaint) -> Complaint | None:
    """End a draft or unpaid complaint whose time is over; where a later deadline gave it more, note that instead.

    None where nothing is due.
    """
    known = queries.seen_complaint(work.session, scope, command.complaint_id)
    work.gate(known.tender_id, exclusive=True)
    complaint = queries.seen_complaint(work.session, scope, command.complaint_id, lock=True)
    moment = work.judging_time()
    if complaint.status not in UNPAID or moment < complaint.window_ends_at:
        return None
    tender = tender_queries.party_tender(work.session, scope, complaint.tender_id)
    try:
        aimed = aim(work, scope, tender, content_of(complaint))
        ends_at = window(work, scope, tender, content_of(complaint), aimed)
    except (NotFound, rules.ObjectionFirst):  # the decision, or the objection before, was taken back
        ends_at = None
    work.touch(complaint)
    if ends_at is not None and moment < ends_at:
        complaint.window_ends_at = ends_at
        work.record("tender_complaint.given_time", complaint)
        return complaint
    COMPLAINT_LIFECYCLE.advance(complaint, "lapse")
    lapsed = ComplaintLapsed(
        complaint_id=complaint.id, tender_id=complaint.tender_id, supplier_id=complaint.supplier_id
    )
    work.emit(lapsed, complaint)
    return complaint


def _at_desk(work: Work, scope: Scope, complaint_id: UUID, expected: int | None) -> Complaint:
    """Take the gate alone and lock a complaint that the company decides on or takes the fee of; NotFound otherwise."""
    complaint = _locked(work, scope, complaint_id)
    if complaint.body_id not in scope.org_ids:
        raise NotFound(complaint_id=str(complaint_id))
    work.expect_version(complaint, expected)
    return complaint


def _locked(work: Work, scope: Scope, complaint_id: UUID) -> Complaint:
    known = queries.seen_complaint(work.session, scope, complaint_id)
    work.gate(known.tender_id, exclusive=True)
    return queries.seen_complaint(work.session, scope, complaint_id, lock=True)


def _to_review(work: Work, scope: Scope, command: StepComplaint, step: str) -> Complaint:
    """Lock a complaint for a step of the review body, whose people took no part in the tender (S14)."""
    complaint = _at_desk(work, scope, command.complaint_id, command.expected_version)
    _require_kind(complaint, ComplaintKind.COMPLAINT, step)
    COMPLAINT_LIFECYCLE.require(complaint.status, step)
    require_other_person(scope.actor, *_involved(work, complaint), rule="S14")
    return complaint


def _to_answer(work: Work, scope: Scope, command: StepComplaint, step: str) -> Complaint:
    """Lock an objection to the own tender for its answer."""
    complaint = _locked(work, scope, command.complaint_id)
    if complaint.buyer_id not in scope.org_ids:
        raise NotFound(complaint_id=str(command.complaint_id))
    work.expect_version(complaint, command.expected_version)
    _require_kind(complaint, ComplaintKind.OBJECTION, step)
    COMPLAINT_LIFECYCLE.require(complaint.status, step)
    require_other_person(scope.actor, complaint.author_id, rule="S14")
    return complaint


def _require_kind(complaint: Complaint, kind: ComplaintKind, step: str) -> None:
    if complaint.kind is not kind:
        raise IllegalStep(status=complaint.status.value, step=step, allowed_from=kind.value)


def _of_buyer(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    complaint = queries.seen_complaint(work.session, scope, command.complaint_id, lock=True)
    if complaint.buyer_id not in scope.org_ids:
        raise NotFound(complaint_id=str(command.complaint_id))
    work.expect_version(complaint, command.expected_version)
    return complaint


def _involved(work: Work, complaint: Complaint) -> set[UUID | None]:
    """Return everybody who wrote, published, opened, judged or decided something of the tender, and who complains."""
    with on_behalf(work, complaint.buyer_id, PART) as buyer:
        session, tender_id = work.session, complaint.tender_id
        tender = tender_queries.own_tender(session, buyer, tender_id)
        found = {tender.author_id, tender.editor_id, tender.approver_id, *tender.officer_ids}
        for award in evaluation_queries.awards_of(session, buyer, tender_id):
            found |= {award.proposer_id, award.approver_id}
        for ruling in evaluation_queries.rulings_of(session, buyer, tender_id):
            found |= {ruling.proposer_id, ruling.decider_id}
        for reduction in reducing_queries.reductions_of(session, buyer, tender_id):
            found |= {reduction.proposer_id, reduction.decider_id}
        found |= {juror.user_id for juror in committee_queries.jurors_of(session, buyer, tender_id)}
        if tender.opened_at is not None and tender.status is not TenderStatus.OPENED:
            found |= {*_evaluators(work, buyer, tender_id)}
    return {*found, complaint.author_id, complaint.stated_by}


def _evaluators(work: Work, buyer: Scope, tender_id: UUID) -> list[UUID]:
    try:
        return list(evaluation_queries.evaluation_of(work.session, buyer, tender_id).evaluator_ids)
    except NotFound:  # called off before anybody judged
        return []


def _decide(work: Work, scope: Scope, complaint: Complaint, step: str, text: str) -> Complaint:
    """Decide, undo what an upheld complaint names, and tell everybody concerned."""
    decision = require_reason(text)
    edition = 0
    if step in ("satisfy", "uphold"):
        edition = _undo(work, complaint, decision)
    COMPLAINT_LIFECYCLE.advance(complaint, step)
    complaint.decision, complaint.decider_id, complaint.decided_at = decision, scope.user_id, work.now()
    complaint.edition = edition
    work.touch(complaint)
    decided = ComplaintDecided(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        buyer_id=complaint.buyer_id,
        supplier_id=complaint.supplier_id,
        outcome=complaint.status,
    )
    work.emit(decided, complaint)
    if complaint.status is ComplaintStatus.SATISFIED and complaint.fee is not None:
        refundable = ComplaintFeeRefundable(
            complaint_id=complaint.id,
            tender_id=complaint.tender_id,
            supplier_id=complaint.supplier_id,
            body_id=complaint.body_id,
            amount=complaint.fee,
            currency=complaint.currency,
            reference=complaint.fee_reference or "",
        )
        work.emit(refundable, complaint)
    publish(work, complaint)
    return complaint


def _undo(work: Work, complaint: Complaint, decision: str) -> int:
    """Undo what an upheld complaint names, and return the edition of the notice that it was upheld against."""
    with on_behalf(work, complaint.buyer_id, PART) as buyer:
        if complaint.target is ComplaintTarget.AWARD and complaint.target_id is not None:
            revoking.undo_award(work, buyer, complaint.target_id, decision)
        if complaint.target is ComplaintTarget.DISQUALIFICATION and complaint.target_id is not None:
            revoking.undo_disqualification(work, buyer, complaint.target_id, decision)
        if complaint.target is ComplaintTarget.CANDIDATES and complaint.target_id is not None:
            publicity.withdraw_publicity(work, buyer, complaint.target_id, decision)
        if complaint.target is ComplaintTarget.DEPARTURE and complaint.target_id is not None:
            departing.readmit(work, buyer, complaint.target_id, decision)
        return tender_queries.own_tender(work.session, buyer, complaint.tender_id).edition
