"""Going on with fewer companies in talks, and leaving them, over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall, api_opener
from b2b_market.rbac.responses import changes, creates, hands_out, reads
from b2b_market.tendering.commands.reducing import DecideReduction, ReadDeparture
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.rules import reducing as rules
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.tendering.rules.talking import TalksUnequal
from b2b_market.tendering.schemas import reducing as schemas
from b2b_market.tendering.schemas.selecting import RemarkIn
from b2b_market.tendering.service import departing, reducing

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
reduction_router = APIRouter(prefix="/tender-reductions", tags=["tendering"], route_class=StrictRoute)
departure_router = APIRouter(prefix="/tender-departures", tags=["tendering"], route_class=StrictRoute)

_PROPOSING = (
    rules.ReductionNotForeseen,
    rules.ReductionOpen,
    rules.TooFewLeft,
    EvaluatorUnfit,
    TalksUnequal,
    TenderReasonMissing,
)
_PDF = hands_out("A PDF, always the same bytes", (PDF_TYPE,), TenderPrintersBusy)
_DOCX = hands_out("A DOCX, always the same bytes", (DOCX_TYPE,))


@router.post("/{tender_id}/talks/reductions", response_model=schemas.ReductionOut, responses=changes(*_PROPOSING))
def propose_reduction(tender_id: WireUuid, body: schemas.ReductionIn, call: Call) -> Answer:
    """Propose to drop the companies that score least; If-Match names the tender's version."""
    found = reducing.propose_reduction(call.work, call.actor, body.to_command(tender_id, call.if_match))
    return call.answer(schemas.ReductionOut, found)


@router.get("/{tender_id}/talks/reductions", response_model=ListOut[schemas.ReductionOut], responses=reads())
def list_reductions(tender_id: WireUuid, call: Call) -> Answer:
    """Return the buyer's proposals, the newest first."""
    found = reducing.list_reductions(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.ReductionOut, found)


@reduction_router.post(
    "/{reduction_id}/confirm", response_model=schemas.ReductionOut, responses=changes(OwnWork, rules.TooFewLeft)
)
def confirm_reduction(reduction_id: WireUuid, call: Call) -> Answer:
    """Go on without the companies, as another person proposed."""
    command = DecideReduction(reduction_id, call.if_match)
    return call.answer(schemas.ReductionOut, reducing.confirm_reduction(call.work, call.actor, command))


@reduction_router.post(
    "/{reduction_id}/dismiss", response_model=schemas.ReductionOut, responses=changes(OwnWork, TenderReasonMissing)
)
def dismiss_reduction(reduction_id: WireUuid, body: RemarkIn, call: Call) -> Answer:
    """Let everybody go on, and say why."""
    command = DecideReduction(reduction_id, call.if_match, body.remark)
    return call.answer(schemas.ReductionOut, reducing.dismiss_reduction(call.work, call.actor, command))


@router.post(
    "/{tender_id}/talks/leave",
    status_code=201,
    response_model=schemas.DepartureOut,
    responses=creates(IllegalStep, rules.NotTakingPart, TenderReasonMissing),
)
def leave_talks(tender_id: WireUuid, body: schemas.LeaveIn, call: OnceCall) -> Answer:
    """Take no part in the talks any more; there is no way back."""
    found = departing.leave_talks(call.work, call.actor, body.to_command(tender_id))
    location = f"/api/v1/tenders/{tender_id}/talks/departures"
    return call.answer(schemas.DepartureOut, found, status=201, location=location)


@router.get("/{tender_id}/talks/departures", response_model=ListOut[schemas.DepartureOut], responses=reads())
def list_departures(tender_id: WireUuid, call: Call) -> Answer:
    """Return who takes no part any more: everybody to the buyer, to a company itself."""
    found = departing.list_departures(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.DepartureOut, found)


@departure_router.get("/{departure_id}/letter.pdf", response_class=Response, responses=_PDF)
def print_departure_letter(departure_id: WireUuid, request: Request) -> Response:
    """Return the letter to a company that takes no part any more as PDF, to it and to the buyer."""
    command = ReadDeparture(departure_id)
    return saved(departing.take_departure_letter(api_opener(request), command, PaperFormat.PDF))


@departure_router.get("/{departure_id}/letter.docx", response_class=Response, responses=_DOCX)
def write_departure_letter(departure_id: WireUuid, request: Request) -> Response:
    """Return the letter to a company that takes no part any more as DOCX, to it and to the buyer."""
    command = ReadDeparture(departure_id)
    return saved(departing.take_departure_letter(api_opener(request), command, PaperFormat.DOCX))


ROUTERS = (router, reduction_router, departure_router)
