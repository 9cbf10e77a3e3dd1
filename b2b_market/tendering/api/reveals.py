"""Lost keys over the API: the buyer declares them lost, bidders reveal what they committed to."""

from fastapi import APIRouter, Request

from b2b_market.infra.http.problems import BodyTooLarge, WrongMediaType
from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, opened_call
from b2b_market.rbac.responses import changes, reads
from b2b_market.tendering.api.bids import Sent
from b2b_market.tendering.commands.reveals import RevealBid
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import revealing as rules
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.rules.sealed_reading import RevealClosed, RevealUnacceptable
from b2b_market.tendering.rules.sealed_work import BidsStillSealed
from b2b_market.tendering.schemas.files import read_file
from b2b_market.tendering.schemas.reveals import KeysLostIn, RevealOut, RevealsOut
from b2b_market.tendering.service import revealing

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)


@router.post(
    "/{tender_id}/keys-lost",
    response_model=RevealsOut,
    responses=changes(BidsStillSealed, rules.KeysDeclaredLost, rules.KeysNotLost, OwnWork, TenderReasonMissing),
)
def declare_keys_lost(tender_id: WireUuid, body: KeysLostIn, call: Call) -> Answer:
    """Declare that the officers' keys are lost; If-Match names the tender's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(RevealsOut, revealing.declare_keys_lost(call.work, call.actor, command))


@router.get("/{tender_id}/reveals", response_model=RevealsOut, responses=reads())
def read_reveals(tender_id: WireUuid, call: Call) -> Answer:
    """Return when bidders are asked to reveal, and when the own company did."""
    return call.answer(RevealsOut, revealing.read_reveals(call.work, call.actor, ReadTender(tender_id)))


@router.post(
    "/{tender_id}/reveals",
    status_code=201,
    response_model=RevealOut,
    responses=reads(BodyTooLarge, WrongMediaType, rules.RevealNotAsked, RevealClosed, RevealUnacceptable),
)
def reveal_bid(tender_id: WireUuid, request: Request, file: Sent) -> Answer:
    """Take what a bidder reveals, if it is what the bid commits to; sent again it changes nothing."""
    document = read_file(file)
    with opened_call(request) as call:
        row = revealing.reveal_bid(call.work, call.actor, RevealBid(tender_id, document))
        return call.answer(RevealOut, row, status=201, location=f"/api/v1/tenders/{tender_id}/reveals")
