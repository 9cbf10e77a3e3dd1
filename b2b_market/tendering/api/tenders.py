"""Tenders over the API: drafting, approval, notice, questions, calling off."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, PageOut, WireUuid
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.tendering.commands import tenders as commands
from b2b_market.tendering.rules import asking as asking_rules
from b2b_market.tendering.rules import competing as competing_rules
from b2b_market.tendering.rules import drafting as rules
from b2b_market.tendering.rules import joint as joint_rules
from b2b_market.tendering.rules.bidding import BidderUnfit
from b2b_market.tendering.rules.complaining import ComplaintOpen
from b2b_market.tendering.rules.frameworks import FrameworkNotRunning, FrameworkTermsMissing
from b2b_market.tendering.rules.procedures import UnknownProcedure
from b2b_market.tendering.schemas import tenders as schemas
from b2b_market.tendering.service import asking, conducting, drafting, publishing

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
open_router = APIRouter(prefix="/open-tenders", tags=["tendering"], route_class=StrictRoute)
lot_router = APIRouter(prefix="/tender-lots", tags=["tendering"], route_class=StrictRoute)
enquiry_router = APIRouter(prefix="/tender-enquiries", tags=["tendering"], route_class=StrictRoute)

_READY = (
    rules.TenderIncomplete,
    rules.TenderPeriodTooShort,
    rules.OfficersUnfit,
    FrameworkTermsMissing,
    FrameworkNotRunning,
    competing_rules.CompetitionDiffers,
    competing_rules.CompetitionUnlinked,
    joint_rules.JointUnfit,
    joint_rules.ParticipantsUnfit,
    joint_rules.ParticipationMissing,
    joint_rules.SharesTooLarge,
)


@router.post("", status_code=201, response_model=schemas.TenderOut, responses=creates(UnknownProcedure))
def draft_tender(body: schemas.TenderIn, call: OnceCall) -> Answer:
    """Store a new draft under a procedure."""
    content = drafting.draft_tender(call.work, call.actor, body.to_command())
    return call.answer(schemas.TenderOut, content, status=201, location=f"/api/v1/tenders/{content.tender.id}")


@router.get("", response_model=PageOut[schemas.TenderSummaryOut], responses=reads())
def list_tenders(call: Call, query: Annotated[schemas.TenderQuery, Query()]) -> Answer:
    """Return a page of the company's own tenders."""
    return call.answer_page(schemas.TenderSummaryOut, drafting.list_tenders(call.work, call.actor, query.to_command()))


@router.get("/{tender_id}", response_model=schemas.TenderOut, responses=reads())
def read_tender(tender_id: WireUuid, call: Call) -> Answer:
    """Return a tender as the caller's side sees it; nothing in it tells of bids before the close."""
    return call.answer(schemas.TenderOut, drafting.read_tender(call.work, call.actor, commands.ReadTender(tender_id)))


@router.put("/{tender_id}", response_model=schemas.TenderOut, responses=changes(UnknownProcedure))
def edit_tender(tender_id: WireUuid, body: schemas.TenderIn, call: Call) -> Answer:
    """Replace the content of a draft."""
    command = commands.EditTender(tender_id=tender_id, expected_version=call.if_match, content=body.to_command())
    return call.answer(schemas.TenderOut, drafting.edit_tender(call.work, call.actor, command))


@router.post("/{tender_id}/submit", response_model=schemas.TenderSummaryOut, responses=changes(*_READY))
def submit_tender(tender_id: WireUuid, call: Call) -> Answer:
    """Send a draft to the approvers."""
    command = commands.StepTender(tender_id, call.if_match)
    return call.answer(schemas.TenderSummaryOut, publishing.submit_tender(call.work, call.actor, command))


@router.post(
    "/{tender_id}/return", response_model=schemas.TenderSummaryOut, responses=changes(rules.TenderReasonMissing)
)
def return_tender(tender_id: WireUuid, body: schemas.ReasonIn, call: Call) -> Answer:
    """Send a submitted tender back to its author."""
    command = commands.ReasonedTender(tender_id, call.if_match, body.reason)
    return call.answer(schemas.TenderSummaryOut, publishing.return_tender(call.work, call.actor, command))


