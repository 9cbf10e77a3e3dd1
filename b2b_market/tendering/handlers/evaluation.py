"""Who hears what after the opening: those who decide, the bidder concerned, and every bidder of its own result."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Bilingual, Fact, MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.evaluation import (
    BidDisqualified,
    DisqualificationProposed,
    InquiryAnswered,
    InquirySent,
    LotDecided,
    TenderAwardCancelled,
    TenderAwardProposed,
    TenderAwardReturned,
    TenderEndedWithoutAward,
)
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.rules.naming import LANGUAGES, named
from b2b_market.tendering.service import awarding, drafting
from b2b_market.tendering.states.evaluation import Outcome


class DecisionWanted(MessageType):
    """Approvers: a disqualification or an award waits for them."""

    code, permission = "tender.decision_wanted", TenderPermission.AWARD_APPROVE
    label = N_("Tender awards and disqualifications waiting for approval")
    subject = N_("{number} waits for your decision")
    body = N_("{title}\n\nA colleague proposed an award or a disqualification. Confirm it or send it back.")


class AwardSentBack(MessageType):
    """Proposers: an approver returned their award."""

    code, permission = "tender.award_returned", TenderPermission.AWARD
    label = N_("Tender awards returned to you")
    subject = N_("The award of {number} was returned")
    body = N_("{title}\n\nReason: {reason}")


class BidderAsked(MessageType):
    """Bidders: the buyer asks about their bid."""

    code, permission, obligatory = "tender.inquiry_sent", TenderPermission.BID_SUBMIT, True
    label = N_("Questions about your bids")
    subject = N_("{buyer} asks about your bid on {number}")
    body = N_("{title}\n\nAnswer by {due_at}: after that the buyer decides without your answer.")


class BidderAnswered(MessageType):
    """Evaluators: a bidder answered."""

    code, permission = "tender.inquiry_answered", TenderPermission.EVALUATE
    label = N_("Answers of bidders")
    subject = N_("A bidder answered about {number}")
    body = N_("{title}\n\nDecide on the answer.")


class BidOut(MessageType):
    """Bidders: their bid takes no part any more."""

    code, permission, obligatory = "tender.bid_disqualified", TenderPermission.BID_READ, True
    label = N_("Your bids that were disqualified")
    subject = N_("{number} of {buyer}: your bid was disqualified")
    body = N_("{title}\n\nThe reason stands on the page of the results.")


class LotWon(MessageType):
    """Bidders: they won."""

    code, permission, obligatory = "tender.lot_won", TenderPermission.BID_READ, True
    label = N_("Tenders that you won")
    subject = N_("{number} of {buyer}: your bid was chosen")
    body = N_("{title}\n\nThe award binds when the stand-still is over, on {standstill_ends_at}. A contract follows.")


class LotLost(MessageType):
    """Bidders: another bid was chosen."""

    code, permission, obligatory = "tender.lot_lost", TenderPermission.BID_READ, True
    label = N_("Tenders that others won")
    subject = N_("{number} of {buyer}: the decision")
    body = N_(
        "{title}\n\nThe lot was awarded to {winner}. Your bid had place {place} of {admitted}. {reason}\n\nThe award "
        "binds when the stand-still is over, on {standstill_ends_at}."
    )


class DecisionTakenBack(MessageType):
    """Bidders: a lot is judged again."""

    code, permission, obligatory = "tender.award_cancelled", TenderPermission.BID_READ, True
    label = N_("Tender decisions that were taken back")
    subject = N_("{number} of {buyer}: the decision was taken back")
    body = N_("{title}\n\nThe lot is judged again. Reason: {reason}")


class NothingAwarded(MessageType):
    """Bidders: no bid could be accepted."""

    code, permission = "tender.nothing_awarded", TenderPermission.BID_READ
    label = N_("Tenders that ended without award")
    subject = N_("{number} of {buyer} ended without award")
    body = N_("{title}\n\nNo bid could be accepted.")


NO_PLACE: Final = "—"
_KINDS: Final[Mapping[Outcome, type[MessageType]]] = MappingProxyType(
    {Outcome.WON: LotWon, Outcome.LOST: LotLost, Outcome.DISQUALIFIED: LotLost}
)


def when_disqualification_proposed_ask_approvers(work: Work, actor: Actor, event: DisqualificationProposed) -> None:
    """Tell those who may decide, but the proposer."""
    _tell_approvers(work, actor, event.tender_id, event.proposer_id)


def when_tender_award_proposed_ask_approvers(work: Work, actor: Actor, event: TenderAwardProposed) -> None:
    """Tell those who may decide, but the proposer."""
    _tell_approvers(work, actor, event.tender_id, event.proposer_id)


def when_tender_award_returned_tell_proposer(work: Work, actor: Actor, event: TenderAwardReturned) -> None:
    """Tell the proposer why."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.AWARD, only=event.proposer_id)
    tell(
        work,
        actor,
        people,
        AwardSentBack,
        event.tender_id,
        link=f"/tenders/{event.tender_id}/evaluation",
        reason=event.reason,
    )


