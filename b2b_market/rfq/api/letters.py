"""The letters after an award, over the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener
from b2b_market.rbac.responses import changes, hands_out, reads
from b2b_market.rfq.commands.letters import LetterFormat
from b2b_market.rfq.commands.requests import ReadAward, ReadRfq
from b2b_market.rfq.rules.exporting import ExportersBusy
from b2b_market.rfq.rules.letters import LettersIssuedAlready, LettersNotDue
from b2b_market.rfq.schemas.letters import AwardLettersOut, LetterOut, LettersIn, PrintingQuery
from b2b_market.rfq.service import letters

by_award = APIRouter(prefix="/awards", tags=["rfq"], route_class=StrictRoute)
by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/letters", tags=["rfq"], route_class=StrictRoute)


@by_award.post(
    "/{award_id}/letters",
    status_code=201,
    response_model=AwardLettersOut,
    responses=changes(LettersNotDue, LettersIssuedAlready),
)
def issue_letters(award_id: WireUuid, body: LettersIn, call: OnceCall) -> Answer:
    """Issue the letters of an approved award to every supplier that quoted; they never change after that.

    If-Match names the award's version.
    """
    issued = letters.issue_letters(call.work, call.actor, body.to_command(award_id, call.if_match))
    return call.answer(AwardLettersOut, issued, status=201, location=f"/api/v1/awards/{award_id}/letters")


@by_award.get("/{award_id}/letters", response_model=AwardLettersOut, responses=reads())
def list_letters(award_id: WireUuid, call: Call) -> Answer:
    """Return the letters of an own award, and which suppliers need a reason before they are issued."""
    return call.answer(AwardLettersOut, letters.list_letters(call.work, call.actor, ReadAward(award_id)))


@by_rfq.get("/{rfq_id}/letters", response_model=ListOut[LetterOut], responses=reads())
def own_letters(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the letters about a request: to a supplier its own, to the buyer all."""
    return call.answer_many(LetterOut, letters.own_letters(call.work, call.actor, ReadRfq(rfq_id)))


@router.get(
    "/{letter_id}/{file_format}",
    response_class=Response,
    responses=hands_out("The letter as a file, always the same bytes", (PDF_TYPE, DOCX_TYPE), ExportersBusy),
)
def take_letter(
    letter_id: WireUuid, file_format: LetterFormat, request: Request, query: Annotated[PrintingQuery, Query()]
) -> Response:
    """Return a letter as PDF or DOCX, in Chinese, English or both."""
    command = query.to_command(letter_id, file_format)
    return saved(letters.take_letter(api_opener(request), command))
