"""What follows the opening, over the API: evaluation, questions to bidders, disqualifications, awards, results."""

from fastapi import APIRouter

from b2b_market.infra.http.requests import StrictRoute
from b2b_market.infra.http.wires import ListOut, WireUuid
from b2b_market.rbac.duties import OwnWork
from b2b_market.rbac.edge import Answer, Call, OnceCall
from b2b_market.rbac.responses import changes, creates, reads
from b2b_market.reference.public import RateMissing
from b2b_market.tendering.commands import evaluation as commands
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.rules import correcting, deciding, judging
from b2b_market.tendering.rules.competing import PriceAboveFramework
from b2b_market.tendering.rules.complaining import ComplaintOpen
from b2b_market.tendering.rules.drafting import TenderReasonMissing
from b2b_market.tendering.rules.envelopes import TechnicalResultFinal
from b2b_market.tendering.rules.frameworks import CeilingPassed, FrameworkNotRunning
from b2b_market.tendering.rules.publicity import CandidatesNotPublished
from b2b_market.tendering.rules.sheets import SheetIncomplete
from b2b_market.tendering.schemas import evaluation as schemas
from b2b_market.tendering.service import awarding, evaluating, questioning, revoking

router = APIRouter(prefix="/tenders", tags=["tendering"], route_class=StrictRoute)
bid_router = APIRouter(prefix="/bids", tags=["tendering"], route_class=StrictRoute)
ruling_router = APIRouter(prefix="/tender-disqualifications", tags=["tendering"], route_class=StrictRoute)
inquiry_router = APIRouter(prefix="/tender-inquiries", tags=["tendering"], route_class=StrictRoute)
award_router = APIRouter(prefix="/tender-awards", tags=["tendering"], route_class=StrictRoute)
ROUTERS = (router, bid_router, ruling_router, inquiry_router, award_router)

_BARRED = (
    judging.RulingOpen,
    judging.ScoresMissing,
    judging.NotTheBest,
    judging.PriceUnexplained,
    correcting.CorrectionOpen,
    ComplaintOpen,
    PriceAboveFramework,
)
_ASKS = (judging.EvaluatorUnfit, judging.RulingOpen, judging.AwardsUnderway, TenderReasonMissing)
_ASKING = (*_ASKS, judging.ExplanationNotDue, correcting.CorrectionNotForeseen, correcting.CorrectionAsked)


@router.post(
    "/{tender_id}/evaluate",
    response_model=schemas.EvaluationOut,
    responses=changes(judging.EvaluatorUnfit, RateMissing),
)
def begin_evaluation(tender_id: WireUuid, call: Call) -> Answer:
    """Begin to judge an opened tender; If-Match names the tender's version."""
    found = evaluating.begin_evaluation(call.work, call.actor, StepTender(tender_id, call.if_match))
    return call.answer(schemas.EvaluationOut, found)


@router.get("/{tender_id}/evaluation", response_model=schemas.EvaluationOut, responses=reads())
def read_evaluation(tender_id: WireUuid, call: Call) -> Answer:
    """Return the evaluation of an own tender, lot by lot."""
    return call.answer(schemas.EvaluationOut, evaluating.read_evaluation(call.work, call.actor, ReadTender(tender_id)))


@router.put(
    "/{tender_id}/scores",
    response_model=schemas.EvaluationOut,
    responses=changes(judging.EvaluatorUnfit, judging.AwardsUnderway, SheetIncomplete, TechnicalResultFinal),
)
def score_bids(tender_id: WireUuid, body: schemas.ScoresIn, call: Call) -> Answer:
    """Score every bid on every award criterion but the price; If-Match names the evaluation's version."""
    command = body.to_command(tender_id, call.if_match)
    return call.answer(schemas.EvaluationOut, evaluating.score_bids(call.work, call.actor, command))


@router.get("/{tender_id}/results", response_model=ListOut[schemas.ResultOut], responses=reads())
def read_results(tender_id: WireUuid, call: Call) -> Answer:
    """Return what the own company's bids came to; to the buyer every result."""
    return call.answer_many(schemas.ResultOut, awarding.read_results(call.work, call.actor, ReadTender(tender_id)))


@router.get("/{tender_id}/inquiries", response_model=ListOut[schemas.InquiryOut], responses=reads())
def list_inquiries(tender_id: WireUuid, call: Call) -> Answer:
    """Return what the own company was asked about its bids, or asked as the buyer."""
    found = questioning.list_inquiries(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.InquiryOut, found)


@router.get("/{tender_id}/disqualifications", response_model=ListOut[schemas.RulingOut], responses=reads())
def list_disqualifications(tender_id: WireUuid, call: Call) -> Answer:
    """Return the disqualifications: to a bidder its own confirmed ones, to the buyer all."""
    found = questioning.list_disqualifications(call.work, call.actor, ReadTender(tender_id))
    return call.answer_many(schemas.RulingOut, found)


@bid_router.post(
    "/{bid_id}/inquiries",
    status_code=201,
    response_model=schemas.InquiryOut,
    responses={**changes(*_ASKING), **creates(*_ASKING)},
)
def ask_bidder(bid_id: WireUuid, body: schemas.InquiryIn, call: OnceCall) -> Answer:
    """Ask a bidder about its opened bid; If-Match names the evaluation's version."""
    asked = questioning.ask_bidder(call.work, call.actor, body.to_command(bid_id, call.if_match))
    return call.answer(schemas.InquiryOut, asked, status=201, location=f"/api/v1/tenders/{asked.tender_id}/inquiries")


