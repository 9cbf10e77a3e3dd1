"""Supplementary draws over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes
from b2b_market.tendering.rules import committee as committee_rules
from b2b_market.tendering.rules import drawing
from b2b_market.tendering.rules import supplements as rules
from b2b_market.tendering.schemas.committee import CommitteeOut
from b2b_market.tendering.schemas.supplements import SupplementIn, WordIn
from b2b_market.tendering.service import supplementing

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)

_SHORT = (committee_rules.CommitteeNotForeseen, rules.CommitteeNotShort)


@router.post(
    "/{tender_id}/committee/supplement",
    response_model=CommitteeOut,
    responses=changes(*_SHORT, rules.SupplementWaits, committee_rules.JurorsUnfit, drawing.PoolTooSmall),
)
def name_supplement(tender_id: WireUuid, body: SupplementIn, call: Call) -> Answer:
    """Name more people for the empty seats of a committee that fell short; If-Match names the tender's version."""
    found = supplementing.name_supplement(call.work, call.actor, body.to_command(tender_id, call.if_match))
    return call.answer(CommitteeOut, found)


@router.post(
    "/{tender_id}/committee/supplement/draw",
    response_model=CommitteeOut,
    responses=changes(*_SHORT, rules.NoSupplement, OwnWork),
)
def draw_supplement(tender_id: WireUuid, body: WordIn, call: Call) -> Answer:
    """Draw the empty seats, mixed with a word; If-Match names the tender's version."""
    found = supplementing.draw_supplement(call.work, call.actor, body.to_command(tender_id, call.if_match))
    return call.answer(CommitteeOut, found)
