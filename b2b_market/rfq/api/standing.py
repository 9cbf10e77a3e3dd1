"""How the own company stands at a request, over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import reads
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.schemas.standing import StandingOut
from b2b_market.rfq.service import standing

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/standing", response_model=StandingOut, responses=reads())
def read_standing(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the own rank, the lowest prices, or all prices without names: what the request shows to who has quoted."""
    return call.answer(StandingOut, standing.read_standing(call.work, call.actor, ReadRfq(rfq_id)))
