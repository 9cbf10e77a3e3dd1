"""Questions and answers over the API."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.rfq.commands import requests as commands
from b2b_market.rfq.rules import approving, asking, quoting
from b2b_market.rfq.schemas.questions import QuestionIn, QuestionOut, ReplyIn
from b2b_market.rfq.service import asking as questions

router = APIRouter(prefix="/rfqs", tags=["rfq"], route_class=StrictRoute)
question_router = APIRouter(prefix="/questions", tags=["rfq"], route_class=StrictRoute)


@router.get("/{rfq_id}/questions", response_model=ListOut[QuestionOut], responses=reads())
def list_questions(rfq_id: WireUuid, call: Call) -> Answer:
    """Return the questions put to a request: all to its buyer, to a supplier the answered ones and its own."""
    return call.answer_many(QuestionOut, questions.list_questions(call.work, call.actor, commands.ReadRfq(rfq_id)))


@router.post(
    "/{rfq_id}/questions",
    status_code=201,
    response_model=QuestionOut,
    responses=creates(asking.EnquiryEnded, asking.AskerNamed, asking.TooManyQuestions, quoting.OwnRequest),
)
def ask_question(rfq_id: WireUuid, body: QuestionIn, call: OnceCall) -> Answer:
    """Ask about a request; the buyer reads it at once, every supplier with the answer, and nobody who asked."""
    view = questions.ask_question(call.work, call.actor, body.to_command(rfq_id))
    return call.answer(QuestionOut, view, status=201, location=f"/api/v1/rfqs/{rfq_id}/questions")


@question_router.post(
    "/{question_id}/answers", status_code=201, response_model=QuestionOut, responses=changes(asking.AnswerTooLate)
)
def answer_question(question_id: WireUuid, body: ReplyIn, call: OnceCall) -> Answer:
    """Answer a question to every invited supplier; If-Match names its version. An answer is never changed."""
    view = questions.answer_question(call.work, call.actor, body.to_command(question_id, call.if_match))
    location = f"/api/v1/rfqs/{view.rfq_id}/questions"
    return call.answer(QuestionOut, view, status=201, location=location)


@question_router.post(
    "/{question_id}/decline",
    response_model=QuestionOut,
    responses=changes(asking.AnswerTooLate, approving.ReasonMissing),
)
def decline_question(question_id: WireUuid, body: ReplyIn, call: OnceCall) -> Answer:
    """Say to its asker alone why a question is not answered."""
    view = questions.decline_question(call.work, call.actor, body.to_command(question_id, call.if_match))
    return call.answer(QuestionOut, view)
