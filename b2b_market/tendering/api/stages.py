"""The technical result of tenders of two envelopes over the API, and the comparison of their prices."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.rules import envelopes as rules
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules.correcting import CorrectionOpen
from b2b_market.tendering.schemas.evaluation import EvaluationOut
from b2b_market.tendering.schemas.stages import TechnicalOut
from b2b_market.tendering.service import staging

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, board_router)

_FINAL = (
    rules.NoTechnicalStage,
    rules.TechnicalResultFinal,
    judging.RulingOpen,
    judging.ScoresMissing,
    CorrectionOpen,
    OwnWork,
)


@router.get("/{tender_id}/technical-result", response_model=TechnicalOut, responses=reads())
def read_technical(tender_id: WireUuid, call: Call) -> Answer:
    """Return the technical result: to the buyer all of it, to bidders their own, to everybody where it is public."""
    return call.answer(TechnicalOut, staging.read_technical(call.work, call.actor, ReadTender(tender_id)))


@router.post("/{tender_id}/technical-result", response_model=EvaluationOut, responses=changes(*_FINAL))
def lock_technical(tender_id: WireUuid, call: Call) -> Answer:
    """Sign off the technical result; If-Match names the evaluation's version."""
    found = staging.lock_technical(call.work, call.actor, StepTender(tender_id, call.if_match))
    return call.answer(EvaluationOut, found)


@router.post(
    "/{tender_id}/price-comparison",
    response_model=EvaluationOut,
    responses=changes(rules.NoTechnicalStage, rules.PricesStillSealed, judging.EvaluatorUnfit, RateMissing),
)
def compare_prices(tender_id: WireUuid, call: Call) -> Answer:
    """Compare the opened prices; If-Match names the evaluation's version."""
    found = staging.compare_prices(call.work, call.actor, StepTender(tender_id, call.if_match))
    return call.answer(EvaluationOut, found)


@board_router.get("/{tender_id}/technical-result", response_model=TechnicalOut, responses=reads())
def read_public_technical(tender_id: WireUuid, call: Call) -> Answer:
    """Return the technical result of a public tender; nobody needs to sign in."""
    return call.answer(TechnicalOut, staging.read_public_technical(call.work, call.actor, ReadTender(tender_id)))
