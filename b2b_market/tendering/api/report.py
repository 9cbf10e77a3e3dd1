"""The report of an evaluation over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import reads
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.rules.printing import TenderPrintersBusy
from b2b_market.tendering.service import reporting

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)

_PDF = {200: {"description": "A PDF, always the same bytes", "content": {PDF_TYPE: {}}}, **reads(TenderPrintersBusy)}
_DOCX = {200: {"description": "A DOCX, always the same bytes", "content": {DOCX_TYPE: {}}}, **reads()}


@router.get("/{tender_id}/report.pdf", response_class=Response, responses=_PDF)
def print_report(tender_id: WireUuid, request: Request) -> Response:
    """Return the report of an own tender's evaluation as PDF."""
    return saved(reporting.take_report(api_opener(request), ReadTender(tender_id), PaperFormat.PDF))


@router.get("/{tender_id}/report.docx", response_class=Response, responses=_DOCX)
def write_report(tender_id: WireUuid, request: Request) -> Response:
    """Return the report of an own tender's evaluation as DOCX."""
    return saved(reporting.take_report(api_opener(request), ReadTender(tender_id), PaperFormat.DOCX))
