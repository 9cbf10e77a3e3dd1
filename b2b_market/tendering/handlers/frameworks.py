"""Who hears what of framework agreements and call-offs, and the next member's turn."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, MessageType, Phrase, Recipient, Thing, tell
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
    _tell_all(work, actor, event, FrameworkBegun, ends_at=event.ends_at)


def when_framework_terminated_tell_parties(work: Work, actor: Actor, event: FrameworkTerminated) -> None:
    """Tell those who place orders, and the members why."""
    _tell_all(work, actor, event, FrameworkOver, reason=event.reason)


def when_framework_expired_tell_parties(work: Work, actor: Actor, event: FrameworkExpired) -> None:
    """Tell those who place orders, and the members."""
    _tell_all(work, actor, event, FrameworkOver, reason=Phrase(TIME_OVER))


def when_call_off_submitted_ask_approvers(work: Work, actor: Actor, event: CallOffSubmitted) -> None:
    """Tell the approvers, but not who placed it, whom S1 excludes."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_APPROVE, without=event.author_id)
    _tell_of(work, actor, people, CallOffToApprove, event.call_off_id)


def when_call_off_returned_tell_author(work: Work, actor: Actor, event: CallOffReturned) -> None:
    """Tell who placed it why."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE, only=event.author_id)
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
    supplier = _name(work, actor, event.supplier_id)
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


_Whole = FrameworkConcluded | FrameworkTerminated | FrameworkExpired


def _tell_all(work: Work, actor: Actor, event: _Whole, kind: type[MessageType], **facts: Fact) -> None:
    """Tell those who place orders under an agreement, and its members."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.CALL_OFF_PLACE)
    people += people_with(work, actor, event.supplier_ids, TenderPermission.CALL_OFF_ANSWER)
    if people:
        framework = frameworks.read_framework(work, actor, ReadFramework(event.framework_id)).framework
        thing = Thing(
            type="framework",
            id=framework.id,
            name=f"{framework.number} {framework.title}",
            link=f"/frameworks/{framework.id}",
            facts={"number": framework.number, "title": framework.title, "buyer": _name(work, actor, event.buyer_id)},
        )
        tell(work, people, kind, thing, **facts)


def _tell_of(
    work: Work, actor: Actor, people: list[Recipient], kind: type[MessageType], call_off_id: UUID, **facts: Fact
) -> None:
    """Tell people of a call-off."""
    if people:
        found = frameworks.read_call_off(work, actor, ReadCallOff(call_off_id))
        number, title, buyer_id = found.call_off.number, found.framework.title, found.call_off.buyer_id
        thing = Thing(
            type="framework_call_off",
            id=found.call_off.id,
            name=f"{number} {title}",
            link=f"/call-offs/{found.call_off.id}",
            facts={"call_off": number, "title": title, "buyer": _name(work, actor, buyer_id)},
        )
        tell(work, people, kind, thing, **facts)


def _name(work: Work, actor: Actor, org_id: UUID) -> Fact:
    return organizations.companies(work, actor, [org_id])[org_id].names


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
