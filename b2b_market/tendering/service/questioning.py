"""Between opening and award: bidders explain and clarify, and bids are disqualified by two people."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import IllegalStep
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.evaluation import (
    AnswerInquiry,
    AskBidder,
    DecideInquiry,
    DecideRuling,
    ProposeDisqualification,
)
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.evaluation import (
    BidDisqualified,
    DisqualificationProposed,
    InquiryAnswered,
    InquirySent,
)
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.evaluation import Inquiry, Ruling
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import correcting, judging
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.envelopes import TechnicalResultFinal
from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.evaluating import JudgedLot, at_work, judged, settle, take_part
from b2b_market.tendering.states.evaluation import (
    INQUIRY_LIFECYCLE,
    RULING_LIFECYCLE,
    InquiryKind,
    InquiryStatus,
    RulingGround,
    RulingStatus,
    TenderAwardStatus,
)
from b2b_market.tendering.states.procedures import PeriodUnit
from b2b_market.tendering.states.stages import StageStatus


@operation(TenderPermission.EVALUATE)
def propose_disqualification(work: Work, scope: Scope, command: ProposeDisqualification) -> Ruling:
    """Propose that a bid no longer takes part; another person decides (S1). An active award is cancelled first.

    TechnicalResultFinal while the price envelopes of the bids that passed wait for the officers.
    """
    bid = queries.own_bid(work.session, scope, command.bid_id)
    tender, evaluation = at_work(work, scope, bid.tender_id)
    work.expect_version(evaluation, command.expected_version)
    reason = require_reason(command.reason)
    found = judged(work, scope, tender, evaluation, bid.lot_id)
    if found.sight.stage is StageStatus.LOCKED:
        raise TechnicalResultFinal
    _require_unruled(found.lots[0], bid.id)
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.disqualification_proposed", evaluation)
    return _rule(work, scope, bid, command.ground, reason)


@operation(TenderPermission.AWARD_APPROVE)
def confirm_disqualification(work: Work, scope: Scope, command: DecideRuling) -> Ruling:
    """Disqualify a bid as another person proposed; the next one of its lot has its turn, and the bidder is told why."""
    tender_id = queries.own_ruling(work.session, scope, command.ruling_id).tender_id
    tender, evaluation = at_work(work, scope, tender_id)
    known = queries.own_ruling(work.session, scope, command.ruling_id, lock=True)
    work.expect_version(known, command.expected_version)
    RULING_LIFECYCLE.require(known.status, "confirm")
    _require_decider(scope, known, evaluation.evaluator_ids)
    lot = judged(work, scope, tender, evaluation, known.lot_id).lots[0]
    _require_not_active(lot)
    _decide(work, scope, known, "confirm")
    work.emit(
        BidDisqualified(
            ruling_id=known.id,
            tender_id=known.tender_id,
            bid_id=known.bid_id,
            buyer_id=known.buyer_id,
            supplier_id=known.supplier_id,
        ),
        known,
    )
    settle(work, scope, tender, evaluation, known.lot_id)
    return known


@operation(TenderPermission.AWARD_APPROVE)
def dismiss_disqualification(work: Work, scope: Scope, command: DecideRuling) -> Ruling:
    """Let a bid take part that somebody proposed to disqualify, and say why."""
    tender_id = queries.own_ruling(work.session, scope, command.ruling_id).tender_id
    _, evaluation = at_work(work, scope, tender_id)
    known = queries.own_ruling(work.session, scope, command.ruling_id, lock=True)
    work.expect_version(known, command.expected_version)
    RULING_LIFECYCLE.require(known.status, "dismiss")
    _require_decider(scope, known, evaluation.evaluator_ids)
    known.remark = require_reason(command.remark)
    _decide(work, scope, known, "dismiss")
    work.record("tender_ruling.dismissed", known)
    return known


@operation(TenderPermission.EVALUATE)
def ask_bidder(work: Work, scope: Scope, command: AskBidder) -> Inquiry:
    """Ask a bidder about its bid; a low price only where it is abnormally low, and once (ExplanationNotDue)."""
    bid = queries.own_bid(work.session, scope, command.bid_id)
    tender, evaluation = at_work(work, scope, bid.tender_id)
    work.expect_version(evaluation, command.expected_version)
    question = require_reason(command.question)
    lot = judged(work, scope, tender, evaluation, bid.lot_id).lots[0]
    _require_unruled(lot, bid.id)
    if command.kind is InquiryKind.LOW_PRICE:
        _require_low(lot, bid.id)
    due_at = _due_at(work, scope, tender, lot, command)
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.bidder_asked", evaluation)
    inquiry = Inquiry(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        lot_id=bid.lot_id,
        bid_id=bid.id,
        buyer_id=tender.buyer_id,
        supplier_id=bid.supplier_id,
        kind=command.kind,
        question=question,
        asked_by=scope.user_id,
        due_at=due_at,
        status=INQUIRY_LIFECYCLE.initial,
        files=[],
    )
    work.session.add(inquiry)
    sent = InquirySent(
        inquiry_id=inquiry.id,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        supplier_id=bid.supplier_id,
        due_at=inquiry.due_at,
    )
    work.emit(sent, inquiry)
    return inquiry


@operation(TenderPermission.BID_SUBMIT)
def answer_inquiry(work: Work, scope: Scope, command: AnswerInquiry) -> Inquiry:
    """Answer what the own company was asked about its bid, before the time is over; Invalid where files are needed."""
    inquiry = lock_own_inquiry(work, scope, command.inquiry_id, command.expected_version)
    correcting.require_words_enough(inquiry.kind)
    return answered(work, scope, inquiry, command.answer)


def lock_own_inquiry(work: Work, scope: Scope, inquiry_id: UUID, expected_version: int | None) -> Inquiry:
    """Return what the own company was asked about its bid and may still answer, locked; IllegalStep afterwards."""
    inquiry = queries.inquiry(work.session, scope, inquiry_id, lock=True)
    work.expect_version(inquiry, expected_version)
    if inquiry.supplier_id not in scope.org_ids or work.judging_time() >= inquiry.due_at:
        raise IllegalStep(status=inquiry.status.value, step="answer", allowed_from="asked")
    INQUIRY_LIFECYCLE.require(inquiry.status, "answer")
    return inquiry


def answered(work: Work, scope: Scope, inquiry: Inquiry, said: str) -> Inquiry:
    """Keep the bidder's answer and tell the buyer that it is there."""
    inquiry.answer = require_reason(said)
    INQUIRY_LIFECYCLE.advance(inquiry, "answer")
    inquiry.answered_by, inquiry.answered_at = scope.user_id, work.now()
    work.touch(inquiry)
    told = InquiryAnswered(
        inquiry_id=inquiry.id,
        tender_id=inquiry.tender_id,
        buyer_id=inquiry.buyer_id,
        supplier_id=inquiry.supplier_id,
    )
    work.emit(told, inquiry)
    return inquiry


