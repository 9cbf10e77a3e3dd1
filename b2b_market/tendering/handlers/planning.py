"""Prior notices: put on record, followed by their tender, taken back with it; the buyer's purchasers hear of both."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.disclosure import TellStep
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.planning import PlanWithdrawn, TenderPlanned
from b2b_market.tendering.events.tenders import TenderCancelled, TenderPublished
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import planning


class PriorNoticeOut(MessageType):
    """Purchasers: a draft was announced."""

    code, permission = "tender.planned", TenderPermission.DRAFT
    label = N_("Prior notices of your company's tenders")
    subject = N_("{number} is announced")
    body = N_("{title}\n\nThe prior notice says that the tender is planned for {planned_on}. Everybody reads it.")


class PriorNoticeBack(MessageType):
    """Purchasers: an announced tender will not come as announced."""

    code, permission = "tender.plan_withdrawn", TenderPermission.DRAFT
    label = N_("Prior notices that were withdrawn")
    subject = N_("{number}: the prior notice is withdrawn")
    body = N_("{title}\n\nReason: {reason}")


def when_tender_planned_tell_it(work: Work, actor: Actor, event: TenderPlanned) -> None:
    """Put the prior notice on record, and tell those who draft."""
    planning.tell_planned(work, actor, TellStep(event.tender_id, event.plan_id))
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    tell(work, actor, people, PriorNoticeOut, event.tender_id, planned_on=event.planned_on)


def when_plan_withdrawn_tell_it(work: Work, actor: Actor, event: PlanWithdrawn) -> None:
    """Put it on record that the prior notice is withdrawn, and tell those who draft."""
    planning.tell_plan_withdrawn(work, actor, TellStep(event.tender_id, event.plan_id, event.reason))
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    tell(work, actor, people, PriorNoticeBack, event.tender_id, reason=event.reason)


def when_tender_published_follow_plan(work: Work, actor: Actor, event: TenderPublished) -> None:
    """Note that what was announced has come."""
    planning.follow_plan(work, actor, ReadTender(event.tender_id))


def when_tender_cancelled_withdraw_plan(work: Work, actor: Actor, event: TenderCancelled) -> None:
    """Take back what was announced of a draft that was called off."""
    planning.lapse_plan(work, actor, TellStep(event.tender_id, reason=event.reason))


PLAN_HANDLERS = (
    Handler(TenderPlanned, when_tender_planned_tell_it, "tender.planned.tell_it"),
    Handler(PlanWithdrawn, when_plan_withdrawn_tell_it, "tender.plan_withdrawn.tell_it"),
    Handler(TenderPublished, when_tender_published_follow_plan, "tender.published.follow_plan"),
    Handler(TenderCancelled, when_tender_cancelled_withdraw_plan, "tender.cancelled.withdraw_plan"),
)
