"""Who hears what of a complaint: its company, the buyer once it counts, the review body, and who takes the fee."""

from decimal import Decimal
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType, Recipient, Thing, tell
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.complaints import ReadComplaint
from b2b_market.tendering.events.complaints import (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintDecided,
    ComplaintFeeDue,
    ComplaintFeeRefundable,
    ComplaintLapsed,
    ComplaintLodged,
    ComplaintResolved,
    ComplaintWithdrawn,
)
from b2b_market.tendering.handlers.telling import people_with
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import complaining
from b2b_market.tendering.states.complaints import ComplaintKind


class FeeExpected(MessageType):
    """The operator: a complaint waits for its fee."""

    code, permission = "tender.complaint_fee_due", TenderPermission.FEE_RECORD
    label = N_("Complaints that wait for their fee")
    subject = N_("A complaint about {tender} waits for its fee")
    body = N_("{supplier} lodged a complaint. It counts once {amount} is there, until {ends_at}.")


class FeeToReturn(MessageType):
    """The operator: an upheld complaint's fee goes back."""

    code, permission = "tender.complaint_fee_refundable", TenderPermission.FEE_RECORD
    label = N_("Complaint fees to be returned")
    subject = N_("The fee of {number} is to be returned")
    body = N_("The complaint of {supplier} was upheld. Return {amount}, received under {reference}.")


class ToReview(MessageType):
    """The review body: a complaint waits for it."""

    code, permission, obligatory = "tender.complaint_to_review", TenderPermission.COMPLAINT_REVIEW, True
    label = N_("Complaints to be decided")
    subject = N_("{number}: a complaint about {tender}")
    body = N_("{title}\n\nLook whether it can be heard. The procedure wants a decision by {due_at}.")


class ObjectionToAnswer(MessageType):
    """The buyer: an objection waits for its answer."""

    code, permission, obligatory = "tender.objection_to_answer", TenderPermission.OBJECTION_DECIDE, True
    label = N_("Objections to be answered")
    subject = N_("{number}: an objection to {tender}")
    body = N_("{title}\n\nAnswer it by {due_at}.")


class ComplaintCame(MessageType):
    """The buyer: somebody complains."""

    code, permission, obligatory = "tender.complaint_came", TenderPermission.COMPLAINT_ANSWER, True
    label = N_("Complaints about your tenders")
    subject = N_("{number}: {supplier} complains about {tender}")
    body = N_("{title}\n\nSay what you think of it before it is decided. What the procedure names waits meanwhile.")


class ComplaintNews(MessageType):
    """The complainant: something became of it."""

    code, permission, obligatory = "tender.complaint_news", TenderPermission.COMPLAINT_LODGE, True
    label = N_("What becomes of your complaints")
    subject = N_("{tender}: news of your complaint")
    body = N_("{title}\n\nOpen the complaint to read where it stands.")


class ComplaintSettled(MessageType):
    """The buyer: a complaint has its decision, or was taken back."""

    code, permission, obligatory = "tender.complaint_settled", TenderPermission.COMPLAINT_ANSWER, True
    label = N_("Complaints about your tenders that were settled")
    subject = N_("{number}: the complaint about {tender} is settled")
    body = N_("{title}\n\nWhere it was upheld, act on it and say what you have done.")


class ComplaintStated(MessageType):
    """The review body: the buyer has answered."""

    code, permission = "tender.complaint_answered", TenderPermission.COMPLAINT_REVIEW
    label = N_("Answers of buyers to complaints")
    subject = N_("{number}: the buyer has answered")
    body = N_("{title}\n\nThe statement stands with the complaint.")


def when_fee_due_tell_operator(work: Work, actor: Actor, event: ComplaintFeeDue) -> None:
    """Tell those who take fees what is expected."""
    people = people_with(work, actor, [event.body_id], TenderPermission.FEE_RECORD)
    _tell(work, actor, people, FeeExpected, event.complaint_id)


def when_fee_refundable_tell_operator(work: Work, actor: Actor, event: ComplaintFeeRefundable) -> None:
    """Tell those who take fees what goes back."""
    people = people_with(work, actor, [event.body_id], TenderPermission.FEE_RECORD)
    _tell(work, actor, people, FeeToReturn, event.complaint_id)


def when_complaint_lodged_tell_those_concerned(work: Work, actor: Actor, event: ComplaintLodged) -> None:
    """Ask the review body to look at it, or the buyer to answer; the buyer hears of a complaint too."""
    if event.kind == ComplaintKind.OBJECTION:
        people = people_with(work, actor, [event.buyer_id], TenderPermission.OBJECTION_DECIDE)
        _tell(work, actor, people, ObjectionToAnswer, event.complaint_id)
        return
    people = people_with(work, actor, [event.body_id], TenderPermission.COMPLAINT_REVIEW)
    _tell(work, actor, people, ToReview, event.complaint_id)
    people = people_with(work, actor, [event.buyer_id], TenderPermission.COMPLAINT_ANSWER)
    _tell(work, actor, people, ComplaintCame, event.complaint_id)


