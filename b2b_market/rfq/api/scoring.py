"""Weighted criteria over the API: published formula, what the buyer found, scores and their sensitivity."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call
from b2b_market.rbac.responses import changes, reads
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.rules.scoring import AssessmentsUnusable, CriteriaFrozen, NoCriteria
from b2b_market.rfq.schemas.scoring import AssessmentsIn, CriteriaIn, CriteriaOut, ScorecardOut, ScoreQuery
from b2b_market.rfq.service import scoring
from b2b_market.sourcing.public import CriteriaUnusable, NothingInCommon, ValueNegative, WeightsIncomplete

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/criteria", response_model=CriteriaOut, responses=reads())
def read_criteria(rfq_id: WireUuid, call: Call) -> Answer:
    """Return what a request is judged by, with its formula in words."""
    return call.answer(CriteriaOut, scoring.read_criteria(call.work, call.actor, ReadRfq(rfq_id)))


@router.put(
    "/{rfq_id}/criteria",
    response_model=CriteriaOut,
    responses=changes(CriteriaFrozen, CriteriaUnusable, WeightsIncomplete),
)
def set_criteria(rfq_id: WireUuid, body: CriteriaIn, call: Call) -> Answer:
    """Replace the criteria of a draft; If-Match names the version that is replaced, the first needs none."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(CriteriaOut, scoring.set_criteria(call.work, call.actor, command))


@router.put("/{rfq_id}/assessments", response_model=CriteriaOut, responses=changes(NoCriteria, AssessmentsUnusable))
def assess_quotes(rfq_id: WireUuid, body: AssessmentsIn, call: Call) -> Answer:
    """Replace what was found of the suppliers; If-Match names the version of the criteria."""
    command = body.to_command(rfq_id, call.if_match)
    return call.answer(CriteriaOut, scoring.assess_quotes(call.work, call.actor, command))


@router.get(
    "/{rfq_id}/scores",
    response_model=ScorecardOut,
    responses=changes(NoCriteria, NothingInCommon, RateMissing, ValueNegative),
)
def score_quotes(rfq_id: WireUuid, call: Call, query: Annotated[ScoreQuery, Query()]) -> Answer:
    """Score the visible quotations, tell at which weights the lead passes on, and rank at another weight."""
    return call.answer(ScorecardOut, scoring.score_quotes(call.work, call.actor, query.to_command(rfq_id)))
