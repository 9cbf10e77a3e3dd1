"""Who hears what of framework agreements and call-offs, and the next member's turn."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, Message, MessageType, Recipient, notify
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.frameworks import ReadCallOff, ReadFramework
from b2b_market.tendering.events.frameworks import (
    CallOffAccepted,
    CallOffCancelled,
    CallOffDeclined,
    CallOffOffered,
    CallOffReturned,
    CallOffSubmitted,
    CallOffUnplaced,
    FrameworkConcluded,
    FrameworkExpired,
    FrameworkTerminated,
)
from b2b_market.tendering.handlers.telling import people_with
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import answering, frameworks


class FrameworkBegun(MessageType):
    """Both sides: an agreement was concluded."""

    code, permission = "framework.concluded", TenderPermission.FRAMEWORK_READ
    label = N_("Framework agreements concluded")
    subject = N_("{number} of {buyer}: a framework agreement is concluded")
    body = N_("{title}\n\nOrders can be placed until {ends_at}.")


class FrameworkOver(MessageType):
    """Both sides: nothing can be called off any more."""

    code, permission = "framework.ended", TenderPermission.FRAMEWORK_READ
    label = N_("Framework agreements that ended")
    subject = N_("{number} of {buyer} has ended")
    body = N_("{title}\n\n{reason}\n\nOrders that were accepted stay.")


class CallOffToApprove(MessageType):
    """Approvers: a call-off waits for them."""

    code, permission = "call_off.approval_wanted", TenderPermission.CALL_OFF_APPROVE
    label = N_("Call-offs waiting for approval")
    subject = N_("{call_off} waits for your approval")
    body = N_("{title}\n\nIt is above the limit of who placed it. Approve it, or return it with a reason.")


class CallOffSentBack(MessageType):
    """Authors: an approver returned their call-off."""

    code, permission = "call_off.returned", TenderPermission.CALL_OFF_PLACE
    label = N_("Call-offs returned to you")
    subject = N_("{call_off} was returned")
    body = N_("{title}\n\nReason: {reason}")


class CallOffCame(MessageType):
    """Members: their turn has come."""

    code, permission, obligatory = "call_off.offered", TenderPermission.CALL_OFF_ANSWER, True
    label = N_("Call-offs offered to you")
    subject = N_("{buyer} offers you {call_off}")
    body = N_("{title}\n\nAccept or decline it by {due_at}: after that the next supplier has its turn.")


class CallOffTaken(MessageType):
    """Buyers: a member accepted."""

    code, permission = "call_off.accepted", TenderPermission.CALL_OFF_PLACE
    label = N_("Call-offs that were accepted")
    subject = N_("{call_off} was accepted")
    body = N_("{title}\n\n{supplier} accepted it. A contract is drafted.")


class CallOffRefused(MessageType):
    """Buyers: no member took it."""

    code, permission = "call_off.unplaced", TenderPermission.CALL_OFF_PLACE
    label = N_("Call-offs that nobody took")
    subject = N_("{call_off}: no supplier took it")
    body = N_("{title}\n\nNothing of it counts against the ceiling any more.")


class CallOffOff(MessageType):
    """Members: the buyer cancelled what they were offered or had accepted."""

    code, permission, obligatory = "call_off.cancelled", TenderPermission.CALL_OFF_ANSWER, True
    label = N_("Call-offs that were cancelled")
    subject = N_("{buyer} cancelled {call_off}")
    body = N_("{title}\n\nReason: {reason}")


TIME_OVER = N_("Its time is over.")


def when_framework_concluded_tell_parties(work: Work, actor: Actor, event: FrameworkConcluded) -> None:
    """Tell those who may place orders, and the members' people."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    for supplier_id in event.supplier_ids:
        people += people_with(work, actor, [supplier_id], TenderPermission.CALL_OFF_ANSWER)
    _tell(work, actor, people, FrameworkBegun, event.framework_id, ends_at=event.ends_at)


def when_framework_terminated_tell_parties(work: Work, actor: Actor, event: FrameworkTerminated) -> None:
    """Tell those who place orders, and the members why."""
    _tell_over(work, actor, event, event.reason)


def when_framework_expired_tell_parties(work: Work, actor: Actor, event: FrameworkExpired) -> None:
    """Tell those who place orders, and the members."""
    _tell_over(work, actor, event, TIME_OVER)


def when_call_off_submitted_ask_approvers(work: Work, actor: Actor, event: CallOffSubmitted) -> None:
    """Tell the approvers, but not who placed it, whom S1 excludes."""
    found = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_APPROVE)
    _tell_of(work, actor, [one for one in found if one.user_id != event.author_id], CallOffToApprove, event.call_off_id)


