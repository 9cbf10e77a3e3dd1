"""Who hears what of a tender. Before the opening nobody is told anything of a bid but its own bidder."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType, Phrase, Recipient
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.tenders import (
    BiddingOpened,
    EnquiryAsked,
    TenderCancelled,
    TenderClosed,
    TenderExtended,
    TenderOpened,
    TenderPublished,
    TenderReturned,
    TenderSubmitted,
    TenderUnsuccessful,
)
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import concerning, drafting
from b2b_market.tendering.service.drafting import TenderContent


class TenderToApprove(MessageType):
    """Approvers: a tender waits for them."""

    code, permission = "tender.approval_wanted", TenderPermission.APPROVE
    label = N_("Tenders waiting for approval")
    subject = N_("{number} waits for your approval")
    body = N_("{title}\n\nSomebody of your company submitted it. Publish it, or return it with a reason.")


class TenderSentBack(MessageType):
    """Authors: an approver returned their tender."""

    code, permission = "tender.returned", TenderPermission.DRAFT
    label = N_("Tenders returned to you")
    subject = N_("{number} was returned")
    body = N_("{title}\n\nReason: {reason}")


class InvitedToTender(MessageType):
    """Suppliers: they may bid."""

    code, permission = "tender.invited", TenderPermission.BID_SUBMIT
    label = N_("Invitations to tender")
    subject = N_("{buyer} invites you to tender: {title}")
    body = N_("{number}\n\nSealed bids are received until {closes_at}. Read the notice for the time for questions.")


class KeyWanted(MessageType):
    """Officers: a tender is sealed to their key, or waits for it."""

    code, permission, obligatory = "tender.key_wanted", TenderPermission.KEY_OPEN, True
    label = N_("Openings that need your key")
    subject = N_("{number} of {buyer}: your key is needed")
    body = N_("{title}\n\nBidding is closed. Take the work file, remove your layer on your own device, and send it.")


class DeadlineMoved(MessageType):
    """Suppliers: more time."""

    code, permission = "tender.extended", TenderPermission.BID_SUBMIT
    label = N_("Tenders whose deadline moved")
    subject = N_("{number} of {buyer}: the deadline is later")
    body = N_("{title}\n\nReason: {reason}\n\nSealed bids are received until {closes_at}. What you sent stays valid.")


class EnquiryCame(MessageType):
    """Buyers: somebody asked something; nobody is told who."""

    code, permission = "tender.enquiry_asked", TenderPermission.ANSWER
    label = N_("Questions about tenders")
    subject = N_("A supplier asks about {number}")
    body = N_("{title}\n\nAnswer it to all: bidding begins after the last answer.")


class BiddingBegun(MessageType):
    """Suppliers: sealed bids are received now."""

    code, permission = "tender.bidding_opened", TenderPermission.BID_SUBMIT
    label = N_("Tenders that receive bids now")
    subject = N_("{number} of {buyer} receives sealed bids")
    body = N_("{title}\n\nSealed bids are received until {closes_at}.")


class BidsOpened(MessageType):
    """Buyers and suppliers: the bids are open."""

    code, permission = "tender.opened", TenderPermission.BID_READ
    label = N_("Tenders whose bids were opened")
    subject = N_("{number}: the bids were opened")
    body = N_("{title}\n\nThe opening record says what came out of each sealed bid.")


class TenderEnded(MessageType):
    """Everybody concerned: nothing will be awarded."""

    code, permission = "tender.ended", TenderPermission.READ
    label = N_("Tenders called off or without enough bidders")
    subject = N_("{number} of {buyer} ended without an award")
    body = N_("{title}\n\n{reason}")


TOO_FEW = N_("Fewer companies bid than the procedure asks for. Nothing was opened.")


def when_tender_submitted_ask_approvers(work: Work, actor: Actor, event: TenderSubmitted) -> None:
    """Tell the approvers, but not the author, whom S1 excludes."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.APPROVE, without=event.author_id)
    tell(work, actor, people, TenderToApprove, event.tender_id)