@inquiry_router.post("/{inquiry_id}/answer", response_model=schemas.InquiryOut, responses=changes(TenderReasonMissing))
def answer_inquiry(inquiry_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Answer what the own company was asked."""
    command = commands.AnswerInquiry(inquiry_id, call.if_match, body.text)
    return call.answer(schemas.InquiryOut, questioning.answer_inquiry(call.work, call.actor, command))


@inquiry_router.post(
    "/{inquiry_id}/accept",
    response_model=schemas.InquiryOut,
    responses=changes(judging.StillTime, judging.EvaluatorUnfit, TenderReasonMissing),
)
def accept_answer(inquiry_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Accept an answer, and say why."""
    command = commands.DecideInquiry(inquiry_id, call.if_match, body.text)
    return call.answer(schemas.InquiryOut, questioning.accept_answer(call.work, call.actor, command))


@inquiry_router.post(
    "/{inquiry_id}/reject", response_model=schemas.InquiryOut, responses=changes(judging.StillTime, *_ASKS)
)
def reject_answer(inquiry_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Reject an answer, or that none came; a rejected explanation of a low price proposes to disqualify the bid."""
    command = commands.DecideInquiry(inquiry_id, call.if_match, body.text)
    return call.answer(schemas.InquiryOut, questioning.reject_answer(call.work, call.actor, command))


@bid_router.post(
    "/{bid_id}/disqualifications",
    status_code=201,
    response_model=schemas.RulingOut,
    responses={**changes(*_ASKS, TechnicalResultFinal), **creates(*_ASKS, TechnicalResultFinal)},
)
def propose_disqualification(bid_id: WireUuid, body: schemas.DisqualificationIn, call: OnceCall) -> Answer:
    """Propose that a bid no longer takes part; If-Match names the evaluation's version."""
    ruling = questioning.propose_disqualification(call.work, call.actor, body.to_command(bid_id, call.if_match))
    return call.answer(schemas.RulingOut, ruling, status=201, location=f"/api/v1/tenders/{ruling.tender_id}/evaluation")


@ruling_router.post(
    "/{ruling_id}/confirm", response_model=schemas.RulingOut, responses=changes(OwnWork, judging.AwardsUnderway)
)
def confirm_disqualification(ruling_id: WireUuid, call: Call) -> Answer:
    """Disqualify a bid as another person proposed."""
    command = commands.DecideRuling(ruling_id, call.if_match)
    return call.answer(schemas.RulingOut, questioning.confirm_disqualification(call.work, call.actor, command))


@ruling_router.post(
    "/{ruling_id}/dismiss", response_model=schemas.RulingOut, responses=changes(OwnWork, TenderReasonMissing)
)
def dismiss_disqualification(ruling_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Let the bid take part, and say why."""
    command = commands.DecideRuling(ruling_id, call.if_match, body.text)
    return call.answer(schemas.RulingOut, questioning.dismiss_disqualification(call.work, call.actor, command))


@award_router.get("/{tender_award_id}/decision", response_model=schemas.DecisionOut, responses=reads())
def read_decision(tender_award_id: WireUuid, call: Call) -> Answer:
    """Return the signed record of a decision, as it was signed."""
    return call.answer(
        schemas.DecisionOut, awarding.read_decision(call.work, call.actor, commands.ReadDecision(tender_award_id))
    )


@award_router.post(
    "/{tender_award_id}/propose",
    response_model=schemas.TenderAwardOut,
    responses=changes(*_BARRED, judging.EvaluatorUnfit, TenderReasonMissing),
)
def propose_award(tender_award_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Propose to award a lot to the bid whose turn it is, with the grounds."""
    command = commands.StepAward(tender_award_id, call.if_match, body.text)
    return call.answer(schemas.TenderAwardOut, awarding.propose_award(call.work, call.actor, command))


@award_router.post(
    "/{tender_award_id}/return", response_model=schemas.TenderAwardOut, responses=changes(TenderReasonMissing)
)
def return_award(tender_award_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Send a proposed award back with a reason."""
    command = commands.StepAward(tender_award_id, call.if_match, body.text)
    return call.answer(schemas.TenderAwardOut, awarding.return_award(call.work, call.actor, command))


@award_router.post(
    "/{tender_award_id}/approve",
    response_model=schemas.TenderAwardOut,
    responses=changes(
        *_BARRED,
        CandidatesNotPublished,
        OwnWork,
        deciding.AwardAboveLimit,
        RateMissing,
        CeilingPassed,
        FrameworkNotRunning,
    ),
)
def approve_award(tender_award_id: WireUuid, call: Call) -> Answer:
    """Decide a lot: the decision is signed, every bidder gets its result, the stand-still begins."""
    command = commands.StepAward(tender_award_id, call.if_match)
    return call.answer(schemas.TenderAwardOut, awarding.approve_award(call.work, call.actor, command))


@award_router.post(
    "/{tender_award_id}/cancel",
    response_model=schemas.TenderAwardOut,
    responses=changes(OwnWork, TenderReasonMissing),
)
def cancel_award(tender_award_id: WireUuid, body: schemas.WordsIn, call: Call) -> Answer:
    """Take a decision back during the stand-still; the lot is judged again."""
    command = commands.StepAward(tender_award_id, call.if_match, body.text)
    return call.answer(schemas.TenderAwardOut, revoking.cancel_award(call.work, call.actor, command))
