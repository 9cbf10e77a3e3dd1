"""Saving the files that ``b2b-market bid verify`` reads."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import page_opener
from b2b_market.rbac.page_edge import PageRoute
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.service import evidence

router = APIRouter(route_class=PageRoute)


@router.get("/tenders/{tender_id}/evidence.zip")
def take_evidence(tender_id: WireUuid, request: Request) -> Response:
    """Save the files of a tender whose opening records the reader may see."""
    return saved(evidence.take_evidence(page_opener(request), ReadTender(tender_id), public=False))


@router.get("/tender-board/{tender_id}/evidence.zip")
def take_public_evidence(tender_id: WireUuid, request: Request) -> Response:
    """Save the files of a public tender; nobody needs to sign in."""
    return saved(evidence.take_evidence(page_opener(request), ReadTender(tender_id), public=True))
