"""Corrected documents over the API. The bytes move outside any transaction."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, api_opener
from b2b_market.rbac.responses import changes, hands_out
from b2b_market.tendering.commands.evaluation import ReadCorrection
from b2b_market.tendering.rules.committee import DeclarationMissing
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import evaluation as schemas
from b2b_market.tendering.service import correcting

router = APIRouter(prefix="/tender-inquiries", tags=["tendering"], route_class=StrictRoute)

_CONTENT = hands_out(
    "The bytes, for saving", files.media_types(), files.FileInQuarantine, files.FileCondemned, DeclarationMissing
)


@router.post("/{inquiry_id}/corrections", response_model=schemas.InquiryOut, responses=changes(TenderReasonMissing))
def correct_documents(inquiry_id: WireUuid, body: schemas.CorrectionIn, call: Call) -> Answer:
    """Send corrected documents before the time is over; prices and what is offered stay as they were sealed."""
    command = body.to_command(inquiry_id, call.if_match)
    return call.answer(schemas.InquiryOut, correcting.correct_documents(call.work, call.actor, command))


@router.get("/{inquiry_id}/files/{position}", response_class=Response, responses=_CONTENT)
def take_correction(inquiry_id: WireUuid, position: int, request: Request) -> Response:
    """Return the bytes of a corrected document to its bidder or to the buyer."""
    return saved(files.take(api_opener(request), correcting.open_correction, ReadCorrection(inquiry_id, position)))
