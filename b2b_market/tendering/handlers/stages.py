"""Who hears what between the envelopes: officers whose keys are wanted, every bidder its own result, the buyer."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.stages import PricesOpened, TechnicalLocked
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.handlers.tenders import KeyWanted
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import drafting, staging
from b2b_market.tendering.states.stages import TechnicalOutcome


class TechnicalPassed(MessageType):
    """Bidders: their price envelope will be opened."""

    code, permission = "tender.technical_passed", TenderPermission.BID_READ
    label = N_("Technical results of your bids")
    subject = N_("{number} of {buyer}: your bid passed technically")
    body = N_(
        "{title}\n\nThe technical result is signed off. The key officers open the prices of the bids that passed."
    )


class TechnicalFailed(MessageType):
    """Bidders: their price envelope stays sealed."""

    code, permission = "tender.technical_failed", TenderPermission.BID_READ
    label = N_("Bids that did not pass technically")
    subject = N_("{number} of {buyer}: a bid of yours did not pass technically")
    body = N_("{title}\n\nIts price envelope stays sealed for good and counts as returned unopened.")


class PricesOpen(MessageType):
    """Buyers and bidders: the price envelopes are open."""

    code, permission = "tender.prices_opened", TenderPermission.BID_READ
    label = N_("Tenders whose prices were opened")
    subject = N_("{number}: the price envelopes were opened")
    body = N_("{title}\n\nOnly those of the bids that passed technically. The record says what came out of each.")


def when_technical_locked_call_officers(work: Work, actor: Actor, event: TechnicalLocked) -> None:
    """Ask the officers for their layers of the prices."""
    tender = drafting.read_tender(work, actor, ReadTender(event.tender_id)).tender
    found = people_with(work, actor, tender.party_ids, TenderPermission.KEY_OPEN)
    people = [person for person in found if person.user_id in event.officer_ids]
    tell(work, actor, people, KeyWanted, event.tender_id, link=f"/tenders/{event.tender_id}/opening")


def when_technical_locked_tell_bidders(work: Work, actor: Actor, event: TechnicalLocked) -> None:
    """Tell every bidder what its own bids came to."""
    results = staging.read_technical(work, actor, ReadTender(event.tender_id)).results
    passed = {one.supplier_id for one in results if one.outcome is TechnicalOutcome.PASSED}
    failed = {one.supplier_id for one in results if one.outcome is not TechnicalOutcome.PASSED}
    for companies, kind in ((passed, TechnicalPassed), (failed, TechnicalFailed)):
        people = people_with(work, actor, sorted(companies), TenderPermission.BID_READ)
        tell(work, actor, people, kind, event.tender_id, link=f"/tenders/{event.tender_id}/technical-result")


def when_prices_opened_tell_everybody(work: Work, actor: Actor, event: PricesOpened) -> None:
    """Tell the buyer's evaluators, who compare, and every bidder that was opened technically."""
    evaluators = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, evaluators, PricesOpen, event.tender_id, link=f"/tenders/{event.tender_id}/evaluation")
    results = staging.read_technical(work, actor, ReadTender(event.tender_id)).results
    people = people_with(work, actor, sorted({one.supplier_id for one in results}), TenderPermission.BID_READ)
    tell(work, actor, people, PricesOpen, event.tender_id, link=f"/tenders/{event.tender_id}/technical-result")


STAGE_HANDLERS = (
    Handler(TechnicalLocked, when_technical_locked_call_officers, "tender.technical_locked.call_officers"),
    Handler(TechnicalLocked, when_technical_locked_tell_bidders, "tender.technical_locked.tell_bidders"),
    Handler(PricesOpened, when_prices_opened_tell_everybody, "tender.prices_opened.tell_everybody"),
)