def when_call_off_returned_tell_author(work: Work, actor: Actor, event: CallOffReturned) -> None:
    """Tell who placed it why."""
    found = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    people = [one for one in found if one.user_id == event.author_id]
    _tell_of(work, actor, people, CallOffSentBack, event.call_off_id, reason=event.reason)


def when_call_off_offered_ask_member(work: Work, actor: Actor, event: CallOffOffered) -> None:
    """Ask the member whose turn it is."""
    people = people_with(work, actor, [event.supplier_id], TenderPermission.CALL_OFF_ANSWER)
    _tell_of(work, actor, people, CallOffCame, event.call_off_id, due_at=event.due_at)


def when_call_off_declined_offer_next(work: Work, actor: Actor, event: CallOffDeclined) -> None:
    """Offer it to the next member."""
    answering.pass_call_off_on(work, actor, ReadCallOff(event.call_off_id))


def when_call_off_accepted_tell_buyer(work: Work, actor: Actor, event: CallOffAccepted) -> None:
    """Tell those who place orders."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    supplier = organizations.companies(work, actor, [event.supplier_id])[event.supplier_id].name
    _tell_of(work, actor, people, CallOffTaken, event.call_off_id, supplier=supplier)


def when_call_off_unplaced_tell_buyer(work: Work, actor: Actor, event: CallOffUnplaced) -> None:
    """Tell those who place orders."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    _tell_of(work, actor, people, CallOffRefused, event.call_off_id)


def when_call_off_cancelled_tell_member(work: Work, actor: Actor, event: CallOffCancelled) -> None:
    """Tell the member whose turn or order it was."""
    if event.supplier_id is not None:
        people = people_with(work, actor, [event.supplier_id], TenderPermission.CALL_OFF_ANSWER)
        _tell_of(work, actor, people, CallOffOff, event.call_off_id, reason=event.reason)


def _tell_over(work: Work, actor: Actor, event: FrameworkTerminated | FrameworkExpired, reason: str) -> None:
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    for supplier_id in event.supplier_ids:
        people += people_with(work, actor, [supplier_id], TenderPermission.CALL_OFF_ANSWER)
    _tell(work, actor, people, FrameworkOver, event.framework_id, reason=reason)


def _tell(
    work: Work, actor: Actor, people: list[Recipient], kind: type[MessageType], framework_id: UUID, **facts: Fact
) -> None:
    if people:
        framework = frameworks.read_framework(work, actor, ReadFramework(framework_id)).framework
        always: dict[str, Fact] = {"number": framework.number, "title": framework.title}
        always["buyer"] = organizations.companies(work, actor, [framework.buyer_id])[framework.buyer_id].name
        message = Message(
            type=kind,
            facts={**always, **facts},
            link=f"/frameworks/{framework.id}",
            object_type="framework",
            object_id=framework.id,
            object_name=f"{framework.number} {framework.title}",
        )
        notify(work, people, message)


def _tell_of(
    work: Work, actor: Actor, people: list[Recipient], kind: type[MessageType], call_off_id: UUID, **facts: Fact
) -> None:
    if people:
        found = frameworks.read_call_off(work, actor, ReadCallOff(call_off_id))
        buyer_id = found.call_off.buyer_id
        always: dict[str, Fact] = {"call_off": found.call_off.number, "title": found.framework.title}
        always["buyer"] = organizations.companies(work, actor, [buyer_id])[buyer_id].name
        message = Message(
            type=kind,
            facts={**always, **facts},
            link=f"/call-offs/{found.call_off.id}",
            object_type="framework_call_off",
            object_id=found.call_off.id,
            object_name=f"{found.call_off.number} {found.framework.title}",
        )
        notify(work, people, message)


FRAMEWORK_HANDLERS = (
    Handler(FrameworkConcluded, when_framework_concluded_tell_parties, "framework.concluded.tell_parties"),
    Handler(FrameworkTerminated, when_framework_terminated_tell_parties, "framework.terminated.tell_parties"),
    Handler(FrameworkExpired, when_framework_expired_tell_parties, "framework.expired.tell_parties"),
    Handler(CallOffSubmitted, when_call_off_submitted_ask_approvers, "call_off.submitted.ask_approvers"),
    Handler(CallOffReturned, when_call_off_returned_tell_author, "call_off.returned.tell_author"),
    Handler(CallOffOffered, when_call_off_offered_ask_member, "call_off.offered.ask_member"),
    Handler(CallOffDeclined, when_call_off_declined_offer_next, "call_off.declined.offer_next"),
    Handler(CallOffAccepted, when_call_off_accepted_tell_buyer, "call_off.accepted.tell_buyer"),
    Handler(CallOffUnplaced, when_call_off_unplaced_tell_buyer, "call_off.unplaced.tell_buyer"),
    Handler(CallOffCancelled, when_call_off_cancelled_tell_member, "call_off.cancelled.tell_member"),
)
