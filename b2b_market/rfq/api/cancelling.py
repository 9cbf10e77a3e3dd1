"""Cancelling awarded lines, over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, reads
from b2b_market.rfq.commands.cancelling import ReadStandby
from b2b_market.rfq.rules import approving
from b2b_market.rfq.rules.awarding import AwardUndecided, NothingAwarded
from b2b_market.rfq.rules.bundling import BundleBroken
from b2b_market.rfq.rules.cancelling import NothingToCancel
from b2b_market.rfq.schemas.cancelling import AwardStandbyOut, CancellationIn, CancellationOut
from b2b_market.rfq.service import cancelling
from b2b_market.sourcing.public import AwardNotPossible, RateMissing

router = APIRouter(prefix="/awards", tags=["rfq"], route_class=StrictRoute)


@router.get(
    "/{award_id}/standby/{supplier_id}", response_model=AwardStandbyOut, responses=reads(NothingToCancel, RateMissing)
)
def read_standby(award_id: WireUuid, supplier_id: WireUuid, call: Call) -> Answer:
    """Return who could step in for the lines that a supplier got of an own award."""
    found = cancelling.read_standby(call.work, call.actor, ReadStandby(award_id, supplier_id))
    return call.answer(AwardStandbyOut, found)


@router.post(
    "/{award_id}/cancellations",
    status_code=201,
    response_model=CancellationOut,
    responses=changes(
        approving.ReasonMissing,
        NothingToCancel,
        AwardUndecided,
        NothingAwarded,
        AwardNotPossible,
        BundleBroken,
        RateMissing,
    ),
)
def cancel_lines(award_id: WireUuid, body: CancellationIn, call: OnceCall) -> Answer:
    """Cancel awarded lines of a supplier before their contract is effective, and award them anew in the same step.

    If-Match names the award's version. Above the caller's limit the next award waits for another person's approval.
    """
    done = cancelling.cancel_lines(call.work, call.actor, body.to_command(award_id, call.if_match))
    return call.answer(CancellationOut, done, status=201, location=f"/api/v1/awards/{award_id}")
