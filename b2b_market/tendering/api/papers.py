"""Files that are made of an evaluation over the API: its report, and the letters to bidders."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import hands_out
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.tendering.service import lettering, reporting

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
bid_router = APIRouter(prefix="/bids", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, bid_router)

_PDF = hands_out("A PDF, always the same bytes", (PDF_TYPE,), TenderPrintersBusy)
_DOCX = hands_out("A DOCX, always the same bytes", (DOCX_TYPE,))


@router.get("/{tender_id}/report.pdf", response_class=Response, responses=_PDF)
def print_report(tender_id: WireUuid, request: Request) -> Response:
    """Return the report of an own tender's evaluation as PDF."""
    return saved(reporting.take_report(api_opener(request), ReadTender(tender_id), PaperFormat.PDF))


@router.get("/{tender_id}/report.docx", response_class=Response, responses=_DOCX)
def write_report(tender_id: WireUuid, request: Request) -> Response:
    """Return the report of an own tender's evaluation as DOCX."""
    return saved(reporting.take_report(api_opener(request), ReadTender(tender_id), PaperFormat.DOCX))


@bid_router.get("/{bid_id}/letter.pdf", response_class=Response, responses=_PDF)
def print_letter(bid_id: WireUuid, request: Request) -> Response:
    """Return the letter about a bid on a decided lot as PDF, to its bidder and to the buyer."""
    return saved(lettering.take_letter(api_opener(request), ReadBid(bid_id), PaperFormat.PDF))


@bid_router.get("/{bid_id}/letter.docx", response_class=Response, responses=_DOCX)
def write_letter(bid_id: WireUuid, request: Request) -> Response:
    """Return the letter about a bid on a decided lot as DOCX, to its bidder and to the buyer."""
    return saved(lettering.take_letter(api_opener(request), ReadBid(bid_id), PaperFormat.DOCX))
