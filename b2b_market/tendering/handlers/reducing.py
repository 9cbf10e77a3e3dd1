"""Who hears of companies that leave talks: the second person, the company itself, and who talks for the buyer."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.events.reducing import (
    ParticipantDropped,
    ParticipantLeft,
    ParticipantReadmitted,
    ReductionDismissed,
    ReductionProposed,
)
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission


class ReductionToDecide(MessageType):
    """Approvers: a proposal to go on with fewer companies waits for them."""

    code, permission = "tender.reduction_proposed", TenderPermission.AWARD_APPROVE
    label = N_("Proposals to go on with fewer companies")
    subject = N_("{number}: confirm that the talks go on with fewer companies, or not")
    body = N_("{title}\n\nSomebody of your company proposed it by the announced criteria. Another person decides.")


class ReductionRefused(MessageType):
    """Who proposed it: everybody goes on."""

    code, permission = "tender.reduction_dismissed", TenderPermission.EVALUATE
    label = N_("Proposals of yours that were dismissed")
    subject = N_("{number}: everybody goes on in the talks")
    body = N_("{title}\n\nReason: {reason}")


class PartOver(MessageType):
    """Companies that were dropped: why, and until when they can complain."""

    code, permission, obligatory = "tender.participant_dropped", TenderPermission.BID_SUBMIT, True
    label = N_("Talks that go on without you")
    subject = N_("{number} of {buyer}: the talks go on without you")
    body = N_("{title}\n\nYour scores, the reason and the letter stand there. Stand-still until {standstill_ends_at}.")


class CompanyLeft(MessageType):
    """Evaluators: a company left."""

    code, permission = "tender.participant_left", TenderPermission.EVALUATE
    label = N_("Companies that leave talks")
    subject = N_("{number}: a company left the talks")
    body = N_("{title}\n\nRead its reason there. The talks go on with the others.")


class PartAgain(MessageType):
    """The company and the evaluators: it takes part again."""

    code, permission = "tender.participant_readmitted", TenderPermission.BID_READ
    label = N_("Talks that a company takes part in again")
    subject = N_("{number} of {buyer}: a company takes part in the talks again")
    body = N_("{title}\n\nA complaint about being dropped was upheld.")


def when_reduction_proposed_ask_second_person(work: Work, actor: Actor, event: ReductionProposed) -> None:
    """Ask the approvers, but not who proposed it."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.AWARD_APPROVE, without=event.proposer_id)
    tell(work, actor, people, ReductionToDecide, event.tender_id, link=f"/tenders/{event.tender_id}/talks/reduction")


def when_reduction_dismissed_tell_proposer(work: Work, actor: Actor, event: ReductionDismissed) -> None:
    """Tell who proposed it why."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE, only=event.proposer_id)
    link = f"/tenders/{event.tender_id}/talks/reduction"
    tell(work, actor, people, ReductionRefused, event.tender_id, link=link, reason=event.remark)


def when_participant_dropped_tell_it(work: Work, actor: Actor, event: ParticipantDropped) -> None:
    """Tell the company."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT)
    link, ends_at = f"/tenders/{event.tender_id}/talks", event.standstill_ends_at
    tell(work, actor, people, PartOver, event.tender_id, link=link, standstill_ends_at=ends_at)


def when_participant_left_tell_buyer(work: Work, actor: Actor, event: ParticipantLeft) -> None:
    """Tell those who talk for the buyer."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, people, CompanyLeft, event.tender_id, link=f"/tenders/{event.tender_id}/talks")


def when_participant_readmitted_tell_both(work: Work, actor: Actor, event: ParticipantReadmitted) -> None:
    """Tell the company and those who talk for the buyer."""
    people = [
        *people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT),
        *people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE),
    ]
    tell(work, actor, people, PartAgain, event.tender_id, link=f"/tenders/{event.tender_id}/talks")


REDUCING_HANDLERS = (
    Handler(ReductionProposed, when_reduction_proposed_ask_second_person, "tender.reduction_proposed.ask_second"),
    Handler(ReductionDismissed, when_reduction_dismissed_tell_proposer, "tender.reduction_dismissed.tell_proposer"),
    Handler(ParticipantDropped, when_participant_dropped_tell_it, "tender.participant_dropped.tell_it"),
    Handler(ParticipantLeft, when_participant_left_tell_buyer, "tender.participant_left.tell_buyer"),
    Handler(ParticipantReadmitted, when_participant_readmitted_tell_both, "tender.participant_readmitted.tell_both"),
)
