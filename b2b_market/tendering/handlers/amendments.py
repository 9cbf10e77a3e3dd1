"""Who hears of an amendment: its approvers and author, invited suppliers, and each bidder of its own bid alone."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.amendments import TenderAmended, TenderAmendmentReturned, TenderAmendmentSubmitted
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import concerning, editions


class AmendmentToApprove(MessageType):
    """Approvers: an amendment waits for them."""

    code, permission = "tender.amendment_wanted", TenderPermission.APPROVE
    label = N_("Amendments of tenders waiting for approval")
    subject = N_("An amendment of {number} waits for your approval")
    body = N_("{title}\n\nThe tender goes on as it stands until somebody approves the amendment or returns it.")


class AmendmentSentBack(MessageType):
    """Authors: an approver returned their amendment."""

    code, permission = "tender.amendment_returned", TenderPermission.DRAFT
    label = N_("Amendments of tenders returned to you")
    subject = N_("Your amendment of {number} was returned")
    body = N_("{title}\n\nReason: {reason}")


class TenderChanged(MessageType):
    """Suppliers: the tender says something else."""

    code, permission = "tender.amended", TenderPermission.BID_SUBMIT
    label = N_("Tenders that were amended")
    subject = N_("{number} of {buyer} was amended")
    body = N_("{title}\n\nReason: {reason}\n\nSealed bids are received until {closes_at}. Read what changed.")


class BidToConfirm(MessageType):
    """Bidders: their bid counts only once they confirm it."""

    code, permission, obligatory = "tender.bid_to_confirm", TenderPermission.BID_SUBMIT, True
    label = N_("Sealed bids that you must confirm")
    subject = N_("{number} of {buyer} was amended: confirm your bid")
    body = N_(
        "{title}\n\nReason: {reason}\n\nYour sealed bid counts only if you confirm it, or replace it, by {closes_at}. "
        "It is not opened for that. Otherwise it stays sealed for good and takes no part."
    )


def when_amendment_submitted_ask_approvers(work: Work, actor: Actor, event: TenderAmendmentSubmitted) -> None:
    """Tell the approvers, but not the author, whom S1 excludes."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.APPROVE, without=event.author_id)
    tell(work, actor, people, AmendmentToApprove, event.tender_id, link=f"/tender-amendments/{event.amendment_id}")


def when_amendment_returned_tell_author(work: Work, actor: Actor, event: TenderAmendmentReturned) -> None:
    """Tell the author why."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT, only=event.author_id)
    link = f"/tender-amendments/{event.amendment_id}"
    tell(work, actor, people, AmendmentSentBack, event.tender_id, link=link, reason=event.remark)


def when_tender_amended_tell_suppliers(work: Work, actor: Actor, event: TenderAmended) -> None:
    """Tell bidders to confirm, and the others concerned what changed."""
    bidders = editions.unconfirmed_bidders(work, actor, ReadTender(event.tender_id)) if event.material else ()
    facts: dict[str, Fact] = {"closes_at": event.closes_at, "reason": event.reason}
    for bidder in bidders:
        people = people_with(work, actor, [bidder], TenderPermission.BID_SUBMIT)
        tell(work, actor, people, BidToConfirm, event.tender_id, link=f"/tenders/{event.tender_id}/bid", **facts)
    concerned = concerning.read_concerned(work, actor, ReadTender(event.tender_id))
    others = [org_id for org_id in concerned if org_id not in bidders]
    people = people_with(work, actor, others, TenderPermission.BID_SUBMIT)
    tell(work, actor, people, TenderChanged, event.tender_id, link=f"/tenders/{event.tender_id}/editions", **facts)


AMENDMENT_HANDLERS = (
    Handler(
        TenderAmendmentSubmitted, when_amendment_submitted_ask_approvers, "tender_amendment.submitted.ask_approvers"
    ),
    Handler(TenderAmendmentReturned, when_amendment_returned_tell_author, "tender_amendment.returned.tell_author"),
    Handler(TenderAmended, when_tender_amended_tell_suppliers, "tender.amended.tell_suppliers"),
)
