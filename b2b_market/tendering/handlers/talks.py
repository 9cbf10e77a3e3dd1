"""Who hears what of talks: a company of its own entries, the buyer of the answers."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.events.selecting import TalkAnswered, TalkRecorded, TalksBegun, TalksEnded
from b2b_market.tendering.handlers.selecting import APPLICATION_HANDLERS
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission

TALKS = "/talks"


class NegotiationBegun(MessageType):
    """Bidders: their opened bids are negotiated."""

    code, permission = "tender.talks_begun", TenderPermission.BID_SUBMIT
    label = N_("Negotiations of your bids")
    subject = N_("{number} of {buyer}: the buyer negotiates your bid")
    body = N_("{title}\n\nEvery bidder hears the same. Final sealed bids follow when the talks are over.")


class TalkWritten(MessageType):
    """Companies in talks: there is a new entry for them."""

    code, permission = "tender.talk_recorded", TenderPermission.BID_SUBMIT
    label = N_("Minutes, questions and information in talks")
    subject = N_("{number} of {buyer}: something new in your talks")
    body = N_(
        "{title}\n\nRead it there. Answer questions, and confirm minutes or remark on them; no other company sees it."
    )


class TalkReplied(MessageType):
    """Evaluators: a company answered."""

    code, permission = "tender.talk_answered", TenderPermission.EVALUATE
    label = N_("Answers in talks")
    subject = N_("{number}: a company answered in the talks")
    body = N_("{title}\n\nRead the answer there. It is not shown to any other company.")


class TalksOver(MessageType):
    """Companies in talks: final bids follow."""

    code, permission = "tender.talks_ended", TenderPermission.BID_SUBMIT
    label = N_("Talks that are over")
    subject = N_("{number} of {buyer}: the talks are over")
    body = N_("{title}\n\nYou are invited to a final sealed bid as soon as the buyer has published the final terms.")


def when_talks_begun_tell_bidders(work: Work, actor: Actor, event: TalksBegun) -> None:
    """Tell every bidder alike."""
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_SUBMIT)
    tell(work, actor, people, NegotiationBegun, event.tender_id, link=f"/tenders/{event.tender_id}{TALKS}")


def when_talk_recorded_tell_company(work: Work, actor: Actor, event: TalkRecorded) -> None:
    """Tell the one company that it is for."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT)
    tell(work, actor, people, TalkWritten, event.tender_id, link=f"/tenders/{event.tender_id}{TALKS}")


def when_talk_answered_tell_buyer(work: Work, actor: Actor, event: TalkAnswered) -> None:
    """Tell those who talk for the buyer."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, people, TalkReplied, event.tender_id, link=f"/tenders/{event.tender_id}{TALKS}")


def when_talks_ended_tell_participants(work: Work, actor: Actor, event: TalksEnded) -> None:
    """Tell every participant alike."""
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_SUBMIT)
    tell(work, actor, people, TalksOver, event.tender_id, link=f"/tenders/{event.tender_id}{TALKS}")


SELECTING_HANDLERS = (
    *APPLICATION_HANDLERS,
    Handler(TalksBegun, when_talks_begun_tell_bidders, "tender.talks_begun.tell_bidders"),
    Handler(TalkRecorded, when_talk_recorded_tell_company, "tender.talk_recorded.tell_company"),
    Handler(TalkAnswered, when_talk_answered_tell_buyer, "tender.talk_answered.tell_buyer"),
    Handler(TalksEnded, when_talks_ended_tell_participants, "tender.talks_ended.tell_participants"),
)
