"""Who hears what of joint tenders: the companies asked, the lead buyer, and those that take part of how it goes on."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType, Phrase
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.joint import ParticipantInvited, ParticipationAnswered
from b2b_market.tendering.events.tenders import TenderCancelled, TenderPublished, TenderUnsuccessful
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import joining
from b2b_market.tendering.states.joint import ParticipantStatus


class AskedToJoin(MessageType):
    """Approvers of a company that is asked to take part."""

    code, permission = "tender.participant_invited", TenderPermission.JOIN
    label = N_("Joint tenders that you are asked to take part in")
    subject = N_("{buyer} asks you to buy together: {title}")
    body = N_("{number}\n\nRead the draft and confirm your quantities, or decline. It is not published before.")


class PartAnswered(MessageType):
    """The lead buyer: a company answered."""

    code, permission = "tender.participation_answered", TenderPermission.DRAFT
    label = N_("Answers of companies asked to buy jointly")
    subject = N_("{company} answered about {number}")
    body = N_("{title}\n\nThe answer stands on the page of the participants.")


class JointGoesOn(MessageType):
    """Those that take part: what became of the tender."""

    code, permission = "tender.joint_moved", TenderPermission.JOIN
    label = N_("News of joint tenders that you take part in")
    subject = N_("{number} of {buyer}: {news}")
    body = N_("{title}\n\n{reason}")


PUBLISHED, CALLED_OFF, FAILED = N_("published"), N_("called off"), N_("too few bidders")


def when_participant_invited_ask_approvers(work: Work, actor: Actor, event: ParticipantInvited) -> None:
    """Ask those who can confirm for the company."""
    people = people_with(work, actor, [event.org_id], TenderPermission.JOIN)
    tell(work, actor, people, AskedToJoin, event.tender_id, link=f"/tenders/{event.tender_id}/participants")


def when_participation_answered_tell_lead(work: Work, actor: Actor, event: ParticipationAnswered) -> None:
    """Tell those who draft for the lead buyer."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    company = organizations.companies(work, actor, [event.org_id])[event.org_id].names
    tell(
        work,
        actor,
        people,
        PartAnswered,
        event.tender_id,
        link=f"/tenders/{event.tender_id}/participants",
        company=company,
    )


def when_tender_published_tell_participants(work: Work, actor: Actor, event: TenderPublished) -> None:
    """Tell the companies that take part."""
    _tell_all(work, actor, event.tender_id, PUBLISHED, "")


def when_tender_cancelled_tell_participants(work: Work, actor: Actor, event: TenderCancelled) -> None:
    """Tell the companies that take part why."""
    _tell_all(work, actor, event.tender_id, CALLED_OFF, event.reason)


def when_tender_unsuccessful_tell_participants(work: Work, actor: Actor, event: TenderUnsuccessful) -> None:
    """Tell the companies that take part that nothing was opened."""
    _tell_all(work, actor, event.tender_id, FAILED, "")


def _tell_all(work: Work, actor: Actor, tender_id: UUID, news: str, reason: str) -> None:
    found = joining.read_participants(work, actor, ReadTender(tender_id))
    for one in found.participants:
        if one.status is ParticipantStatus.CONFIRMED:
            people = people_with(work, actor, [one.org_id], TenderPermission.JOIN)
            tell(
                work,
                actor,
                people,
                JointGoesOn,
                tender_id,
                link=f"/tenders/{tender_id}/participants",
                news=Phrase(news),
                reason=reason,
            )


JOINT_HANDLERS = (
    Handler(ParticipantInvited, when_participant_invited_ask_approvers, "tender.participant_invited.ask_approvers"),
    Handler(ParticipationAnswered, when_participation_answered_tell_lead, "tender.participation_answered.tell_lead"),
    Handler(TenderPublished, when_tender_published_tell_participants, "tender.published.tell_participants"),
    Handler(TenderCancelled, when_tender_cancelled_tell_participants, "tender.cancelled.tell_participants"),
    Handler(TenderUnsuccessful, when_tender_unsuccessful_tell_participants, "tender.unsuccessful.tell_participants"),
)
