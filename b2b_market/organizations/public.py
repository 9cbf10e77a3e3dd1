"""What other modules may ask about companies and their people. Every function takes the caller's actor."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Permission
from b2b_market.notifications.public import Recipient
from b2b_market.organizations.service import directory
from b2b_market.organizations.service.views import CompanyView, DirectoryView, IdentifierView, SettingsView
from b2b_market.rbac.actor import Actor, Scope

__all__ = [
    "CompanyView",
    "DirectoryView",
    "IdentifierView",
    "SettingsView",
    "companies",
    "company",
    "people_with",
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


def people_with(work: Work, actor: Actor, org_ids: Sequence[UUID], permission: Permission) -> list[Recipient]:
    """Return the people of these companies whose roles in force hold ``permission``, ready to be notified."""
    return directory.people_with(work, Scope(actor, None), org_ids, permission)
