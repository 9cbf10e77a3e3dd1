"""Framework agreements over the API: a draft's terms, the agreements, call-offs and their answers."""

from typing import Annotated

from fastapi import APIRouter, Query

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import PageOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.reference.public import RateMissing
from b2b_market.tendering.commands import frameworks as commands
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.rules import calling as calling_rules
from b2b_market.tendering.rules import competing as competing_rules
from b2b_market.tendering.rules import frameworks as rules
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.schemas import frameworks as schemas
from b2b_market.tendering.schemas.tenders import ReasonIn, TenderOut
from b2b_market.tendering.service import answering, calling, competing, frameworks, framing

tender_router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
router = APIRouter(prefix="/frameworks", tags=["tendering"], route_class=StrictRoute)
call_off_router = APIRouter(prefix="/call-offs", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (tender_router, router, call_off_router)

_ROOM = (rules.FrameworkNotRunning, rules.CeilingPassed)


@tender_router.put(
    "/{tender_id}/framework",
    response_model=schemas.FrameworkTermsOut,
    responses=changes(rules.FrameworkNotForeseen),
)
def set_framework_terms(tender_id: WireUuid, body: schemas.FrameworkTermsIn, call: Call) -> Answer:
    """Set what the awards of a draft conclude; If-Match names the tender's version."""
    found = framing.set_framework_terms(call.work, call.actor, body.to_command(tender_id, call.if_match))
    return call.answer(schemas.FrameworkTermsOut, found)


@tender_router.get(
    "/{tender_id}/framework",
    response_model=schemas.FrameworkTermsOut,
    responses=reads(rules.FrameworkNotForeseen),
)
def read_framework_terms(tender_id: WireUuid, call: Call) -> Answer:
    """Return the terms of a tender's framework agreements."""
    found = framing.read_framework_terms(call.work, call.actor, ReadTender(tender_id))
    return call.answer(schemas.FrameworkTermsOut, found)


@router.get("", response_model=PageOut[schemas.FrameworkSummaryOut], responses=reads())
def list_frameworks(call: Call, query: Annotated[schemas.FrameworkQuery, Query()]) -> Answer:
    """Return a page of the agreements that the company is a party of."""
    found = frameworks.list_frameworks(call.work, call.actor, query.to_command())
    return call.answer_page(schemas.FrameworkSummaryOut, found)


@router.get("/{framework_id}", response_model=schemas.FrameworkOut, responses=reads())
def read_framework(framework_id: WireUuid, call: Call) -> Answer:
    """Return an agreement as the caller's side sees it."""
    found = frameworks.read_framework(call.work, call.actor, commands.ReadFramework(framework_id))
    return call.answer(schemas.FrameworkOut, found)


@router.post(
    "/{framework_id}/terminate",
    response_model=schemas.FrameworkSummaryOut,
    responses=changes(TenderReasonMissing),
)
def terminate_framework(framework_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """End an agreement early; what was accepted stays."""
    command = commands.TerminateFramework(framework_id, call.if_match, body.reason)
    return call.answer(schemas.FrameworkSummaryOut, frameworks.terminate_framework(call.work, call.actor, command))


@router.post(
    "/{framework_id}/call-offs",
    status_code=201,
    response_model=schemas.CallOffSummaryOut,
    responses=creates(*_ROOM, calling_rules.CompetitionAsked, RateMissing),
)
def place_call_off(framework_id: WireUuid, body: schemas.CallOffIn, call: OnceCall) -> Answer:
    """Place an order at the agreement's prices; above the own limit it waits for an approver."""
    placed = calling.place_call_off(call.work, call.actor, body.to_command(framework_id))
    return call.answer(schemas.CallOffSummaryOut, placed, status=201, location=f"/api/v1/call-offs/{placed.id}")


@router.post(
    "/{framework_id}/competitions",
    status_code=201,
    response_model=TenderOut,
    responses=creates(*_ROOM, competing_rules.PricesFixed),
)
def start_competition(framework_id: WireUuid, body: schemas.CompetitionIn, call: OnceCall) -> Answer:
    """Draft the short tender of an order that all members bid for; it goes on as any other tender."""
    content = competing.start_competition(call.work, call.actor, body.to_command(framework_id))
    return call.answer(TenderOut, content, status=201, location=f"/api/v1/tenders/{content.tender.id}")


@call_off_router.get("/{call_off_id}", response_model=schemas.CallOffOut, responses=reads())
def read_call_off(call_off_id: WireUuid, call: Call) -> Answer:
    """Return a call-off as the caller's side sees it."""
    found = frameworks.read_call_off(call.work, call.actor, commands.ReadCallOff(call_off_id))
    return call.answer(schemas.CallOffOut, found)


@call_off_router.post(
    "/{call_off_id}/approve",
    response_model=schemas.CallOffSummaryOut,
    responses=changes(*_ROOM, calling_rules.CallOffAboveLimit, OwnWork, RateMissing),
)
def approve_call_off(call_off_id: WireUuid, call: Call) -> Answer:
    """Approve a call-off and offer it to the best member."""
    command = commands.StepCallOff(call_off_id, call.if_match)
    return call.answer(schemas.CallOffSummaryOut, calling.approve_call_off(call.work, call.actor, command))


@call_off_router.post(
    "/{call_off_id}/return", response_model=schemas.CallOffSummaryOut, responses=changes(TenderReasonMissing)
)
def return_call_off(call_off_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Send a call-off back to who placed it."""
    command = commands.StepCallOff(call_off_id, call.if_match, body.reason)
    return call.answer(schemas.CallOffSummaryOut, calling.return_call_off(call.work, call.actor, command))


@call_off_router.post(
    "/{call_off_id}/cancel",
    response_model=schemas.CallOffSummaryOut,
    responses=changes(TenderReasonMissing, competing_rules.AwardStands),
)
def cancel_call_off(call_off_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Cancel a call-off; what it booked can be called off again, and its contract becomes void."""
    command = commands.StepCallOff(call_off_id, call.if_match, body.reason)
    return call.answer(schemas.CallOffSummaryOut, calling.cancel_call_off(call.work, call.actor, command))


@call_off_router.post(
    "/{call_off_id}/accept", response_model=schemas.CallOffOut, responses=changes(calling_rules.AnswerTooLate)
)
def accept_call_off(call_off_id: WireUuid, call: Call) -> Answer:
    """Accept a call-off whose turn it is; a contract is drafted from it."""
    answering.accept_call_off(call.work, call.actor, commands.StepCallOff(call_off_id, call.if_match))
    found = frameworks.read_call_off(call.work, call.actor, commands.ReadCallOff(call_off_id))
    return call.answer(schemas.CallOffOut, found)


@call_off_router.post(
    "/{call_off_id}/decline",
    response_model=schemas.CallOffOut,
    responses=changes(calling_rules.AnswerTooLate, TenderReasonMissing),
)
def decline_call_off(call_off_id: WireUuid, body: ReasonIn, call: Call) -> Answer:
    """Decline a call-off whose turn it is; the next member's turn comes."""
    answering.decline_call_off(call.work, call.actor, commands.StepCallOff(call_off_id, call.if_match, body.reason))
    found = frameworks.read_call_off(call.work, call.actor, commands.ReadCallOff(call_off_id))
    return call.answer(schemas.CallOffOut, found)
