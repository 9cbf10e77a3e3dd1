"""Amendments above their author's limit over the API: submitted, decided on, taken back."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands.amending import DecideAmendment, ReadAmendment
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.rules import amending, approving, asking, drafting
from b2b_market.rfq.schemas.amendments import AmendmentIn
from b2b_market.rfq.schemas.requests import ReasonIn
from b2b_market.rfq.schemas.submitted import AmendmentOut, AmendmentSummaryOut
from b2b_market.rfq.service import submitting

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/rfq-amendments", tags=["rfq"], route_class=StrictRoute)

_UNSOUND = (
    amending.NothingAmended,
    amending.TooLateToAmend,
    amending.DeadlineMustMove,
    drafting.NeedInThePast,
    asking.EnquiryEndMisplaced,
    RateMissing,
)


@by_rfq.post(
    "/{rfq_id}/amendments/submit",
    status_code=201,
    response_model=AmendmentOut,
    responses=changes(*_UNSOUND, amending.AmendmentWaits, approving.ReasonMissing),
)
def submit_amendment(rfq_id: WireUuid, body: AmendmentIn, call: OnceCall) -> Answer:
    """Send the next version of a published request to the approvers; the request goes on under the one that stands."""
    sent = submitting.submit_amendment(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    return call.answer(AmendmentOut, sent, status=201, location=f"/api/v1/rfq-amendments/{sent.amendment.id}")


@by_rfq.get("/{rfq_id}/amendments", response_model=ListOut[AmendmentSummaryOut], responses=reads())
def list_amendments(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the amendments of an own request that were sent to the approvers, the newest first."""
    return call.answer_many(AmendmentSummaryOut, submitting.list_amendments(call.work, call.actor, ReadRfq(rfq_id)))


@router.get("/{amendment_id}", response_model=AmendmentOut, responses=reads(RateMissing))
def read_amendment(amendment_id: WireUuid, call: Call) -> Answer:
    """Return an amendment; while it waits, with what its approval would bring about now."""
    return call.answer(AmendmentOut, submitting.read_amendment(call.work, call.actor, ReadAmendment(amendment_id)))


@router.post(
    "/{amendment_id}/approve",
    response_model=AmendmentOut,
    responses=changes(*_UNSOUND, OwnWork, approving.AboveLimit, amending.AmendmentOutdated),
)
def approve_amendment(amendment_id: WireUuid, call: Call) -> Answer:
    """Approve and thereby publish what another person submitted; If-Match names the amendment's version."""
    command = DecideAmendment(amendment_id, call.if_match)
    return call.answer(AmendmentOut, submitting.approve_amendment(call.work, call.actor, command))


@router.post("/{amendment_id}/return", response_model=AmendmentOut, responses=changes(approving.ReasonMissing))
def return_amendment(amendment_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Send an amendment back to its author with a reason."""
    command = DecideAmendment(amendment_id, call.if_match, body.reason)
    return call.answer(AmendmentOut, submitting.return_amendment(call.work, call.actor, command))


@router.post("/{amendment_id}/withdraw", response_model=AmendmentOut, responses=changes())
def withdraw_amendment(amendment_id: WireUuid, call: Call) -> Answer:
    """Take back an amendment that waits."""
    command = DecideAmendment(amendment_id, call.if_match)
    return call.answer(AmendmentOut, submitting.withdraw_amendment(call.work, call.actor, command))
