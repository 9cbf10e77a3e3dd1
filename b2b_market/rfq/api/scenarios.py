"""Award scenarios over the API."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes
from b2b_market.reference.public import RateMissing
from b2b_market.rfq.commands.scenarios import ReadScenario, StepScenario
from b2b_market.rfq.rules import awarding as award_rules
from b2b_market.rfq.rules.bundling import BundleBroken
from b2b_market.rfq.rules.scenarios import ScenarioNotReady, ScenarioOutdated, TooManyScenarios
from b2b_market.rfq.schemas.quotes import AwardOut
from b2b_market.rfq.schemas.scenarios import (
    ProposeScenarioIn,
    ScenarioIn,
    ScenarioOut,
    ScenarioQuery,
    ScenariosOut,
)
from b2b_market.rfq.service import scenarios
from b2b_market.sourcing.public import (
    AwardNotPossible,
    FreightTooTangled,
    LineTooTangled,
    SupplierUnknown,
    TooManyCombinations,
)

by_rfq = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
router = APIRouter(prefix="/award-scenarios", tags=["rfq"], route_class=StrictRoute)

_COMPARED = changes(RateMissing)


@by_rfq.post(
    "/{rfq_id}/scenarios",
    status_code=201,
    response_model=ScenarioOut,
    responses=changes(
        TooManyScenarios, RateMissing, TooManyCombinations, LineTooTangled, FreightTooTangled, SupplierUnknown
    ),
)
def save_scenario(rfq_id: WireUuid, body: ScenarioIn, call: OnceCall) -> Answer:
    """Keep one way to award; an optimised one waits for a worker, ask again until its status is settled."""
    saved = scenarios.save_scenario(call.work, call.actor, body.to_command(rfq_id))
    found = scenarios.read_scenario(call.work, call.actor, ReadScenario(saved.id))
    return call.answer(ScenarioOut, found, status=201, location=f"/api/v1/award-scenarios/{saved.id}")


@by_rfq.get("/{rfq_id}/scenarios", response_model=ScenariosOut, responses=_COMPARED)
def compare_scenarios(rfq_id: WireUuid, call: Call, query: Annotated[ScenarioQuery, Query()]) -> Answer:
    """Return scenarios side by side with their saving against target, last price and average."""
    return call.answer(ScenariosOut, scenarios.compare_scenarios(call.work, call.actor, query.to_command(rfq_id)))


@router.get("/{scenario_id}", response_model=ScenarioOut, responses=_COMPARED)
def read_scenario(scenario_id: WireUuid, call: Call) -> Answer:
    """Return one scenario with what it comes to today."""
    return call.answer(ScenarioOut, scenarios.read_scenario(call.work, call.actor, ReadScenario(scenario_id)))


@router.delete("/{scenario_id}", status_code=204, response_class=Response, responses=changes())
def delete_scenario(scenario_id: WireUuid, call: Call) -> Answer:
    """Delete a scenario; an award that came of it stays."""
    scenarios.delete_scenario(call.work, call.actor, StepScenario(scenario_id, call.if_match))
    return call.nothing()


@router.post(
    "/{scenario_id}/propose",
    status_code=201,
    response_model=AwardOut,
    responses=changes(
        ScenarioNotReady, ScenarioOutdated, award_rules.AwardUndecided, AwardNotPossible, BundleBroken, RateMissing
    ),
)
def propose_scenario(scenario_id: WireUuid, body: ProposeScenarioIn, call: OnceCall) -> Answer:
    """Turn a scenario into an award proposal with the same snapshot hash; If-Match names the request's version."""
    content = scenarios.propose_scenario(call.work, call.actor, body.to_command(scenario_id, call.if_match))
    return call.answer(AwardOut, content, status=201, location=f"/api/v1/awards/{content.award.id}")
