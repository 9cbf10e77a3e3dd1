"""Who hears what of published candidates: the bidders of the lot, and those who go on with the award."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.events.publicity import CandidatesPublished, PublicityEnded, PublicityWithdrawn
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission


class CandidatesOut(MessageType):
    """Bidders: the ranking of a lot is published."""

    code, permission, obligatory = "tender.candidates_published", TenderPermission.BID_READ, True
    label = N_("Published candidates of tenders that you bid on")
    subject = N_("{number} of {buyer}: the candidates are published")
    body = N_("{title}\n\nWho has something to object does so until {ends_at}. The award follows after that.")


class AwardMayFollow(MessageType):
    """Evaluators: nobody's objection is open any more."""

    code, permission = "tender.publicity_ended", TenderPermission.AWARD
    label = N_("Publicities of candidates that are over")
    subject = N_("{number}: the publicity of the candidates is over")
    body = N_("{title}\n\nThe first candidate can be awarded.")


class CandidatesTakenBack(MessageType):
    """Bidders: a published ranking does not stand any more."""

    code, permission, obligatory = "tender.publicity_withdrawn", TenderPermission.BID_READ, True
    label = N_("Published candidates that were withdrawn")
    subject = N_("{number} of {buyer}: the published candidates are withdrawn")
    body = N_("{title}\n\nThe lot is judged again; another ranking will be published.")


def when_candidates_published_tell_bidders(work: Work, actor: Actor, event: CandidatesPublished) -> None:
    """Tell every bidder of the lot."""
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_READ)
    tell(
        work,
        actor,
        people,
        CandidatesOut,
        event.tender_id,
        link=f"/tenders/{event.tender_id}/candidates",
        ends_at=event.ends_at,
    )


def when_publicity_ended_tell_evaluators(work: Work, actor: Actor, event: PublicityEnded) -> None:
    """Tell those who propose awards."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.AWARD)
    tell(work, actor, people, AwardMayFollow, event.tender_id, link=f"/tenders/{event.tender_id}/candidates")


def when_publicity_withdrawn_tell_bidders(work: Work, actor: Actor, event: PublicityWithdrawn) -> None:
    """Tell every bidder of the lot."""
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_READ)
    tell(work, actor, people, CandidatesTakenBack, event.tender_id, link=f"/tenders/{event.tender_id}/candidates")


PUBLICITY_HANDLERS = (
    Handler(CandidatesPublished, when_candidates_published_tell_bidders, "tender.candidates_published.tell_bidders"),
    Handler(PublicityEnded, when_publicity_ended_tell_evaluators, "tender.publicity_ended.tell_evaluators"),
    Handler(PublicityWithdrawn, when_publicity_withdrawn_tell_bidders, "tender.publicity_withdrawn.tell_bidders"),
)