@router.post("/{tender_id}/publish", response_model=schemas.TenderSummaryOut, responses=changes(*_READY, OwnWork))
def publish_tender(tender_id: WireUuid, call: Call) -> Answer:
    """Approve and thereby publish a submitted tender under a signed notice."""
    command = commands.StepTender(tender_id, call.if_match)
    return call.answer(schemas.TenderSummaryOut, publishing.publish_tender(call.work, call.actor, command))


@router.post(
    "/{tender_id}/extend",
    response_model=schemas.TenderSummaryOut,
    responses=changes(rules.TenderReasonMissing, rules.TenderPeriodTooShort),
)
def extend_tender(tender_id: WireUuid, body: schemas.ExtensionIn, call: Call) -> Answer:
    """Move the deadline later; bids that were received stay valid."""
    command = commands.ExtendTender(tender_id, call.if_match, body.closes_at, body.reason)
    return call.answer(schemas.TenderSummaryOut, publishing.extend_tender(call.work, call.actor, command))


@router.post(
    "/{tender_id}/cancel",
    response_model=schemas.TenderSummaryOut,
    responses=changes(rules.TenderReasonMissing, OwnWork, ComplaintOpen),
)
def cancel_tender(tender_id: WireUuid, body: schemas.ReasonIn, call: Call) -> Answer:
    """Call a tender off; sealed bids stay sealed for good."""
    command = commands.ReasonedTender(tender_id, call.if_match, body.reason)
    return call.answer(schemas.TenderSummaryOut, conducting.cancel_tender(call.work, call.actor, command))


@lot_router.post(
    "/{lot_id}/cancel",
    response_model=schemas.TenderSummaryOut,
    responses=changes(rules.TenderReasonMissing, OwnWork, ComplaintOpen),
)
def cancel_lot(lot_id: WireUuid, body: schemas.ReasonIn, call: Call) -> Answer:
    """Call one lot off; If-Match names the tender's version."""
    command = commands.CancelLot(lot_id, call.if_match, body.reason)
    return call.answer(schemas.TenderSummaryOut, conducting.cancel_lot(call.work, call.actor, command))


@router.get("/{tender_id}/notice", response_model=schemas.NoticeOut, responses=reads())
def read_notice(tender_id: WireUuid, call: Call) -> Answer:
    """Return the signed notice that bids are sealed under, with the document whose hash it names."""
    content = drafting.read_tender(call.work, call.actor, commands.ReadTender(tender_id))
    if content.tender.notice is None:
        raise NotFound(tender_id=str(tender_id))
    return call.answer(schemas.NoticeOut, content.tender)


@router.get("/{tender_id}/enquiries", response_model=ListOut[schemas.EnquiryOut], responses=reads())
def list_enquiries(tender_id: WireUuid, call: Call) -> Answer:
    """Return the questions: all to the buyer, to others the answered ones and their own."""
    return call.answer_many(
        schemas.EnquiryOut, asking.list_enquiries(call.work, call.actor, commands.ReadTender(tender_id))
    )


@router.post(
    "/{tender_id}/enquiries",
    status_code=201,
    response_model=schemas.EnquiryOut,
    responses=creates(asking_rules.TenderEnquiryEnded, asking_rules.TooManyEnquiries, BidderUnfit),
)
def ask_about_tender(tender_id: WireUuid, body: schemas.TextIn, call: OnceCall) -> Answer:
    """Ask; nobody learns who asked."""
    view = asking.ask_about_tender(call.work, call.actor, commands.AskAboutTender(tender_id, body.text))
    return call.answer(schemas.EnquiryOut, view, status=201, location=f"/api/v1/tenders/{tender_id}/enquiries")


@enquiry_router.post(
    "/{enquiry_id}/answer", response_model=schemas.EnquiryOut, responses=changes(asking_rules.NothingToAnswerNow)
)
def answer_enquiry(enquiry_id: WireUuid, body: schemas.TextIn, call: Call) -> Answer:
    """Answer to everybody; If-Match names the question's version."""
    command = commands.AnswerEnquiry(enquiry_id, call.if_match, body.text)
    return call.answer(schemas.EnquiryOut, asking.answer_enquiry(call.work, call.actor, command))


@open_router.get("", response_model=PageOut[schemas.TenderSummaryOut], responses=reads())
def list_open_tenders(call: Call, query: Annotated[schemas.OpenTenderQuery, Query()]) -> Answer:
    """Return a page of the tenders of others that the company was invited to, or that are public."""
    found = drafting.list_open_tenders(call.work, call.actor, query.to_command())
    return call.answer_page(schemas.TenderSummaryOut, found)
