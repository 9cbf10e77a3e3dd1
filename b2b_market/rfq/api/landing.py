"""Landed cost over the API: assumptions, the landed matrix, and the derivation of one figure."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing, UnknownIncoterm
from b2b_market.rfq.commands.landing import ExplainLanded
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.schemas.landing import CostingIn, CostingOut, ExplainedOut, LandedOut
from b2b_market.rfq.schemas.quote_terms import Variant
from b2b_market.rfq.service import landing
from b2b_market.sourcing.public import AssumptionsUnusable

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/costing", response_model=CostingOut, responses=reads())
def read_costing(rfq_id: WireUuid, call: Call) -> Answer:
    """Return what the buyer assumes about the costs of the way."""
    return call.answer(CostingOut, landing.read_costing(call.work, call.actor, ReadRfq(rfq_id)))


@router.put("/{rfq_id}/costing", response_model=CostingOut, responses=changes(AssumptionsUnusable, UnknownIncoterm))
def set_costing(rfq_id: WireUuid, body: CostingIn, call: Call) -> Answer:
    """Replace what is assumed; If-Match names the version that is replaced, the first needs none."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(CostingOut, landing.set_costing(call.work, call.actor, command))


@router.get("/{rfq_id}/landed", response_model=LandedOut, responses=changes(RateMissing))
def compare_landed(rfq_id: WireUuid, call: Call) -> Answer:
    """Compare the visible quotations on their landed cost, present value in the request's currency."""
    return call.answer(LandedOut, landing.compare_landed(call.work, call.actor, ReadRfq(rfq_id)))


@router.get("/{rfq_id}/landed/{line_id}/{quote_id}", response_model=ExplainedOut, responses=changes(RateMissing))
def explain_landed(rfq_id: WireUuid, line_id: WireUuid, quote_id: WireUuid, call: Call, variant: Variant = 0) -> Answer:
    """Return how the landed cost of an offer, or of its alternate ``variant``, comes about, down to what was given."""
    command = ExplainLanded(rfq_id, line_id, quote_id, variant)
    return call.answer(ExplainedOut, landing.explain_landed(call.work, call.actor, command))
