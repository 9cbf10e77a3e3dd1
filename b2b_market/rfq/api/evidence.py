"""Files that prove answers to criteria over the API."""

from fastapi import APIRouter, Request, Response

from b2b_market.files import public as files
from b2b_market.infra.http.downloads import saved
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import api_opener
from b2b_market.rbac.responses import hands_out
from b2b_market.rfq.commands.quotes import ReadEvidence
from b2b_market.rfq.service import evidence

router = APIRouter(prefix="/quotes", tags=["rfq"], route_class=StrictRoute)


@router.get(
    "/{quote_id}/evidence/{file_id}",
    response_class=Response,
    responses=hands_out(
        "The bytes, as an attachment", files.media_types(), files.FileInQuarantine, files.FileCondemned
    ),
)
def download(quote_id: WireUuid, file_id: WireUuid, request: Request) -> Response:
    """Return the bytes of a file that proves an answer, to its supplier or to the buyer once it is opened."""
    return saved(files.take(api_opener(request), evidence.open_evidence, ReadEvidence(quote_id, file_id)))