def when_inquiry_sent_tell_bidder(work: Work, actor: Actor, event: InquirySent) -> None:
    """Tell the bidder's sales people until when they can answer."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT)
    tell(
        work,
        actor,
        people,
        BidderAsked,
        event.tender_id,
        link=f"/tenders/{event.tender_id}/results",
        due_at=event.due_at,
    )


def when_inquiry_answered_tell_evaluators(work: Work, actor: Actor, event: InquiryAnswered) -> None:
    """Tell those who evaluate."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, people, BidderAnswered, event.tender_id, link=f"/tenders/{event.tender_id}/evaluation")


def when_bid_disqualified_tell_bidder(work: Work, actor: Actor, event: BidDisqualified) -> None:
    """Tell the bidder; the reason is on its page."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_READ)
    tell(work, actor, people, BidOut, event.tender_id, link=f"/tenders/{event.tender_id}/results")


def when_lot_decided_tell_bidders(work: Work, actor: Actor, event: LotDecided) -> None:
    """Tell every bidder of the lot its own result."""
    results = [
        one for one in awarding.read_results(work, actor, ReadTender(event.tender_id)) if one.award_id == event.award_id
    ]
    for result in results:
        facts: dict[str, Fact] = {"standstill_ends_at": result.standstill_ends_at}
        if result.outcome is not Outcome.WON:
            place = NO_PLACE if result.place is None else str(result.place)
            winner = Bilingual(*(named(result.winner, result.winner_names, language) for language in LANGUAGES))
            facts |= {"winner": winner, "place": place, "admitted": result.admitted, "reason": result.reason}
        people = people_with(work, actor, [result.supplier_id], TenderPermission.BID_READ)
        tell(
            work,
            actor,
            people,
            _KINDS[result.outcome],
            event.tender_id,
            link=f"/tenders/{event.tender_id}/results",
            **facts,
        )


def when_tender_award_cancelled_tell_bidders(work: Work, actor: Actor, event: TenderAwardCancelled) -> None:
    """Tell every bidder of the lot that it is judged again."""
    for supplier_id in event.supplier_ids:
        people = people_with(work, actor, [supplier_id], TenderPermission.BID_READ)
        tell(
            work,
            actor,
            people,
            DecisionTakenBack,
            event.tender_id,
            link=f"/tenders/{event.tender_id}/results",
            reason=event.reason,
        )


def when_tender_ended_without_award_tell_bidders(work: Work, actor: Actor, event: TenderEndedWithoutAward) -> None:
    """Tell every bidder."""
    for supplier_id in event.supplier_ids:
        people = people_with(work, actor, [supplier_id], TenderPermission.BID_READ)
        tell(work, actor, people, NothingAwarded, event.tender_id, link=f"/tenders/{event.tender_id}/results")


def _tell_approvers(work: Work, actor: Actor, tender_id: UUID, proposer_id: UUID) -> None:
    buyer_id = drafting.read_tender(work, actor, ReadTender(tender_id)).tender.buyer_id
    people = people_with(work, actor, [buyer_id], TenderPermission.AWARD_APPROVE, without=proposer_id)
    tell(work, actor, people, DecisionWanted, tender_id, link=f"/tenders/{tender_id}/evaluation")


EVALUATION_HANDLERS = (
    Handler(
        DisqualificationProposed,
        when_disqualification_proposed_ask_approvers,
        "tender.disqualification_proposed.ask_approvers",
    ),
    Handler(TenderAwardProposed, when_tender_award_proposed_ask_approvers, "tender.award_proposed.ask_approvers"),
    Handler(TenderAwardReturned, when_tender_award_returned_tell_proposer, "tender.award_returned.tell_proposer"),
    Handler(InquirySent, when_inquiry_sent_tell_bidder, "tender.inquiry_sent.tell_bidder"),
    Handler(InquiryAnswered, when_inquiry_answered_tell_evaluators, "tender.inquiry_answered.tell_evaluators"),
    Handler(BidDisqualified, when_bid_disqualified_tell_bidder, "tender.bid_disqualified.tell_bidder"),
    Handler(LotDecided, when_lot_decided_tell_bidders, "tender.lot_decided.tell_bidders"),
    Handler(TenderAwardCancelled, when_tender_award_cancelled_tell_bidders, "tender.award_cancelled.tell_bidders"),
    Handler(
        TenderEndedWithoutAward,
        when_tender_ended_without_award_tell_bidders,
        "tender.ended_without_award.tell_bidders",
    ),
)
