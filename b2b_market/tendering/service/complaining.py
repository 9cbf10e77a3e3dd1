"""Complaints of suppliers: drafted with evidence, lodged in time, taken back; and who reads what of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.files import public as files
from b2b_market.infra.audit_trail import Entry as AuditEntry
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.domains import platform_domain
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.complaints import (
    ComplaintInput,
    DraftComplaint,
    EditComplaint,
    ReadComplaint,
    ReadComplaintFile,
    StepComplaint,
)
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.complaints import ComplaintFeeDue, ComplaintWithdrawn
from b2b_market.tendering.models.complaints import Complaint, ComplaintNotice
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import complaints as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.complaint_terms import ComplaintTerms, Fee
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import bidding
from b2b_market.tendering.service.complaint_cases import Aim, aim, count_in, publish, window
from b2b_market.tendering.states.complaints import (
    BEFORE_OPENING,
    COMPLAINT_LIFECYCLE,
    ComplaintKind,
    ReviewedBy,
)

AT_DESK = 200


@dataclass(frozen=True, slots=True)
class TenderComplaints:
    """The complaints about a tender: those that the reader sees whole, and what is published of all of them."""

    tender: Tender
    terms: ComplaintTerms | None
    own: Sequence[Complaint]
    published: Sequence[ComplaintNotice]


@operation(TenderPermission.COMPLAINT_LODGE)
def draft_complaint(work: Work, scope: Scope, command: DraftComplaint) -> Complaint:
    """Keep a complaint of the own company that nobody else sees; it is lodged while the time for it lasts."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    rules.require_few(queries.own_open(work.session, scope, tender.id))
    complaint = Complaint(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        supplier_id=scope.org_id,
        author_id=scope.user_id,
        status=COMPLAINT_LIFECYCLE.initial,
        number="",
        tender_number=tender.number,
        tender_title=tender.title,
        currency=tender.currency,
        edition=0,
    )
    _fill(work, scope, tender, complaint, command.content)
    work.session.add(complaint)
    work.record("tender_complaint.drafted", complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_LODGE)
def edit_complaint(work: Work, scope: Scope, command: EditComplaint) -> Complaint:
    """Replace the content of a draft; refuse (409) once it is lodged."""
    complaint = _own(work, scope, command.complaint_id, command.expected_version)
    COMPLAINT_LIFECYCLE.require(complaint.status, "lodge")
    tender = tender_queries.party_tender(work.session, scope, complaint.tender_id)
    _fill(work, scope, tender, complaint, command.content)
    complaint.author_id = scope.user_id
    work.touch(complaint)
    work.record("tender_complaint.edited", complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_LODGE)
