"""Negotiation, dialogue and the step to the final bids over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.tendering.api import selecting
from b2b_market.tendering.commands.selecting import AddFile, AnswerTalk
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.rules import talking as rules
from b2b_market.tendering.rules.admission import StageNotForeseen
from b2b_market.tendering.rules.complaining import ComplaintOpen
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.qualifying import TooManyFiles
from b2b_market.tendering.rules.reducing import NotTakingPart, ReductionContestable, ReductionOpen
from b2b_market.tendering.schemas import talks as schemas
from b2b_market.tendering.schemas.selecting import StageFileIn
from b2b_market.tendering.schemas.tenders import TenderOut, TenderSummaryOut, TextIn
from b2b_market.tendering.service import continuing, talking

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
talk_router = APIRouter(prefix="/tender-talks", tags=["tendering"], route_class=StrictRoute)

_WAITING = (ReductionOpen, ReductionContestable, ComplaintOpen)


@router.post(
    "/{tender_id}/negotiation",
    response_model=TenderSummaryOut,
    responses=changes(EvaluatorUnfit, StageNotForeseen, rules.NobodyLeft),
)
def begin_negotiation(tender_id: WireUuid, call: Call) -> Answer:
    """Negotiate the opened bids with everybody whose bid could be read."""
    command = StepTender(tender_id, call.if_match)
    return call.answer(TenderSummaryOut, talking.begin_negotiation(call.work, call.actor, command))


@router.get("/{tender_id}/talks", response_model=schemas.TalksOut, responses=reads())
def read_talks(tender_id: WireUuid, call: Call) -> Answer:
    """Return the talks: all of them to the buyer, to a company its own."""
    return call.answer(schemas.TalksOut, talking.read_talks(call.work, call.actor, ReadTender(tender_id)))


@router.post("/{tender_id}/talks", response_model=ListOut[schemas.TalkOut], responses=changes())
def record_talk(tender_id: WireUuid, body: schemas.TalkIn, call: Call) -> Answer:
    """Keep minutes, ask one company or all, or inform all alike; If-Match names the tender's version."""
    found = talking.record_talk(call.work, call.actor, body.to_command(tender_id, call.if_match))
    return call.answer_many(schemas.TalkOut, found)


@router.post("/{tender_id}/talks/round", response_model=TenderSummaryOut, responses=changes(rules.TalksUnequal))
def begin_round(tender_id: WireUuid, call: Call) -> Answer:
    """Begin the next round, once there was a meeting with everybody in this one."""
    command = StepTender(tender_id, call.if_match)
    return call.answer(TenderSummaryOut, talking.begin_round(call.work, call.actor, command))


@router.post(
    "/{tender_id}/talks/end",
    response_model=TenderOut,
    responses=changes(rules.TalksUnequal, rules.RoundsMissing, rules.NobodyLeft, *_WAITING),
)
def end_talks(tender_id: WireUuid, call: Call) -> Answer:
    """End the talks; the answer is the draft of the tender with the final bids."""
    command = StepTender(tender_id, call.if_match)
    return call.answer(TenderOut, continuing.end_talks(call.work, call.actor, command))


@talk_router.post("/{talk_id}/answer", response_model=schemas.TalkOut, responses=changes(NotTakingPart))
def answer_talk(talk_id: WireUuid, body: TextIn, call: Call) -> Answer:
    """Answer a question, or confirm or remark on minutes."""
    command = AnswerTalk(talk_id, call.if_match, body.text)
    return call.answer(schemas.TalkOut, talking.answer_talk(call.work, call.actor, command))


@talk_router.post(
    "/{talk_id}/files",
    status_code=201,
    response_model=schemas.TalkOut,
    responses=creates(IllegalStep, NotTakingPart, TooManyFiles),
)
def add_talk_file(talk_id: WireUuid, body: StageFileIn, call: OnceCall) -> Answer:
    """Add a file that was uploaded before to an answer before it is given."""
    found = talking.add_talk_file(call.work, call.actor, AddFile(talk_id, body.file_id))
    location = f"/api/v1/tenders/{found.talk.tender_id}/talks"
    return call.answer(schemas.TalkOut, found, status=201, location=location)


ROUTERS = (*selecting.ROUTERS, router, talk_router)