@operation(TenderPermission.EVALUATE)
def accept_answer(work: Work, scope: Scope, command: DecideInquiry) -> Inquiry:
    """Accept an answer, and say why; an abnormally low price then no longer bars the award."""
    return _judge(work, scope, command, "accept")[0]


@operation(TenderPermission.EVALUATE)
def reject_answer(work: Work, scope: Scope, command: DecideInquiry) -> Inquiry:
    """Reject an answer, or that none came in time, and say why.

    A rejected explanation of a low price proposes to disqualify the bid; another person decides on that.
    """
    inquiry, bid = _judge(work, scope, command, "reject")
    if inquiry.kind is InquiryKind.LOW_PRICE and inquiry.finding is not None:
        _rule(work, scope, bid, RulingGround.ABNORMALLY_LOW, inquiry.finding)
    return inquiry


@operation(TenderPermission.BID_READ)
def list_inquiries(work: Work, scope: Scope, command: ReadTender) -> Sequence[Inquiry]:
    """Return what the own company was asked about its bids, or what it asked as the tender's buyer."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return queries.inquiries_of(work.session, scope, tender.id)


@operation(TenderPermission.BID_READ)
def list_disqualifications(work: Work, scope: Scope, command: ReadTender) -> Sequence[Ruling]:
    """Return the disqualifications of a tender: a bidder its own confirmed ones, the buyer all."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return queries.rulings_of(work.session, scope, tender.id)


