"""Who hears of guests: they themselves, by a link to enter with, and the buyer when their company is one."""

from uuid import UUID

from b2b_market.identity.public import issue_entry
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Message, MessageType, notify
from b2b_market.organizations.events import CompanyApproved, ProvisionalClaimed
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.standing import keep_standings
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts
from b2b_market.rfq.service.inviting import requests_of_guest


class GuestInvitation(MessageType):
    """Somebody whose company is not registered: they may quote on one request."""

    code = "rfq.guest_invitation"
    label = N_("Invitations by mail")
    subject = N_("{buyer} invites you to quote: {title}")
    body = N_(
        "{buyer} asks {supplier} to quote on {number}: {lines} lines. Quotations are accepted until {closes_at}.\n\n"
        "Enter by this link, without registering; we mail you a code then. The link works once, within seven days; "
        "after that you can have a new one sent to this address.\n\n"
        "If this is not for you, ignore this mail."
    )
    in_app = False
    obligatory = True


class GuestRegistered(MessageType):
    """Buyers: a company that they invited by mail has registered."""

    code, permission, mail = "rfq.guest_registered", RfqPermission.COMPARE, False
    label = N_("Suppliers invited by mail that register")
    subject = N_("{supplier} has registered")
    body = N_("{number} {title}\n\nIt can be awarded once the operator has approved it.")


class GuestApproved(MessageType):
    """Buyers: a company that they invited by mail may be awarded."""

    code, permission = "rfq.guest_approved", RfqPermission.COMPARE
    label = N_("Suppliers invited by mail that are approved")
    subject = N_("{supplier} is approved")
    body = N_("{number} {title}\n\nIts quotation can be awarded from now on.")


class GuestReplaced(MessageType):
    """Buyers: an approved company stands where a guest stood."""

    code, permission = "rfq.guest_replaced", RfqPermission.COMPARE
    label = N_("Suppliers invited by mail that turn out to be registered")
    subject = N_("{supplier} has taken over an invitation to {number}")
    body = N_("{title}\n\nYou invited it by mail. Its quotation, where there is one, can be awarded.")


def when_guest_admitted_mail_link(work: Work, actor: Actor, event: events.GuestAdmitted) -> None:
    """Mail the guest a link to enter with; nobody else ever knows it."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    for reader in people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT):
        if reader.user_id is None:
            continue
        message = Message(
            type=GuestInvitation,
            facts={
                "buyer": about.buyer,
                "supplier": about.names[event.supplier_id],
                "number": about.number,
                "title": about.title,
                "lines": about.line_count,
                "closes_at": event.closes_at,
            },
            link=f"/enter?token={{token}}&next=/rfqs/{event.rfq_id}",
            secrets={"token": issue_entry(work, actor, reader.user_id, event.supplier_id)},
        )
        notify(work, [reader], message)


def when_guest_taken_over_tell_buyer(work: Work, actor: Actor, event: events.GuestTakenOver) -> None:
    """Tell the author of the request who quotes instead of the guest."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, GuestReplaced, about, supplier=about.names[event.supplier_id])
    keep_standings(work, actor, about)


def when_provisional_claimed_tell_buyer(work: Work, actor: Actor, event: ProvisionalClaimed) -> None:
    """Tell who invited the company that it has registered."""
    _tell_inviter(work, actor, event.organization_id, GuestRegistered)


def when_company_approved_tell_inviter(work: Work, actor: Actor, event: CompanyApproved) -> None:
    """Tell who invited the company by mail that it may be awarded; companies that came by themselves are no news."""
    _tell_inviter(work, actor, event.organization_id, GuestApproved)


def _tell_inviter(work: Work, actor: Actor, supplier_id: UUID, kind: type[MessageType]) -> None:
    for guest in requests_of_guest(work, actor, supplier_id):
        about = request_facts(work, actor, guest.rfq_id, supplier_id)
        people = people_of(work, actor, [guest.buyer_id], RfqPermission.COMPARE, only=guest.invited_by)
        tell(work, people, kind, about, supplier=about.names[supplier_id])


HANDLERS = (
    Handler(events.GuestAdmitted, when_guest_admitted_mail_link, "rfq.guest_admitted.mail_link"),
    Handler(events.GuestTakenOver, when_guest_taken_over_tell_buyer, "rfq.guest_taken_over.tell_buyer"),
    Handler(ProvisionalClaimed, when_provisional_claimed_tell_buyer, "rfq.guest_registered.tell_buyer"),
    Handler(CompanyApproved, when_company_approved_tell_inviter, "rfq.guest_approved.tell_buyer"),
)
