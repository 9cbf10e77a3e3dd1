"""Finding companies, and what the rest of the product asks about them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from b2b_market.identity.public import people_holding
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.kernel.permission import Permission
from b2b_market.kernel.refusal import NotFound
from b2b_market.notifications.public import Recipient
from b2b_market.organizations import queries
from b2b_market.organizations.commands import ReadPartner, SearchDirectory
from b2b_market.organizations.permissions import DirectoryPermission
from b2b_market.organizations.service.views import (
    CompanyView,
    DirectoryView,
    IdentifierView,
    SettingsView,
    directory_view,
    settings_view,
)
from b2b_market.organizations.states import CompanyStatus, IdentifierScheme
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

MOST_SUPPLIERS = 500


@operation(DirectoryPermission.READ)
def search_directory(work: Work, scope: Scope, command: SearchDirectory) -> Page[DirectoryView]:
    """Return approved companies whose names hold every word, by name, without the reader's own."""
    return queries.directory(work.session, scope, command).map(directory_view)


@operation(DirectoryPermission.READ)
def read_partner(work: Work, scope: Scope, command: ReadPartner) -> CompanyView:
    """Return one approved company, or the own one, as business partners see it."""
    return company(work, scope, command.organization_id)


def companies(work: Work, scope: Scope, org_ids: Sequence[UUID]) -> dict[UUID, CompanyView]:
    """Return the companies of these ids that the reader may see."""
    found: dict[UUID, dict[str, Any]] = {}
    numbers: dict[UUID, list[IdentifierView]] = {}
    for row in queries.partners(work.session, scope, org_ids):
        columns = row._asdict()
        scheme, label, value, checked = (columns.pop(name) for name in queries.NUMBER)
        found[row.id] = {**columns, "status": CompanyStatus(row.status)}
        known = numbers.setdefault(row.id, [])
        if scheme is not None:
            known.append(IdentifierView(IdentifierScheme(scheme), label, value, checked))
    return {org_id: CompanyView(**columns, identifiers=tuple(numbers[org_id])) for org_id, columns in found.items()}


def company(work: Work, scope: Scope, org_id: UUID) -> CompanyView:
    """Return one company that the reader may see; NotFound otherwise."""
    found = companies(work, scope, [org_id])
    if org_id not in found:
        raise NotFound(organization_id=str(org_id))
    return found[org_id]


def settings(work: Work, scope: Scope, org_id: UUID) -> SettingsView:
    """Return the settings of a company the actor acts for; NotFound otherwise."""
    return settings_view(queries.settings(work.session, scope, org_id))


def suppliers(work: Work, scope: Scope) -> tuple[DirectoryView, ...]:
    """Return approved suppliers by name, the first MOST_SUPPLIERS of them."""
    return tuple(directory_view(row) for row in queries.suppliers(work.session, scope, MOST_SUPPLIERS))


def buyers(work: Work, scope: Scope) -> tuple[DirectoryView, ...]:
    """Return approved buyers by name, the first MOST_SUPPLIERS of them."""
    return tuple(directory_view(row) for row in queries.buyers(work.session, scope, MOST_SUPPLIERS))


def people_with(work: Work, scope: Scope, org_ids: Sequence[UUID], permission: Permission) -> list[Recipient]:
    """Return whom to tell: the people of these companies whose roles in force hold ``permission``, by company."""
    return [
        Recipient(
            address=person.email,
            name=person.name,
            locale=person.locale,
            timezone=person.timezone,
            user_id=person.id,
            org_id=org_id,
        )
        for org_id, person in people_holding(work, scope.actor, org_ids, permission)
    ]
