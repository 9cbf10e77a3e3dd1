"""Putting what happens to public tenders on record: one step with one release for each."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.disclosure import TellStep
from b2b_market.tendering.events.evaluation import (
    LotDecided,
    TenderAwardCancelled,
    TenderAwarded,
    TenderEndedWithoutAward,
)
from b2b_market.tendering.events.selecting import ApplicationsExtended
from b2b_market.tendering.events.stages import PricesOpened
from b2b_market.tendering.events.tenders import (
    BiddingOpened,
    EnquiryAnswered,
    LotCancelled,
    TenderCancelled,
    TenderClosed,
    TenderExtended,
    TenderOpened,
    TenderPublished,
    TenderUnsuccessful,
)
from b2b_market.tendering.handlers.planning import PLAN_HANDLERS
from b2b_market.tendering.service import disclosing, stepping


def when_notice_changed_tell_editions(
    work: Work,
    actor: Actor,
    event: TenderPublished | ApplicationsExtended | TenderExtended | BiddingOpened | TenderClosed,
) -> None:
    """Put the editions of the notice on record that are not there yet."""
    stepping.tell_editions(work, actor, TellStep(event.tender_id))


def when_enquiry_answered_tell_answer(work: Work, actor: Actor, event: EnquiryAnswered) -> None:
    """Put the question and its answer on record."""
    stepping.tell_answer(work, actor, TellStep(event.tender_id, event.enquiry_id))


def when_lot_cancelled_tell_it(work: Work, actor: Actor, event: LotCancelled) -> None:
    """Put on record that the lot was called off."""
    stepping.tell_lot_cancelled(work, actor, TellStep(event.tender_id, event.lot_id, event.reason))


def when_tender_cancelled_tell_it(work: Work, actor: Actor, event: TenderCancelled) -> None:
    """Put on record that the tender was called off."""
    stepping.tell_cancelled(work, actor, TellStep(event.tender_id, reason=event.reason))


def when_tender_unsuccessful_tell_it(
    work: Work, actor: Actor, event: TenderUnsuccessful | TenderEndedWithoutAward
) -> None:
    """Put on record that the tender came to nothing."""
    stepping.tell_unsuccessful(work, actor, TellStep(event.tender_id))


def when_tender_opened_tell_bids(work: Work, actor: Actor, event: TenderOpened) -> None:
    """Put the opening on record."""
    disclosing.tell_opened(work, actor, TellStep(event.tender_id))


def when_prices_opened_tell_prices(work: Work, actor: Actor, event: PricesOpened) -> None:
    """Put the opening of the second envelopes on record."""
    disclosing.tell_prices_opened(work, actor, TellStep(event.tender_id))


def when_lot_decided_tell_award(work: Work, actor: Actor, event: LotDecided) -> None:
    """Put the decision on record."""
    disclosing.tell_awarded(work, actor, TellStep(event.tender_id, event.award_id))


def when_award_cancelled_tell_it(work: Work, actor: Actor, event: TenderAwardCancelled) -> None:
    """Put on record that the decision was taken back."""
    disclosing.tell_award_cancelled(work, actor, TellStep(event.tender_id, event.award_id, event.reason))


def when_tender_awarded_tell_awards(work: Work, actor: Actor, event: TenderAwarded) -> None:
    """Put on record that the awards bind."""
    disclosing.tell_concluded(work, actor, TellStep(event.tender_id))


DISCLOSURE_HANDLERS = (
    *PLAN_HANDLERS,
    Handler(TenderPublished, when_notice_changed_tell_editions, "tender.published.tell_editions"),
    Handler(ApplicationsExtended, when_notice_changed_tell_editions, "tender.applications_extended.tell_editions"),
    Handler(TenderExtended, when_notice_changed_tell_editions, "tender.extended.tell_editions"),
    Handler(BiddingOpened, when_notice_changed_tell_editions, "tender.bidding_opened.tell_editions"),
    Handler(TenderClosed, when_notice_changed_tell_editions, "tender.closed.tell_editions"),
    Handler(EnquiryAnswered, when_enquiry_answered_tell_answer, "tender.enquiry_answered.tell_answer"),
    Handler(LotCancelled, when_lot_cancelled_tell_it, "tender.lot_cancelled.tell_it"),
    Handler(TenderCancelled, when_tender_cancelled_tell_it, "tender.cancelled.tell_it"),
    Handler(TenderUnsuccessful, when_tender_unsuccessful_tell_it, "tender.unsuccessful.tell_it"),
    Handler(TenderEndedWithoutAward, when_tender_unsuccessful_tell_it, "tender.ended_without_award.tell_it"),
    Handler(TenderOpened, when_tender_opened_tell_bids, "tender.opened.tell_bids"),
    Handler(PricesOpened, when_prices_opened_tell_prices, "tender.prices_opened.tell_prices"),
    Handler(LotDecided, when_lot_decided_tell_award, "tender.lot_decided.tell_award"),
    Handler(TenderAwardCancelled, when_award_cancelled_tell_it, "tender.award_cancelled.tell_it"),
    Handler(TenderAwarded, when_tender_awarded_tell_awards, "tender.awarded.tell_awards"),
)
