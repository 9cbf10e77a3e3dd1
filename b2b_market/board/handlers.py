"""What happens on the board when something happened to a request or a tender."""

from typing import TypeAlias

from b2b_market.board.commands import LearnAward, ListRequest, ListTender, TakeOff
from b2b_market.board.service import listing, recommending
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events as rfq_events
from b2b_market.tendering.events import amendments, selecting, tenders


def when_rfq_published_list_it(work: Work, actor: Actor, event: rfq_events.RfqPublished) -> None:
    """Put a public request on the board."""
    listing.list_request(work, actor, ListRequest(event.rfq_id))


def when_rfq_amended_index_it_again(work: Work, actor: Actor, event: rfq_events.RfqAmended) -> None:
    """Let the board say what the new version says."""
    listing.list_request(work, actor, ListRequest(event.rfq_id))


def when_rfq_closed_take_it_off(work: Work, actor: Actor, event: rfq_events.RfqClosed) -> None:
    """Take a request off the board, and count what was quoted on it, now that nothing is sealed any more."""
    listing.take_off(work, actor, TakeOff(event.rfq_id))
    recommending.learn_quotes(work, actor, ListRequest(event.rfq_id))


def when_rfq_awarded_learn_who_won(work: Work, actor: Actor, event: rfq_events.RfqAwarded) -> None:
    """Count what was won."""
    recommending.learn_award(work, actor, LearnAward(event.award_id))


def when_rfq_cancelled_take_it_off(work: Work, actor: Actor, event: rfq_events.RfqCancelled) -> None:
    """Take a withdrawn request off the board."""
    listing.take_off(work, actor, TakeOff(event.rfq_id))


TenderChanged: TypeAlias = (
    tenders.TenderPublished
    | tenders.TenderExtended
    | tenders.BiddingOpened
    | tenders.TenderClosed
    | tenders.TenderUnsuccessful
    | tenders.TenderCancelled
    | tenders.LotCancelled
    | amendments.TenderAmended
    | selecting.ApplicationsEnded
)


def when_tender_changed_list_it(work: Work, actor: Actor, event: TenderChanged) -> None:
    """Put a tender that is open to all on the board, let it say what stands now, or take it off."""
    listing.list_tender(work, actor, ListTender(event.tender_id))


HANDLERS = (
    Handler(rfq_events.RfqPublished, when_rfq_published_list_it, "board.rfq_published.list_it"),
    Handler(rfq_events.RfqAmended, when_rfq_amended_index_it_again, "board.rfq_amended.index_it_again"),
    Handler(rfq_events.RfqClosed, when_rfq_closed_take_it_off, "board.rfq_closed.take_it_off"),
    Handler(rfq_events.RfqAwarded, when_rfq_awarded_learn_who_won, "board.rfq_awarded.learn_who_won"),
    Handler(rfq_events.RfqCancelled, when_rfq_cancelled_take_it_off, "board.rfq_cancelled.take_it_off"),
    Handler(tenders.TenderPublished, when_tender_changed_list_it, "board.tender_published.list_it"),
    Handler(tenders.TenderExtended, when_tender_changed_list_it, "board.tender_extended.list_it"),
    Handler(tenders.BiddingOpened, when_tender_changed_list_it, "board.bidding_opened.list_it"),
    Handler(tenders.TenderClosed, when_tender_changed_list_it, "board.tender_closed.list_it"),
    Handler(tenders.TenderUnsuccessful, when_tender_changed_list_it, "board.tender_unsuccessful.list_it"),
    Handler(tenders.TenderCancelled, when_tender_changed_list_it, "board.tender_cancelled.list_it"),
    Handler(tenders.LotCancelled, when_tender_changed_list_it, "board.tender_lot_cancelled.list_it"),
    Handler(amendments.TenderAmended, when_tender_changed_list_it, "board.tender_amended.list_it"),
    Handler(selecting.ApplicationsEnded, when_tender_changed_list_it, "board.applications_ended.list_it"),
)
