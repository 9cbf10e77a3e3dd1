"""Further rounds over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, reads
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.rules import approving, awarding, drafting, rounds
from b2b_market.rfq.schemas.requests import RfqSummaryOut
from b2b_market.rfq.schemas.rounds import RoundIn, RoundOut
from b2b_market.rfq.service import rounds as operations

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/rounds", response_model=ListOut[RoundOut], responses=reads())
def list_rounds(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the further rounds, the newest first: all with their shortlists to the buyer, to a supplier its own."""
    return call.answer_many(RoundOut, operations.list_rounds(call.work, call.actor, commands.ReadRfq(rfq_id)))


@router.post(
    "/{rfq_id}/rounds",
    status_code=201,
    response_model=RfqSummaryOut,
    responses=changes(
        rounds.RoundsUsedUp,
        approving.ReasonMissing,
        awarding.AwardUndecided,
        drafting.DeadlineTooSoon,
        drafting.NeedInThePast,
    ),
)
def open_round(rfq_id: WireUuid, body: RoundIn, call: OnceCall) -> Answer:
    """Open a closed request again for the suppliers that go on; If-Match names its version."""
    rfq = operations.open_round(call.work, call.actor, body.to_command(rfq_id, call.if_match))
    return call.answer(RfqSummaryOut, rfq, status=201, location=f"/api/v1/rfqs/{rfq_id}/rounds")