def lodge_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Lodge a draft: it counts at once, or once its fee is there where the procedure asks for one."""
    known = queries.seen_complaint(work.session, scope, command.complaint_id)
    work.gate(known.tender_id, exclusive=True)
    complaint = _own(work, scope, command.complaint_id, command.expected_version)
    COMPLAINT_LIFECYCLE.require(complaint.status, "lodge")
    tender = tender_queries.party_tender(work.session, scope, complaint.tender_id)
    terms = rules.require_foreseen(read_procedure(tender.values).complaints, complaint.kind)
    aimed = aim(work, scope, tender, content_of(complaint))
    ends_at = _in_time(work, scope, tender, content_of(complaint), aimed)
    body_id = _body(work, tender, terms, complaint.kind)
    fee = terms.fee(aimed.estimate, opened=tender.opened_at is not None)
    if fee is None or complaint.kind is ComplaintKind.OBJECTION:
        count_in(work, complaint, "lodge")
        complaint.window_ends_at, complaint.body_id, complaint.lodged_at = ends_at, body_id, work.now()
        return complaint
    complaint.window_ends_at, complaint.body_id, complaint.lodged_at = ends_at, body_id, work.now()
    COMPLAINT_LIFECYCLE.advance(complaint, "ask_fee")
    complaint.fee, complaint.fee_formula = fee.amount, formula_of(fee)
    work.touch(complaint)
    due = ComplaintFeeDue(
        complaint_id=complaint.id,
        tender_id=tender.id,
        supplier_id=complaint.supplier_id,
        body_id=complaint.body_id,
        amount=fee.amount,
        currency=complaint.currency,
    )
    work.emit(due, complaint)
    return complaint


@operation(TenderPermission.COMPLAINT_LODGE)
def withdraw_complaint(work: Work, scope: Scope, command: StepComplaint) -> Complaint:
    """Take a complaint back before it is heard; what was paid for it is not returned."""
    known = queries.seen_complaint(work.session, scope, command.complaint_id)
    work.gate(known.tender_id, exclusive=True)
    complaint = _own(work, scope, command.complaint_id, command.expected_version)
    COMPLAINT_LIFECYCLE.advance(complaint, "withdraw")
    work.touch(complaint)
    withdrawn = ComplaintWithdrawn(
        complaint_id=complaint.id,
        tender_id=complaint.tender_id,
        buyer_id=complaint.buyer_id,
        supplier_id=complaint.supplier_id,
    )
    work.emit(withdrawn, complaint)
    publish(work, complaint)
    return complaint


@operation(TenderPermission.READ)
def list_complaints(work: Work, scope: Scope, command: ReadTender) -> TenderComplaints:
    """Return what is published of the complaints about a tender, and those whole that the company is a party of."""
    tender = tender_queries.party_tender_or_own(work.session, scope, command.tender_id)
    return TenderComplaints(
        tender,
        read_procedure(tender.values).complaints,
        queries.of_tender(work.session, scope, tender.id),
        queries.notices_of(work.session, scope, tender.id),
    )


@operation(TenderPermission.COMPLAINT_READ)
def list_desk(work: Work, scope: Scope, _command: None) -> Sequence[Complaint]:
    """Return the newest complaints that the company decides on, takes the fee of, or has drafted itself."""
    return queries.at_desk(work.session, scope, AT_DESK)


@operation(TenderPermission.COMPLAINT_READ, system=True, reason="handlers tell the parties what became of it")
def read_complaint(work: Work, scope: Scope, command: ReadComplaint) -> Complaint:
    """Return a complaint to its company, to its review body once it is lodged, to the buyer once it counts."""
    return queries.seen_complaint(work.session, scope, command.complaint_id)


@operation(TenderPermission.COMPLAINT_READ)
def open_complaint_file(work: Work, scope: Scope, command: ReadComplaintFile) -> files.FileView:
    """Return a file of a complaint whose bytes may be read once the transaction has ended; the reading is audited."""
    complaint = queries.seen_complaint(work.session, scope, command.complaint_id)
    if str(command.file_id) not in {one["id"] for one in complaint.files}:
        raise NotFound(file_id=str(command.file_id))
    what = (complaint.audit_type, complaint.id, complaint.version)
    work.note(AuditEntry("tender_complaint.file_opened", *what, visible_to=scope.org_ids))
    return files.open_on_behalf(work, complaint.supplier_id, command.file_id)


@operation(public=True, reason="complaints about public tenders are there for everybody")
def list_public_complaints(work: Work, scope: Scope, command: ReadTender) -> Sequence[ComplaintNotice]:
    """Return what is published of the complaints about a tender of the public board; else NotFound."""
    if tender_queries.on_board(work.session, command.tender_id) is None:
        raise NotFound(tender_id=str(command.tender_id))
    with work.reaching(Tenant(machine=True)):  # a stranger has no company; only what is published is returned
        return queries.notices_of(work.session, scope, command.tender_id)


def content_of(complaint: Complaint) -> ComplaintInput:
    """Return what a complaint says, as it was typed."""
    return ComplaintInput(
        kind=complaint.kind,
        target=complaint.target,
        target_id=complaint.target_id,
        grounds=complaint.grounds,
        demand=complaint.demand,
        file_ids=tuple(UUID(one["id"]) for one in complaint.files),
    )


def formula_of(fee: Fee) -> dict[str, object]:
    """Return what a fee was worked out from as it is kept: numbers as text, no estimate where the least counts."""
    return {
        "per_mille": fee.rate.per_mille,
        "least": format(fee.rate.least, "f"),
        "most": format(fee.rate.most, "f"),
        "estimate": None if fee.estimate is None else format(fee.estimate, "f"),
    }


def _fill(work: Work, scope: Scope, tender: Tender, complaint: Complaint, content: ComplaintInput) -> None:
    terms = rules.require_foreseen(read_procedure(tender.values).complaints, content.kind)
    rules.require_sound(content)
    if content.target in BEFORE_OPENING:
        bidding.require_bidder(work, scope, tender)
    aimed = aim(work, scope, tender, content)
    complaint.window_ends_at = _in_time(work, scope, tender, content, aimed)
    complaint.body_id = _body(work, tender, terms, content.kind)
    complaint.kind, complaint.target, complaint.target_id = content.kind, content.target, content.target_id
    complaint.lot_id = None if aimed.lot is None else aimed.lot.id
    complaint.lot_title = "" if aimed.lot is None else aimed.lot.title
    names = organizations.companies(work, scope.actor, [tender.buyer_id, scope.org_id])
    complaint.buyer_name, complaint.supplier_name = names[tender.buyer_id].name, names[scope.org_id].name
    complaint.grounds, complaint.demand = content.grounds.strip(), content.demand.strip()
    complaint.files = [file.facts for file in files.own_files(work, scope.actor, content.file_ids, "/file_ids")]


def _in_time(work: Work, scope: Scope, tender: Tender, content: ComplaintInput, aimed: Aim) -> datetime:
    return rules.require_in_time(window(work, scope, tender, content, aimed), work.judging_time())


def _body(work: Work, tender: Tender, terms: ComplaintTerms, kind: ComplaintKind) -> UUID:
    if kind is ComplaintKind.OBJECTION or terms.body is ReviewedBy.BUYER:
        return tender.buyer_id
    found = platform_domain(work.session)
    if found is None:
        raise rules.ReviewBodyMissing
    return found


def _own(work: Work, scope: Scope, complaint_id: UUID, expected: int | None) -> Complaint:
    complaint = queries.seen_complaint(work.session, scope, complaint_id, lock=True)
    if complaint.supplier_id not in scope.org_ids:
        raise NotFound(complaint_id=str(complaint_id))
    work.expect_version(complaint, expected)
    return complaint
