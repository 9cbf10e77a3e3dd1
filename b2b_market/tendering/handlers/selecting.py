"""Who hears what of applications. Before their time is over nobody hears of one but the company that sent it."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.selecting import (
    ApplicationDecided,
    ApplicationFailing,
    ApplicationLapsed,
    ApplicationsEnded,
    ApplicationsExtended,
    QualifiedInvited,
    TooFewQualified,
)
from b2b_market.tendering.events.tenders import TenderPublished
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import concerning, drafting


class InvitedToApply(MessageType):
    """Suppliers: they may ask to take part."""

    code, permission = "tender.invited_to_apply", TenderPermission.BID_SUBMIT
    label = N_("Invitations to apply")
    subject = N_("{buyer} invites you to apply: {title}")
    body = N_("{number}\n\nApplications are received until {ends_at}. Those who qualify are invited to go on.")


class ApplicationsLonger(MessageType):
    """Suppliers: more time to apply."""

    code, permission = "tender.applications_extended", TenderPermission.BID_SUBMIT
    label = N_("Tenders that receive applications longer")
    subject = N_("{number} of {buyer}: there is more time to apply")
    body = N_("{title}\n\nReason: {reason}\n\nApplications are received until {ends_at}. What you sent stays valid.")


class ApplicationsToJudge(MessageType):
    """Evaluators: the applications are there."""

    code, permission = "tender.applications_ended", TenderPermission.EVALUATE
    label = N_("Applications to judge")
    subject = N_("{number}: the applications can be read")
    body = N_("{title}\n\nThe time for applications is over. Judge each of them by the published criteria.")


class FailureToConfirm(MessageType):
    """Approvers: one person found that an application fails."""

    code, permission = "tender.application_failing", TenderPermission.AWARD_APPROVE
    label = N_("Applications that are found to fail")
    subject = N_("{number}: confirm that an application fails, or not")
    body = N_("{title}\n\nSomebody of your company found that it does not meet a criterion. Another person decides.")


class LetterOut(MessageType):
    """Companies that applied: the decision is out."""

    code, permission = "tender.application_decided", TenderPermission.BID_SUBMIT
    label = N_("Decisions on your applications")
    subject = N_("{number} of {buyer}: the decision on your application")
    body = N_(
        "{title}\n\nRead there what was decided, by which criteria, and why. Stand-still until {standstill_ends_at}."
    )


class QualifiedLetIn(MessageType):
    """Companies that qualified: they take part in what follows."""

    code, permission = "tender.qualified_invited", TenderPermission.BID_SUBMIT
    label = N_("Tenders that you qualified for")
    subject = N_("{number} of {buyer}: you are invited to go on")
    body = N_("{title}\n\nYou qualified. The page of the tender says what comes next, and until when.")


class TooFew(MessageType):
    """Everybody concerned: too few companies qualified."""

    code, permission = "tender.too_few_qualified", TenderPermission.READ
    label = N_("Tenders with too few qualified companies")
    subject = N_("{number} of {buyer} ended: too few companies qualified")
    body = N_("{title}\n\nFewer companies applied or qualified than the procedure asks for. Nothing is tendered.")


def when_tender_published_invite_to_apply(work: Work, actor: Actor, event: TenderPublished) -> None:
    """Invite the sales people of every invited company, where applications come first."""
    ends_at = drafting.read_tender(work, actor, ReadTender(event.tender_id)).tender.applications_end_at
    if ends_at is not None:
        people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_SUBMIT)
        tell(
            work,
            actor,
            people,
            InvitedToApply,
            event.tender_id,
            link=f"/tenders/{event.tender_id}/application",
            ends_at=ends_at,
        )


def when_applications_extended_tell_suppliers(work: Work, actor: Actor, event: ApplicationsExtended) -> None:
    """Tell those who are invited or have applied, each alone."""
    found = concerning.read_concerned(work, actor, ReadTender(event.tender_id))
    people = people_with(work, actor, found, TenderPermission.BID_SUBMIT)
    link = f"/tenders/{event.tender_id}/application"
    facts: dict[str, Fact] = {"ends_at": event.ends_at, "reason": event.reason}
    tell(work, actor, people, ApplicationsLonger, event.tender_id, link=link, **facts)


def when_applications_ended_tell_evaluators(work: Work, actor: Actor, event: ApplicationsEnded) -> None:
    """Tell those who judge."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, people, ApplicationsToJudge, event.tender_id, link=f"/tenders/{event.tender_id}/applications")


def when_application_failing_ask_second_person(work: Work, actor: Actor, event: ApplicationFailing) -> None:
    """Ask the approvers, but not who found it."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.AWARD_APPROVE, without=event.judge_id)
    tell(work, actor, people, FailureToConfirm, event.tender_id, link=f"/tenders/{event.tender_id}/applications")


def when_application_decided_send_letter(work: Work, actor: Actor, event: ApplicationDecided) -> None:
    """Tell the company that applied."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT)
    link, ends_at = f"/tenders/{event.tender_id}/application", event.standstill_ends_at
    tell(work, actor, people, LetterOut, event.tender_id, link=link, standstill_ends_at=ends_at)


def when_qualified_invited_tell_them(work: Work, actor: Actor, event: QualifiedInvited) -> None:
    """Tell those who go on."""
    people = people_with(work, actor, event.supplier_ids, TenderPermission.BID_SUBMIT)
    tell(work, actor, people, QualifiedLetIn, event.tender_id)


def when_too_few_qualified_tell_buyer(work: Work, actor: Actor, event: TooFewQualified) -> None:
    """Tell those who wrote the tender."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    tell(work, actor, people, TooFew, event.tender_id)


def when_application_lapsed_tell_company(work: Work, actor: Actor, event: ApplicationLapsed) -> None:
    """Tell the company that applied."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.BID_SUBMIT)
    tell(work, actor, people, TooFew, event.tender_id)


APPLICATION_HANDLERS = (
    Handler(TenderPublished, when_tender_published_invite_to_apply, "tender.published.invite_to_apply"),
    Handler(
        ApplicationsExtended, when_applications_extended_tell_suppliers, "tender.applications_extended.tell_suppliers"
    ),
    Handler(ApplicationsEnded, when_applications_ended_tell_evaluators, "tender.applications_ended.tell_evaluators"),
    Handler(ApplicationFailing, when_application_failing_ask_second_person, "tender.application_failing.ask_second"),
    Handler(ApplicationDecided, when_application_decided_send_letter, "tender.application_decided.send_letter"),
    Handler(QualifiedInvited, when_qualified_invited_tell_them, "tender.qualified_invited.tell_them"),
    Handler(TooFewQualified, when_too_few_qualified_tell_buyer, "tender.too_few_qualified.tell_buyer"),
    Handler(ApplicationLapsed, when_application_lapsed_tell_company, "tender.application_lapsed.tell_company"),
)