def _judge(work: Work, scope: Scope, command: DecideInquiry, step: str) -> tuple[Inquiry, Bid]:
    known = queries.inquiry(work.session, scope, command.inquiry_id)
    bid = queries.own_bid(work.session, scope, known.bid_id)
    tender, evaluation = at_work(work, scope, known.tender_id)
    inquiry = queries.inquiry(work.session, scope, command.inquiry_id, lock=True)
    work.expect_version(inquiry, command.expected_version)
    INQUIRY_LIFECYCLE.require(inquiry.status, step)
    if inquiry.status is InquiryStatus.ASKED and work.judging_time() < inquiry.due_at:
        raise judging.StillTime(due_at=inquiry.due_at.isoformat())
    finding = require_reason(command.finding)
    lot = judged(work, scope, tender, evaluation, bid.lot_id).lots[0]
    if step == "reject":
        _require_unruled(lot, bid.id)
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.answer_judged", evaluation)
    INQUIRY_LIFECYCLE.advance(inquiry, step)
    inquiry.finding, inquiry.decider_id, inquiry.decided_at = finding, scope.user_id, work.now()
    work.touch(inquiry)
    work.record(f"tender_inquiry.{inquiry.status.value}", inquiry)
    return inquiry, bid


def _rule(work: Work, scope: Scope, bid: Bid, ground: RulingGround, reason: str) -> Ruling:
    ruling = Ruling(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=bid.tender_id,
        lot_id=bid.lot_id,
        bid_id=bid.id,
        buyer_id=bid.buyer_id,
        supplier_id=bid.supplier_id,
        ground=ground,
        reason=reason,
        status=RULING_LIFECYCLE.initial,
        proposer_id=scope.user_id,
        remark="",
    )
    work.session.add(ruling)
    proposed = DisqualificationProposed(
        ruling_id=ruling.id, tender_id=bid.tender_id, buyer_id=bid.buyer_id, proposer_id=scope.user_id
    )
    work.emit(proposed, ruling)
    return ruling


def _decide(work: Work, scope: Scope, ruling: Ruling, step: str) -> None:
    RULING_LIFECYCLE.advance(ruling, step)
    ruling.decider_id, ruling.decided_at = scope.user_id, work.now()
    work.touch(ruling)


def _require_decider(scope: Scope, ruling: Ruling, evaluators: Sequence[UUID]) -> None:
    require_other_person(scope.actor, ruling.proposer_id)
    require_other_person(scope.actor, *evaluators, rule="S2")


def _require_unruled(lot: JudgedLot, bid_id: UUID) -> None:
    """Raise where the bid is disqualified already, somebody proposed that, or its award stands."""
    if any(one.bid_id == bid_id and one.status is not RulingStatus.DISMISSED for one in lot.rulings):
        raise judging.RulingOpen
    _require_not_active(lot)


def _require_not_active(lot: JudgedLot) -> None:
    award = lot.under_way
    if award is not None and award.status is TenderAwardStatus.ACTIVE:
        raise judging.AwardsUnderway


def _require_low(lot: JudgedLot, bid_id: UUID) -> None:
    low = any(one.bid_id == bid_id and one.suspicion is not None for one in lot.standing)
    asked = any(one.bid_id == bid_id and one.kind is InquiryKind.LOW_PRICE for one in lot.inquiries)
    if asked or not low:
        raise judging.ExplanationNotDue


def _due_at(work: Work, scope: Scope, tender: Tender, lot: JudgedLot, command: AskBidder) -> datetime:
    """Return when an answer is due: in working days, or after the hours that the procedure has for corrections."""
    period = Period(command.days, PeriodUnit.WORKING_DAYS)
    if command.kind is InquiryKind.CORRECTION:
        asked = [one.kind for one in lot.inquiries if one.bid_id == command.bid_id]
        hours = correcting.require_foreseen(read_procedure(tender.values).correction_hours, asked)
        period = Period(hours, PeriodUnit.HOURS)
    return clock_of(work, scope, tender).end_of(work.now(), period)
