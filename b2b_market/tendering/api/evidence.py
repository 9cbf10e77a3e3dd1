"""The files that ``b2b-market bid verify`` reads, as one ZIP: for those who read the openings, and for everybody."""

from fastapi import APIRouter, Request, Response

from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import reads
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.folder import ZIP_TYPE
from b2b_market.tendering.rules.sealed_folder import EvidenceNotPublished
from b2b_market.tendering.service import evidence

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, board_router)

_ZIP = {
    200: {"description": "A ZIP, the same bytes for every reader", "content": {ZIP_TYPE: {}}},
    **reads(EvidenceNotPublished),
}


@router.get("/{tender_id}/evidence.zip", response_class=Response, responses=_ZIP)
def take_evidence(tender_id: WireUuid, request: Request) -> Response:
    """Return everything that is needed to check an opening offline, to those who read the opening records."""
    return saved(evidence.take_evidence(api_opener(request), ReadTender(tender_id), public=False))


@board_router.get("/{tender_id}/evidence.zip", response_class=Response, responses=_ZIP)
def take_public_evidence(tender_id: WireUuid, request: Request) -> Response:
    """Return everything that is needed to check an opening offline, where the procedure publishes opened bids."""
    return saved(evidence.take_evidence(api_opener(request), ReadTender(tender_id), public=True))
