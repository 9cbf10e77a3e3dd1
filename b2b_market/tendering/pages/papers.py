"""Saving the files that are made of an evaluation: its report, and the letters to bidders."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageRoute
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.service import lettering, reporting

router = APIRouter(route_class=PageRoute)


@router.get("/tenders/{tender_id}/report.pdf")
def print_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as PDF."""
    return saved(reporting.take_report(page_opener(request), ReadTender(tender_id), PaperFormat.PDF))


@router.get("/tenders/{tender_id}/report.docx")
def write_report(tender_id: WireUuid, request: Request) -> Response:
    """Save the report as DOCX."""
    return saved(reporting.take_report(page_opener(request), ReadTender(tender_id), PaperFormat.DOCX))


@router.get("/bids/{bid_id}/letter.pdf")
def print_letter(bid_id: WireUuid, request: Request) -> Response:
    """Save the letter as PDF."""
    return saved(lettering.take_letter(page_opener(request), ReadBid(bid_id), PaperFormat.PDF))


@router.get("/bids/{bid_id}/letter.docx")
def write_letter(bid_id: WireUuid, request: Request) -> Response:
    """Save the letter as DOCX."""
    return saved(lettering.take_letter(page_opener(request), ReadBid(bid_id), PaperFormat.DOCX))
