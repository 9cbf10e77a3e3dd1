"""The publicity of candidates over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.tendering.commands.publicity import PublishCandidates
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules import publicity as rules
from b2b_market.tendering.rules.complaining import ComplaintOpen
from b2b_market.tendering.rules.correcting import CorrectionOpen
from b2b_market.tendering.schemas import publicity as schemas
from b2b_market.tendering.service import publicity

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
lot_router = APIRouter(prefix="/tender-lots", tags=["tendering"], route_class=StrictRoute)
board_router = APIRouter(prefix="/tender-board", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, lot_router, board_router)

_BARRED = (
    rules.PublicityNotForeseen,
    rules.CandidatesPublished,
    judging.RulingOpen,
    judging.ScoresMissing,
    CorrectionOpen,
    judging.EvaluatorUnfit,
    ComplaintOpen,
)


@lot_router.post(
    "/{lot_id}/candidates",
    status_code=201,
    response_model=schemas.PublicityOut,
    responses={**changes(*_BARRED), **creates(*_BARRED)},
)
def publish_candidates(lot_id: WireUuid, call: OnceCall) -> Answer:
    """Publish the best placed bidders of a judged lot; If-Match names the evaluation's version."""
    found = publicity.publish_candidates(call.work, call.actor, PublishCandidates(lot_id, call.if_match))
    location = f"/api/v1/tenders/{found.tender_id}/candidates"
    return call.answer(schemas.PublicityOut, found, status=201, location=location)


@router.get("/{tender_id}/candidates", response_model=ListOut[schemas.PublicityOut], responses=reads())
def list_candidates(tender_id: WireUuid, call: Call) -> Answer:
    """Return the published rankings of a tender to everybody who reads it, the newest first."""
    found = publicity.list_candidates(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.PublicityOut, found.published)


@board_router.get("/{tender_id}/candidates", response_model=ListOut[schemas.PublicityOut], responses=reads())
def list_public_candidates(tender_id: WireUuid, call: Call) -> Answer:
    """Return the published rankings of a public tender; nobody needs to sign in."""
    found = publicity.list_public_candidates(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.PublicityOut, found)
