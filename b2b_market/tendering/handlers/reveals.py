"""Who hears that keys are lost: every company that sent a bid, and the officers."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.reveals import KeysLost
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import drafting, revealing


class RevealWanted(MessageType):
    """Bidders: reveal now, or the bid counts as withdrawn."""

    code, permission, obligatory = "tender.reveal_wanted", TenderPermission.BID_SUBMIT, True
    label = N_("Bids that you must reveal because keys are lost")
    subject = N_("{number} of {buyer}: reveal your bid until {closes_at}")
    body = N_(
        "{title}\n\nThe officers' keys are lost. Reveal your bid from the file that was kept when it was sealed; a bid "
        "that is not revealed until {closes_at} counts as withdrawn."
    )


class KeysGone(MessageType):
    """Officers: their layers are not wanted any more."""

    code, permission = "tender.keys_lost", TenderPermission.KEY_OPEN
    label = N_("Openings whose keys were declared lost")
    subject = N_("{number} of {buyer}: the keys were declared lost")
    body = N_("{title}\n\nBidders reveal their bids instead. No layer is taken any more.")


def when_keys_lost_ask_bidders(work: Work, actor: Actor, event: KeysLost) -> None:
    """Ask every company that sent a bid; which ones they are, not even a mail that nobody takes tells the operator."""
    work.veil(event.tender_id)
    bidders = revealing.read_senders(work, actor, ReadTender(event.tender_id))
    people = people_with(work, actor, bidders, TenderPermission.BID_SUBMIT)
    tell(
        work,
        actor,
        people,
        RevealWanted,
        event.tender_id,
        link=f"/tenders/{event.tender_id}/bid",
        closes_at=event.closes_at,
    )


def when_keys_lost_tell_officers(work: Work, actor: Actor, event: KeysLost) -> None:
    """Tell the officers."""
    tender = drafting.read_tender(work, actor, ReadTender(event.tender_id)).tender
    found = people_with(work, actor, tender.party_ids, TenderPermission.KEY_OPEN)
    people = [person for person in found if person.user_id in tender.officer_ids]
    tell(work, actor, people, KeysGone, event.tender_id, link=f"/tenders/{event.tender_id}/opening")


REVEAL_HANDLERS = (
    Handler(KeysLost, when_keys_lost_ask_bidders, "tender.keys_lost.ask_bidders"),
    Handler(KeysLost, when_keys_lost_tell_officers, "tender.keys_lost.tell_officers"),
)
