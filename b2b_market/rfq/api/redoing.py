"""New drafts from earlier requests, over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, CallContext, OnceCall
from b2b_market.rbac.responses import creates
from b2b_market.rfq.commands.redoing import CopyRfq, RepeatAward
from b2b_market.rfq.rules.redoing import AwardNotDecided
from b2b_market.rfq.schemas.redoing import AgainIn, NewDraftOut, RepeatIn
from b2b_market.rfq.service import copying
from b2b_market.rfq.service.copying import NewDraft

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
by_award = APIRouter(prefix="/awards", tags=["rfq"], route_class=StrictRoute)


@by_rfq.post("/{rfq_id}/copy", status_code=201, response_model=NewDraftOut, responses=creates())
def copy_rfq(rfq_id: WireUuid, body: AgainIn, call: OnceCall) -> Answer:
    """Make a new draft of an own request with all it has, its criteria, documents and guests; not its deadline."""
    command = CopyRfq(rfq_id=rfq_id, title=body.title, required_on=body.required_on, guests=body.guests)
    return _made(call, copying.copy_rfq(call.work, call.actor, command))


@by_award.post("/{award_id}/repeat", status_code=201, response_model=NewDraftOut, responses=creates(AwardNotDecided))
def repeat_award(award_id: WireUuid, body: RepeatIn, call: OnceCall) -> Answer:
    """Make a new draft of what an approved award bought; the last prices become hidden targets."""
    command = RepeatAward(
        award_id=award_id,
        title=body.title,
        supplier_id=body.supplier_id,
        required_on=body.required_on,
        guests=body.guests,
    )
    return _made(call, copying.repeat_award(call.work, call.actor, command))


def _made(call: CallContext, made: NewDraft) -> Answer:
    return call.answer(NewDraftOut, made, status=201, location=f"/api/v1/rfqs/{made.content.rfq.id}")
