"""Complaints over the API: lodged by suppliers, decided by the review body, answered by the buyer, published."""

from typing import Any

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import OCTETS, saved_untyped
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener
from b2b_market.rbac.operation import Operation
from b2b_market.rbac.responses import changes, creates, hands_out, reads
from b2b_market.tendering.commands import complaints as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.bidding import BidderUnfit
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import complaints as schemas
from b2b_market.tendering.service import complaining, reviewing

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
case_router = APIRouter(prefix="/tender-complaints", tags=["tendering"], route_class=StrictRoute)
fee_router = APIRouter(prefix="/complaint-fees", tags=["tendering"], route_class=StrictRoute)
board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, case_router, fee_router, board_router)

_CONTENT = (
    rules.ComplaintsNotForeseen,
    rules.ComplaintTooLate,
    rules.ObjectionFirst,
    rules.ReviewBodyMissing,
    BidderUnfit,
)
_DECIDES = changes(OwnWork, TenderReasonMissing)


@router.get("/{tender_id}/complaints", response_model=ListOut[schemas.ComplaintNoticeOut], responses=reads())
def list_complaints(tender_id: WireUuid, call: Call) -> Answer:
    """Return what is published of the complaints about a tender to everybody who reads it."""
    found = complaining.list_complaints(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.ComplaintNoticeOut, found.published)


@router.post(
    "/{tender_id}/complaints",
    status_code=201,
    response_model=schemas.ComplaintOut,
    responses=creates(*_CONTENT, rules.TooManyComplaints),
)
def draft_complaint(tender_id: WireUuid, body: schemas.ComplaintIn, call: OnceCall) -> Answer:
    """Keep a complaint that nobody but the own company sees until it is lodged."""
    command = commands.DraftComplaint(tender_id, body.to_command())
    found = complaining.draft_complaint(call.work, call.actor, command)
    return call.answer(schemas.ComplaintOut, found, status=201, location=f"/api/v1/tender-complaints/{found.id}")


@case_router.get("", response_model=ListOut[schemas.ComplaintOut], responses=reads())
def list_desk(call: Call) -> Answer:
    """Return the newest complaints that the company decides on, takes the fee of, or has drafted itself."""
    return call.answer_many(schemas.ComplaintOut, complaining.list_desk(call.work, call.actor, None))


@case_router.get("/{complaint_id}", response_model=schemas.ComplaintOut, responses=reads())
def read_complaint(complaint_id: WireUuid, call: Call) -> Answer:
    """Return a complaint to its parties."""
    found = complaining.read_complaint(call.work, call.actor, commands.ReadComplaint(complaint_id))
    return call.answer(schemas.ComplaintOut, found)


@case_router.get("/{complaint_id}/case", response_model=schemas.CaseOut, responses=reads())
def read_case(complaint_id: WireUuid, call: Call) -> Answer:
    """Return what the review body decides on: the announced tender, and the signed decision that is named."""
    found = reviewing.read_case(call.work, call.actor, commands.ReadComplaint(complaint_id))
    return call.answer(schemas.CaseOut, found)


@case_router.put("/{complaint_id}", response_model=schemas.ComplaintOut, responses=changes(*_CONTENT))
def edit_complaint(complaint_id: WireUuid, body: schemas.ComplaintIn, call: Call) -> Answer:
    """Replace the content of a draft."""
    command = commands.EditComplaint(complaint_id, call.if_match, body.to_command())
    return call.answer(schemas.ComplaintOut, complaining.edit_complaint(call.work, call.actor, command))


@case_router.get(
    "/{complaint_id}/files/{file_id}",
    response_class=Response,
    responses=hands_out("The file as it was attached", (OCTETS,), files.FileInQuarantine, files.FileCondemned),
)
def read_complaint_file(complaint_id: WireUuid, file_id: WireUuid, request: Request) -> Response:
    """Return a file of a complaint; its bytes are read after the transaction."""
    command = commands.ReadComplaintFile(complaint_id, file_id)
    return saved_untyped(files.take(api_opener(request), complaining.open_complaint_file, command))


