"""Inviting suppliers by mail address, before their companies are registered."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.operation import operation
from b2b_market.rfq import events
from b2b_market.rfq.commands.guests import InviteGuest, RemoveGuest
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.models.guests import RfqGuest
from b2b_market.rfq.models.requests import Rfq, RfqInvitation
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.queries import guests as queries
from b2b_market.rfq.queries import requests as request_queries
from b2b_market.rfq.rules import guests as rules
from b2b_market.rfq.service.closing import locked_at_gate
from b2b_market.rfq.service.drafting import invitation_row
from b2b_market.rfq.service.joining import show_to
from b2b_market.rfq.states import RFQ_LIFECYCLE, RfqStatus
from b2b_market.ui.language import Language


@dataclass(frozen=True, slots=True)
class GuestView:
    """A guest as the buyer sees it; ``company`` is None before the publication."""

    id: UUID
    rfq_id: UUID
    email: str
    company_name: str
    contact_name: str
    locale: Language
    supplier_id: UUID | None
    company: organizations.CompanyView | None

    @property
    def status(self) -> str | None:
        """How far the company is: provisional, registered, approved …; None before the publication."""
        return self.company.status.value if self.company is not None else None


@operation(RfqPermission.INVITE_GUEST)
def invite_guest(work: Work, scope: Scope, command: InviteGuest) -> Rfq:
    """Invite a mail address to a draft, or at once to a published request before its deadline; twice is once.

    The mail goes out when the request is published. The guest sees that request and quotes on it, and nothing else.
    """
    rfq = locked_at_gate(work, scope, command.rfq_id)
    work.expect_version(rfq, command.expected_version)
    if rfq.status is not RfqStatus.PUBLISHED:
        RFQ_LIFECYCLE.require(rfq.status, "publish")
    wanted = organizations.require_guest(work, scope.actor, _guest(command))
    known = queries.guests_of(work.session, scope, rfq.id)
    if any(found.email_key == wanted.email.casefold() for found in known):
        return rfq
    rules.require_room(len(known))
    work.session.add(guest_row(work, scope, rfq, wanted))
    rfq.guest_count = len(known) + 1
    work.touch(rfq)
    work.record("rfq.guest_added", rfq)
    work.session.flush()
    if rfq.status is RfqStatus.PUBLISHED:
        show_to(work, rfq, admit_guests(work, scope, rfq))
    work.session.flush()
    return rfq


@operation(RfqPermission.INVITE_GUEST)
def remove_guest(work: Work, scope: Scope, command: RemoveGuest) -> Rfq:
    """Take a guest off a draft; GuestInvited once the mail is sent."""
    known = queries.guest(work.session, scope, command.guest_id)
    rfq = locked_at_gate(work, scope, known.rfq_id)
    guest = queries.guest(work.session, scope, command.guest_id)
    if rfq.status not in (RfqStatus.DRAFT, RfqStatus.PENDING_APPROVAL):
        raise rules.GuestInvited
    RFQ_LIFECYCLE.require(rfq.status, "publish")
    work.session.delete(guest)
    rfq.guest_count -= 1
    work.touch(rfq)
    work.record("rfq.guest_removed", rfq)
    work.session.flush()
    return rfq


@operation(RfqPermission.COMPARE)
def list_guests(work: Work, scope: Scope, command: ReadRfq) -> Sequence[GuestView]:
    """Return whom the own request was sent to by mail, and how far their companies are."""
    rfq = request_queries.own_rfq(work.session, scope, command.rfq_id)
    if not rfq.guest_count:
        return ()
    found = queries.guests_of(work.session, scope, rfq.id)
    ids = [guest.supplier_id for guest in found if guest.supplier_id is not None]
    companies = organizations.companies(work, scope.actor, ids)
    return [
        GuestView(
            id=guest.id,
            rfq_id=guest.rfq_id,
            email=guest.email,
            company_name=guest.company_name,
            contact_name=guest.contact_name,
            locale=guest.locale,
            supplier_id=guest.supplier_id,
            company=companies.get(guest.supplier_id) if guest.supplier_id is not None else None,
        )
        for guest in found
    ]


@operation(system=True, reason="the relay reports that a company was registered or approved, and its inviter is told")
def requests_of_guest(work: Work, scope: Scope, command: UUID) -> Sequence[RfqGuest]:
    """Return the guests of the companies acted for that stand for this company; none for one that came by itself."""
    return queries.guests_at(work.session, scope, command)


def guest_row(work: Work, scope: Scope, rfq: Rfq, wanted: organizations.Guest) -> RfqGuest:
    """Return the row of a guest whose address and names are tidy."""
    return RfqGuest(
        id=new_id(),
        rfq_id=rfq.id,
        buyer_id=rfq.buyer_id,
        email=wanted.email,
        email_key=wanted.email.casefold(),
        company_name=wanted.company_name,
        contact_name=wanted.contact_name,
        locale=Language(wanted.locale),
        invited_by=scope.user_id,
        invited_at=work.now(),
    )


def admit_guests(work: Work, scope: Scope, rfq: Rfq) -> tuple[UUID, ...]:
    """Make a provisional company with a place at the request for every guest that has none; return them.

    They are to be shown the request; a request without guests costs nothing.
    """
    if not rfq.guest_count or rfq.closes_at is None:
        return ()
    admitted: list[UUID] = []
    # by address, whichever was named first: people are made of them, and two requests may name the same new ones
    for guest in sorted(queries.guests_of(work.session, scope, rfq.id), key=lambda guest: guest.email_key):
        if guest.supplier_id is not None:
            continue
        wanted = organizations.Guest(
            email=guest.email,
            company_name=guest.company_name,
            contact_name=guest.contact_name,
            locale=guest.locale.value,
        )
        guest.supplier_id = organizations.found_provisional(work, scope.actor, wanted)
        admitted.append(guest.supplier_id)
        said = events.GuestAdmitted(
            rfq_id=rfq.id,
            buyer_id=rfq.buyer_id,
            supplier_id=guest.supplier_id,
            guest_id=guest.id,
            closes_at=rfq.closes_at,
        )
        work.emit(said, rfq)
    insert_rows(work.session, RfqInvitation, [invitation_row(rfq, supplier_id) for supplier_id in admitted])
    return tuple(admitted)


def require_approved(work: Work, actor: Actor, rfq: Rfq, supplier_ids: Sequence[UUID]) -> None:
    """Raise WinnerNotApproved where a winner was invited by mail and is no approved company (yet)."""
    if rfq.guest_count:
        known = organizations.companies(work, actor, supplier_ids)
        waiting = [known[found] for found in supplier_ids if found in known and not known[found].may_supply]
        rules.require_approved(company.name_in(actor.person.locale) for company in waiting)


def _guest(command: InviteGuest) -> organizations.Guest:
    return organizations.Guest(
        email=command.email,
        company_name=command.company_name,
        contact_name=command.contact_name,
        locale=Language(command.locale).value,
    )
