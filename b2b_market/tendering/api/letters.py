"""Letters to bidders over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import reads
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.tendering.service import lettering

router = APIRouter(prefix="/bids", tags=["tendering"], route_class=StrictRoute)

_PDF = {200: {"description": "A PDF, always the same bytes", "content": {PDF_TYPE: {}}}, **reads(TenderPrintersBusy)}
_DOCX = {200: {"description": "A DOCX, always the same bytes", "content": {DOCX_TYPE: {}}}, **reads()}


@router.get("/{bid_id}/letter.pdf", response_class=Response, responses=_PDF)
def print_letter(bid_id: WireUuid, request: Request) -> Response:
    """Return the letter about a bid on a decided lot as PDF, to its bidder and to the buyer."""
    return saved(lettering.take_letter(api_opener(request), ReadBid(bid_id), PaperFormat.PDF))


@router.get("/{bid_id}/letter.docx", response_class=Response, responses=_DOCX)
def write_letter(bid_id: WireUuid, request: Request) -> Response:
    """Return the letter about a bid on a decided lot as DOCX, to its bidder and to the buyer."""
    return saved(lettering.take_letter(api_opener(request), ReadBid(bid_id), PaperFormat.DOCX))