@case_router.post("/{complaint_id}/lodge", response_model=schemas.ComplaintOut, responses=changes(*_CONTENT))
def lodge_complaint(complaint_id: WireUuid, call: Call) -> Answer:
    """Lodge a draft; it counts at once, or once its fee is there."""
    return _step(call, complaining.lodge_complaint, commands.StepComplaint(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/withdraw", response_model=schemas.ComplaintOut, responses=changes())
def withdraw_complaint(complaint_id: WireUuid, call: Call) -> Answer:
    """Take a complaint back before it is heard."""
    return _step(call, complaining.withdraw_complaint, commands.StepComplaint(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/accept", response_model=schemas.ComplaintOut, responses=changes(OwnWork))
def accept_complaint(complaint_id: WireUuid, call: Call) -> Answer:
    """Hear a complaint."""
    return _step(call, reviewing.accept_complaint, commands.StepComplaint(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/refuse", response_model=schemas.ComplaintOut, responses=_DECIDES)
def refuse_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Refuse to hear a complaint."""
    return _step(call, reviewing.refuse_complaint, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/decline", response_model=schemas.ComplaintOut, responses=_DECIDES)
def decline_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Decide against a complaint."""
    return _step(call, reviewing.decline_complaint, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/stop", response_model=schemas.ComplaintOut, responses=_DECIDES)
def stop_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """End a complaint without a decision on it."""
    return _step(call, reviewing.stop_complaint, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/satisfy", response_model=schemas.ComplaintOut, responses=_DECIDES)
def satisfy_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Uphold a complaint; the decision that it names is undone with this."""
    return _step(call, reviewing.satisfy_complaint, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/uphold", response_model=schemas.ComplaintOut, responses=_DECIDES)
def uphold_objection(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Answer an objection by granting it."""
    return _step(call, reviewing.uphold_objection, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/reject", response_model=schemas.ComplaintOut, responses=_DECIDES)
def reject_objection(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Answer an objection by rejecting it."""
    return _step(call, reviewing.reject_objection, body.to_command(complaint_id, call.if_match))


@case_router.post("/{complaint_id}/answer", response_model=schemas.ComplaintOut, responses=changes(TenderReasonMissing))
def answer_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Say what the buyer thinks of a complaint before it is decided."""
    return _step(call, reviewing.answer_complaint, body.to_command(complaint_id, call.if_match))


@case_router.post(
    "/{complaint_id}/resolve",
    response_model=schemas.ComplaintOut,
    responses=changes(TenderReasonMissing, rules.NotYetActed),
)
def resolve_complaint(complaint_id: WireUuid, body: schemas.ComplaintTextIn, call: Call) -> Answer:
    """Say what the buyer has done about an upheld complaint."""
    return _step(call, reviewing.resolve_complaint, body.to_command(complaint_id, call.if_match))


@fee_router.post(
    "/{complaint_id}",
    response_model=schemas.ComplaintOut,
    responses=changes(TenderReasonMissing, rules.ComplaintTooLate),
)
def record_fee(complaint_id: WireUuid, body: schemas.FeeIn, call: Call) -> Answer:
    """Note that the fee of a complaint has arrived; a payment service does it with a key of the operator."""
    found = reviewing.record_complaint_fee(call.work, call.actor, body.to_command(complaint_id, call.if_match))
    return call.answer(schemas.ComplaintOut, found)


@board_router.get("/{tender_id}/complaints", response_model=ListOut[schemas.ComplaintNoticeOut], responses=reads())
def list_public_complaints(tender_id: WireUuid, call: Call) -> Answer:
    """Return the complaints about a public tender; nobody needs to sign in."""
    found = complaining.list_public_complaints(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.ComplaintNoticeOut, found)


def _step(call: Call, run: Operation[commands.StepComplaint, Any], command: commands.StepComplaint) -> Answer:
    return call.answer(schemas.ComplaintOut, run(call.work, call.actor, command))
