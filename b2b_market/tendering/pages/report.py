"""Saving the report of an evaluation."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageRoute
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.service import reporting

router = APIRouter(route_class=PageRoute)


@router.get("/tenders/{tender_id}/report.pdf")
def print_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as PDF."""
    return saved(reporting.take_report(page_opener(request), ReadTender(tender_id), PaperFormat.PDF))


@router.get("/tenders/{tender_id}/report.docx")
def write_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as DOCX."""
    return saved(reporting.take_report(page_opener(request), ReadTender(tender_id), PaperFormat.DOCX))
