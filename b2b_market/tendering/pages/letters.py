"""Saving the letter about a bid."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.documents.docx import DOCX_TYPE
from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.page_edge import PageRoute, PageShell
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.schemas.files import attachment
from b2b_market.tendering.service import lettering

router = APIRouter(route_class=PageRoute)


@router.get("/bids/{bid_id}/letter.pdf")
def print_letter(bid_id: WireUuid, request: Request) -> Response:
    """Save the letter as PDF."""
    return attachment(*_taken(bid_id, request, PaperFormat.PDF), PDF_TYPE)


@router.get("/bids/{bid_id}/letter.docx")
def write_letter(bid_id: WireUuid, request: Request) -> Response:
    """Save the letter as DOCX."""
    return attachment(*_taken(bid_id, request, PaperFormat.DOCX), DOCX_TYPE)


def _taken(bid_id: WireUuid, request: Request, kind: PaperFormat) -> tuple[bytes, str]:
    shell: PageShell = request.app.state.pages
    name, content = lettering.take_letter(lambda: shell.edge.open(request, "page"), ReadBid(bid_id), kind)
    return content, name
