"""Prior notices over the API: everybody reads them, a buyer announces a draft and takes that back."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.tendering.commands.planning import WithdrawPlan
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import planning as rules
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import planning as schemas
from b2b_market.tendering.schemas.evaluation import WordsIn
from b2b_market.tendering.service import planning

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
public_router = APIRouter(prefix="/prior-notices", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, public_router)

_BARRED = (rules.PlanNotForeseen, rules.PlanStands, OwnWork)


@router.post(
    "/{tender_id}/prior-notice",
    status_code=201,
    response_model=schemas.PriorNoticeOut,
    responses={**changes(*_BARRED), **creates(*_BARRED)},
)
def publish_plan(tender_id: WireUuid, body: schemas.PlanIn, call: OnceCall) -> Answer:
    """Announce a draft tender to everybody before its notice; If-Match names the tender's version."""
    plan = planning.publish_plan(call.work, call.actor, body.to_command(tender_id, call.if_match))
    location = f"/api/v1/prior-notices/{tender_id}"
    return call.answer(schemas.PriorNoticeOut, plan, status=201, location=location)


@router.post(
    "/{tender_id}/prior-notice/withdraw",
    response_model=schemas.PriorNoticeOut,
    responses=changes(TenderReasonMissing),
)
def withdraw_plan(tender_id: WireUuid, body: WordsIn, call: Call) -> Answer:
    """Take the prior notice of a tender back, and say why; If-Match names the prior notice's version."""
    command = WithdrawPlan(tender_id, call.if_match, body.text)
    return call.answer(schemas.PriorNoticeOut, planning.withdraw_plan(call.work, call.actor, command))


@public_router.get("", response_model=PageOut[schemas.PriorNoticeOut], responses=reads())
def list_plans(call: Call, query: Annotated[schemas.PlansQuery, Query()]) -> Answer:
    """Return a page of the prior notices that stand, the next planned one first; nobody needs to sign in."""
    return call.answer_page(schemas.PriorNoticeOut, planning.list_plans(call.work, call.actor, query.to_command()))


@public_router.get("/{tender_id}", response_model=schemas.PriorNoticeOut, responses=reads())
def read_plan(tender_id: WireUuid, call: Call) -> Answer:
    """Return the last prior notice of a tender, also once it was withdrawn or followed; nobody needs to sign in."""
    return call.answer(schemas.PriorNoticeOut, planning.read_plan(call.work, call.actor, ReadTender(tender_id)))
