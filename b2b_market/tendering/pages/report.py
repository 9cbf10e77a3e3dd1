"""Saving the report of an evaluation."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.page_edge import PageRoute, PageShell
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.schemas.files import attachment
from b2b_market.tendering.service import reporting

router = APIRouter(route_class=PageRoute)


@router.get("/tenders/{tender_id}/report.pdf")
def print_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as PDF."""
    return attachment(*_taken(tender_id, request, PaperFormat.PDF), PDF_TYPE)


@router.get("/tenders/{tender_id}/report.docx")
def write_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as DOCX."""
    return attachment(*_taken(tender_id, request, PaperFormat.DOCX), DOCX_TYPE)


def _taken(tender_id: WireUuid, request: Request, kind: PaperFormat) -> tuple[bytes, str]:
    shell: PageShell = request.app.state.pages
    name, content = reporting.take_report(lambda: shell.edge.open(request, "page"), ReadTender(tender_id), kind)
    return content, name
