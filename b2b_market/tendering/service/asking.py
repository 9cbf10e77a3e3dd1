"""Questions about a tender: asked without a name while the time for them lasts, answered once, to everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import AnswerEnquiry, AskAboutTender, ReadTender
from b2b_market.tendering.events.tenders import EnquiryAnswered, EnquiryAsked
from b2b_market.tendering.models.tenders import Enquiry, OwnEnquiry, Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules import asking as rules
from b2b_market.tendering.rules.bidding import require_fit
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import ENQUIRY_LIFECYCLE, EnquiryStatus, TenderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class EnquiryView:
    """A question as one side sees it, never with its asker; ``version`` is for who may answer, None for suppliers."""

    id: UUID
    tender_id: UUID
    version: int | None
    text: str
    asked_at: datetime
    status: EnquiryStatus
    answer: str | None
    answered_at: datetime | None
    own: bool


@operation(TenderPermission.ASK)
def ask_about_tender(work: Work, scope: Scope, command: AskAboutTender) -> EnquiryView:
    """Ask until the time for questions ends. Nobody learns who asked; the answer goes to all with the question."""
    work.gate(command.tender_id)
    tender = queries.party_tender(work.session, scope, command.tender_id)
    require_fit(scope.org_id, tender.buyer_id, frozenset())
    if tender.admitted_ids is not None and scope.org_id not in tender.admitted_ids:
        raise NotFound(tender_id=str(tender.id))
    moment = work.judging_time()
    rules.require_asking(tender.status, tender.enquiry_ends_at, moment)
    text = rules.require_said(command.text)
    rules.require_few(len(queries.own_enquiries(work.session, scope, tender.id)))
    asked = Enquiry(
        id=new_id(),
        created_at=moment,
        changed_at=moment,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        party_ids=list(tender.party_ids),
        public=tender.entry is Entry.PUBLIC,
        text=text,
        status=ENQUIRY_LIFECYCLE.initial,
    )
    said = EnquiryAsked(enquiry_id=asked.id, tender_id=tender.id, buyer_id=tender.buyer_id)
    work.emit(said, asked, unnamed=True)
    work.session.add(asked)
    work.session.flush()
    own = {
        "enquiry_id": asked.id,
        "tender_id": tender.id,
        "supplier_id": scope.org_id,
        "asked_by": scope.user_id,
        "asked_at": moment,
        "text": text,
    }
    insert_rows(work.session, OwnEnquiry, [own])
    return _own_view(OwnEnquiry(**own))


@operation(TenderPermission.ANSWER)
def answer_enquiry(work: Work, scope: Scope, command: AnswerEnquiry) -> EnquiryView:
    """Answer a question to everybody who may read the tender; an answer is never changed.

    Bidding waits for the last answer, so it may come after the time for questions.
    """
    known = queries.own_enquiry(work.session, scope, command.enquiry_id)
    work.gate(known.tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, known.tender_id)
    enquiry = queries.own_enquiry(work.session, scope, command.enquiry_id, lock=True)
    work.expect_version(enquiry, command.expected_version)
    ENQUIRY_LIFECYCLE.require(enquiry.status, "answer")
    rules.require_answering(tender.status)
    enquiry.answer = rules.require_said(command.text)
    ENQUIRY_LIFECYCLE.advance(enquiry, "answer")
    enquiry.answered_at = enquiry.changed_at = work.now()
    said = EnquiryAnswered(enquiry_id=enquiry.id, tender_id=tender.id, buyer_id=tender.buyer_id)
    work.emit(said, enquiry)
    if tender.next_due_at is None and not _waiting(work, scope, tender):
        tender.next_due_at = work.now()
    work.session.flush()
    return _view(enquiry, own=False, buys=True)


@operation(TenderPermission.READ)
def list_enquiries(work: Work, scope: Scope, command: ReadTender) -> Sequence[EnquiryView]:
    """Return the questions about a tender: all to its buyer, to others the answered ones and their own."""
    return enquiries_about(work, scope, queries.party_tender(work.session, scope, command.tender_id))


def enquiries_about(work: Work, scope: Scope, tender: Tender) -> Sequence[EnquiryView]:
    """Return the same of a tender that was read."""
    shown = queries.enquiries_of(work.session, scope, tender.id)
    own = {one.enquiry_id: one for one in queries.own_enquiries(work.session, scope, tender.id)}
    buys = tender.buyer_id in scope.org_ids
    views = [_view(one, own=one.id in own, buys=buys) for one in shown]
    views += [_own_view(one) for one in own.values() if one.enquiry_id not in {shown.id for shown in views}]
    return sorted(views, key=lambda view: view.id)


@operation(TenderPermission.ANSWER)
def tender_of_enquiry(work: Work, scope: Scope, command: AnswerEnquiry) -> UUID:
    """Return which own tender a question was put to; NotFound for any other."""
    return queries.own_enquiry(work.session, scope, command.enquiry_id).tender_id


def _waiting(work: Work, scope: Scope, tender: Tender) -> bool:
    return tender.status is TenderStatus.ENQUIRIES and any(
        one.status is EnquiryStatus.OPEN for one in queries.enquiries_of(work.session, scope, tender.id)
    )


def _view(enquiry: Enquiry, *, own: bool, buys: bool) -> EnquiryView:
    return EnquiryView(
        id=enquiry.id,
        tender_id=enquiry.tender_id,
        version=enquiry.version if buys else None,
        text=enquiry.text,
        asked_at=enquiry.created_at,
        status=enquiry.status,
        answer=enquiry.answer,
        answered_at=enquiry.answered_at,
        own=own,
    )


def _own_view(own: OwnEnquiry) -> EnquiryView:
    """Return an own question that waits: the other suppliers do not see it yet."""
    return EnquiryView(
        id=own.enquiry_id,
        tender_id=own.tender_id,
        version=None,
        text=own.text,
        asked_at=own.asked_at,
        status=EnquiryStatus.OPEN,
        answer=None,
        answered_at=None,
        own=True,
    )
