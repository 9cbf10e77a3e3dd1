"""What other modules may ask about companies and their people. Every function takes the caller's actor."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.notifications.public import Recipient
from b2b_market.organizations.commands import Guest
from b2b_market.organizations.rules import OwnPerson
from b2b_market.organizations.service import directory, guests
from b2b_market.organizations.service.guests import Provisional
from b2b_market.organizations.service.views import CompanyView, DirectoryView, IdentifierView, SettingsView
from b2b_market.rbac.actor import Actor, Scope

__all__ = [
    "CompanyView",
    "DirectoryView",
    "Guest",
    "IdentifierView",
    "OwnPerson",
    "Provisional",
    "SettingsView",
    "buyers",
    "companies",
    "company",
    "found_provisional",
    "merge_provisional",
    "open_takeover",
    "people_with",
    "request_takeover",
    "require_guest",
    "settings",
    "suppliers",
]


def company(work: Work, actor: Actor, org_id: UUID) -> CompanyView:
    """Return a company by id; NotFound where the actor may not see it: not approved and not the actor's own."""
    return directory.company(work, Scope(actor, None), org_id)


def companies(work: Work, actor: Actor, org_ids: Iterable[UUID]) -> dict[UUID, CompanyView]:
    """Return companies by id, with one query; those the actor may not see are left out."""
    return directory.companies(work, Scope(actor, None), list(org_ids))


def settings(work: Work, actor: Actor, org_id: UUID) -> SettingsView:
    """Return the settings of a company the actor acts for: quoting time in hours, base currency, zone, defaults."""
    return directory.settings(work, Scope(actor, None), org_id)


def suppliers(work: Work, actor: Actor) -> tuple[DirectoryView, ...]:
    """Return the approved suppliers, by name, without the actor's own company; at most 500, for a choice in a form."""
    return directory.suppliers(work, Scope(actor, None))


def buyers(work: Work, actor: Actor) -> tuple[DirectoryView, ...]:
    """Return the approved buyers, by name, without the actor's own company; at most 500, for a choice in a form."""
    return directory.buyers(work, Scope(actor, None))


def people_with(work: Work, actor: Actor, org_ids: Sequence[UUID], permission: Permission) -> list[Recipient]:
    """Return the people of these companies whose roles in force hold ``permission``, ready to be notified."""
    return directory.people_with(work, Scope(actor, None), org_ids, permission)


def require_guest(work: Work, actor: Actor, guest: Guest) -> Guest:
    """Return a guest with a tidy address and names; Invalid or OwnPerson where it may not be invited."""
    return guests.require_guest(work, Scope(actor, None), guest)


def found_provisional(work: Work, actor: Actor, guest: Guest) -> UUID:
    """Make the provisional company of a guest whom the actor's company invites, and return its id."""
    return guests.found_provisional(work, Scope(actor, None), guest)


def request_takeover(work: Work, actor: Actor, email: str) -> None:
    """Have a code mailed to an address if it is a guest's; nobody learns whether it is."""
    guests.request_takeover(work, Scope(actor, None), email)


def open_takeover(work: Work, actor: Actor, email: str, code: str) -> tuple[Provisional, ...]:
    """Return the provisional companies of the mailbox that the code proves, locked; the code is used up.

    Who goes on with their rows reaches for them. WrongCode where the code does not fit.
    """
    return guests.open_takeover(work, Scope(actor, None), email, code)


def merge_provisional(work: Work, actor: Actor, org_ids: Iterable[UUID]) -> None:
    """Let the actor's company stand in for provisional ones that ``open_takeover`` returned; callers reach for them."""
    guests.merge_provisional(work, Scope(actor, None), org_ids)