def when_complaint_accepted_tell_complainant(work: Work, actor: Actor, event: ComplaintAccepted) -> None:
    """Tell its company that it is heard."""
    _news(work, actor, event.complaint_id, event.supplier_id)


def when_complaint_answered_tell_reviewers(work: Work, actor: Actor, event: ComplaintAnswered) -> None:
    """Tell the review body and the complainant that the buyer has said something."""
    people = people_with(work, actor, [event.body_id], TenderPermission.COMPLAINT_REVIEW)
    _tell(work, actor, people, ComplaintStated, event.complaint_id)
    _news(work, actor, event.complaint_id, event.supplier_id)


def when_complaint_decided_tell_both(work: Work, actor: Actor, event: ComplaintDecided) -> None:
    """Tell its company and the buyer."""
    _news(work, actor, event.complaint_id, event.supplier_id)
    people = people_with(work, actor, [event.buyer_id], TenderPermission.COMPLAINT_ANSWER)
    _tell(work, actor, people, ComplaintSettled, event.complaint_id)


def when_complaint_withdrawn_tell_buyer(work: Work, actor: Actor, event: ComplaintWithdrawn) -> None:
    """Tell the buyer, where the complaint counted already."""
    if event.buyer_id in actor.org_ids:
        people = people_with(work, actor, [event.buyer_id], TenderPermission.COMPLAINT_ANSWER)
        _tell(work, actor, people, ComplaintSettled, event.complaint_id)


def when_complaint_lapsed_tell_complainant(work: Work, actor: Actor, event: ComplaintLapsed) -> None:
    """Tell its company that the time is over."""
    _news(work, actor, event.complaint_id, event.supplier_id)


def when_complaint_resolved_tell_complainant(work: Work, actor: Actor, event: ComplaintResolved) -> None:
    """Tell its company what the buyer has done."""
    _news(work, actor, event.complaint_id, event.supplier_id)


def _news(work: Work, actor: Actor, complaint_id: UUID, supplier_id: UUID) -> None:
    people = people_with(work, actor, [supplier_id], TenderPermission.COMPLAINT_LODGE)
    _tell(work, actor, people, ComplaintNews, complaint_id)


def _tell(work: Work, actor: Actor, people: list[Recipient], kind: type[MessageType], complaint_id: UUID) -> None:
    if not people:
        return
    found = complaining.read_complaint(work, actor, ReadComplaint(complaint_id))
    thing = Thing(
        type="tender_complaint",
        id=found.id,
        name=f"{found.tender_number} {found.tender_title}",
        link=f"/tender-complaints/{found.id}",
        facts={
            "number": found.number or found.tender_number,
            "tender": found.tender_number,
            "title": found.tender_title,
            "supplier": found.supplier_name,
            "amount": Money(found.fee or Decimal(0), Currency(found.currency)),
            "reference": found.fee_reference or "—",
            "ends_at": found.window_ends_at,
            "due_at": found.due_at or found.window_ends_at,
        },
    )
    tell(work, people, kind, thing)


COMPLAINT_HANDLERS = (
    Handler(ComplaintFeeDue, when_fee_due_tell_operator, "tender.complaint_fee_due.tell_operator"),
    Handler(ComplaintFeeRefundable, when_fee_refundable_tell_operator, "tender.complaint_fee_refundable.tell_operator"),
    Handler(ComplaintLodged, when_complaint_lodged_tell_those_concerned, "tender.complaint_lodged.tell_concerned"),
    Handler(ComplaintAccepted, when_complaint_accepted_tell_complainant, "tender.complaint_accepted.tell_complainant"),
    Handler(ComplaintAnswered, when_complaint_answered_tell_reviewers, "tender.complaint_answered.tell_reviewers"),
    Handler(ComplaintDecided, when_complaint_decided_tell_both, "tender.complaint_decided.tell_both"),
    Handler(ComplaintWithdrawn, when_complaint_withdrawn_tell_buyer, "tender.complaint_withdrawn.tell_buyer"),
    Handler(ComplaintLapsed, when_complaint_lapsed_tell_complainant, "tender.complaint_lapsed.tell_complainant"),
    Handler(ComplaintResolved, when_complaint_resolved_tell_complainant, "tender.complaint_resolved.tell_complainant"),
)