def when_tender_returned_tell_author(work: Work, actor: Actor, event: TenderReturned) -> None:
    """Tell the author why."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT, only=event.author_id)
    tell(work, actor, people, TenderSentBack, event.tender_id, reason=event.reason)


def when_tender_published_invite_suppliers(work: Work, actor: Actor, event: TenderPublished) -> None:
    """Invite the sales people of every invited supplier, unless applications come first."""
    if _told(work, actor, event.tender_id).tender.applications_end_at is not None:
        return
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_SUBMIT)
    tell(work, actor, people, InvitedToTender, event.tender_id, closes_at=event.closes_at)


def when_enquiry_asked_tell_buyer(work: Work, actor: Actor, event: EnquiryAsked) -> None:
    """Tell the buyer that there is something to answer, without who asked."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.ANSWER)
    tell(work, actor, people, EnquiryCame, event.tender_id)


def when_bidding_opened_tell_suppliers(work: Work, actor: Actor, event: BiddingOpened) -> None:
    """Tell those concerned that bids are received."""
    people = _suppliers(work, actor, event.tender_id)
    tell(work, actor, people, BiddingBegun, event.tender_id, closes_at=event.closes_at)


def when_tender_extended_tell_suppliers(work: Work, actor: Actor, event: TenderExtended) -> None:
    """Tell those who are invited or take part the later deadline."""
    people = _suppliers(work, actor, event.tender_id)
    tell(work, actor, people, DeadlineMoved, event.tender_id, closes_at=event.closes_at, reason=event.reason)


def when_tender_closed_call_officers(work: Work, actor: Actor, event: TenderClosed) -> None:
    """Ask the officers for their layers."""
    tender = _told(work, actor, event.tender_id).tender
    found = people_with(work, actor, tender.party_ids, TenderPermission.KEY_OPEN)
    people = [person for person in found if person.user_id in event.officer_ids]
    tell(work, actor, people, KeyWanted, event.tender_id)


def when_tender_opened_tell_everybody(work: Work, actor: Actor, event: TenderOpened) -> None:
    """Tell the buyer's evaluators and those who are invited or take part."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, [*people, *_suppliers(work, actor, event.tender_id)], BidsOpened, event.tender_id)


def when_tender_cancelled_tell_suppliers(work: Work, actor: Actor, event: TenderCancelled) -> None:
    """Tell those who are invited or take part why."""
    tell(work, actor, _suppliers(work, actor, event.tender_id), TenderEnded, event.tender_id, reason=event.reason)


def when_tender_unsuccessful_tell_everybody(work: Work, actor: Actor, event: TenderUnsuccessful) -> None:
    """Tell the buyer and those who are invited or take part that nothing was opened."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    everybody = [*people, *_suppliers(work, actor, event.tender_id)]
    tell(work, actor, everybody, TenderEnded, event.tender_id, reason=Phrase(TOO_FEW))


def _told(work: Work, actor: Actor, tender_id: UUID) -> TenderContent:
    return drafting.read_tender(work, actor, ReadTender(tender_id))


def _suppliers(work: Work, actor: Actor, tender_id: UUID) -> list[Recipient]:
    found = concerning.read_concerned(work, actor, ReadTender(tender_id))
    return people_with(work, actor, found, TenderPermission.BID_SUBMIT)


HANDLERS = (
    Handler(TenderSubmitted, when_tender_submitted_ask_approvers, "tender.submitted.ask_approvers"),
    Handler(TenderReturned, when_tender_returned_tell_author, "tender.returned.tell_author"),
    Handler(TenderPublished, when_tender_published_invite_suppliers, "tender.published.invite_suppliers"),
    Handler(EnquiryAsked, when_enquiry_asked_tell_buyer, "tender.enquiry_asked.tell_buyer"),
    Handler(BiddingOpened, when_bidding_opened_tell_suppliers, "tender.bidding_opened.tell_suppliers"),
    Handler(TenderExtended, when_tender_extended_tell_suppliers, "tender.extended.tell_suppliers"),
    Handler(TenderClosed, when_tender_closed_call_officers, "tender.closed.call_officers"),
    Handler(TenderOpened, when_tender_opened_tell_everybody, "tender.opened.tell_everybody"),
    Handler(TenderCancelled, when_tender_cancelled_tell_suppliers, "tender.cancelled.tell_suppliers"),
    Handler(TenderUnsuccessful, when_tender_unsuccessful_tell_everybody, "tender.unsuccessful.tell_everybody"),
)
