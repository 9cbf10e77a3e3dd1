"""The operator's queue: registrations to approve or reject."""

from uuid import UUID

from b2b_market.identity.public import people
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.organizations import queries, rules
from b2b_market.organizations.commands import Decide, ListReviews, ReadReview
from b2b_market.organizations.events import CompanyApproved, CompanyRejected
from b2b_market.organizations.models import DirectoryEntry, Identifier, Organization
from b2b_market.organizations.permissions import OrganizationPermission
from b2b_market.organizations.service.views import (
    CompanyView,
    NumberTwin,
    OwnCompanyView,
    ReviewView,
    company_view,
    own_company_view,
)
from b2b_market.organizations.states import LIFECYCLE, CompanyStatus
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.domains import set_active
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.grants import end_guests
from b2b_market.rbac.operation import operation

APPROVALS = UUID("0d9f6f0e-6a54-7c1b-8f3a-5b2f0f2c9a11")
"""The gate that approvals hold alone, so that two of them cannot let the same company number in twice."""


@operation(OrganizationPermission.READ_ALL)
def list_reviews(work: Work, scope: Scope, command: ListReviews) -> Page[CompanyView]:
    """Return companies by status, the longest waiting first; numbers are shown with the single company only."""
    found = queries.reviews(work.session, scope, command.status, command.page)
    return found.map(lambda row: company_view(row, ()))


@operation(OrganizationPermission.READ_ALL)
def read_review(work: Work, scope: Scope, command: ReadReview) -> ReviewView:
    """Return one company with everything its judgement needs: numbers, founder, other companies of the same number."""
    row, identifiers = queries.company(work.session, scope, command.organization_id)
    founder = people(work, scope.actor, [row.registered_by]).get(row.registered_by)
    return ReviewView(
        own_company_view(row, identifiers),
        _twins(work, scope, identifiers),
        founder.name if founder else "",
        founder.email if founder else "",
    )


def _twins(work: Work, scope: Scope, identifiers: list[Identifier]) -> tuple[NumberTwin, ...]:
    return tuple(
        NumberTwin(
            company.id,
            rules.own_name(company.legal_name_zh, company.legal_name_en, company.country),
            company.status,
            number.scheme,
            number.value,
        )
        for company, number in queries.same_numbers(work.session, scope, identifiers)
    )


@operation(OrganizationPermission.REVIEW)
def approve_company(work: Work, scope: Scope, command: Decide) -> OwnCompanyView:
    """Let a company trade and enter it into the directory. S1: not by whoever registered it.

    IdentifierTaken where an approved company has one of its checked numbers.
    """
    work.gate(APPROVALS, exclusive=True)
    row, identifiers = queries.lock_reviewed_company(work.session, scope, command.organization_id)
    work.expect_version(row, command.expected_version)
    require_other_person(scope.actor, row.registered_by)
    LIFECYCLE.advance(row, "approve")
    for twin in _twins(work, scope, identifiers):
        if twin.status is CompanyStatus.APPROVED:
            raise rules.IdentifierTaken(value=twin.value, company=twin.name)
    _decided(work, scope, row, command.reason.strip())
    for identifier in identifiers:
        identifier.shown = True
    work.session.add(_entry(row))
    set_active(work, row.id, active=True)
    if row.sponsor_id is not None:
        end_guests(work, row.id, scope.user_id)  # what they did as guests they do by their roles from now on
    work.emit(CompanyApproved(organization_id=row.id), row)
    work.session.flush()
    return own_company_view(row, identifiers)


@operation(OrganizationPermission.REVIEW)
def reject_company(work: Work, scope: Scope, command: Decide) -> OwnCompanyView:
    """Refuse a registration with a reason that its admins read; they may correct it and hand it in again."""
    row, identifiers = queries.lock_reviewed_company(work.session, scope, command.organization_id)
    work.expect_version(row, command.expected_version)
    require_other_person(scope.actor, row.registered_by)
    LIFECYCLE.advance(row, "reject")
    _decided(work, scope, row, rules.require_reason(command.reason))
    work.emit(CompanyRejected(organization_id=row.id), row)
    work.session.flush()
    return own_company_view(row, identifiers)


def _decided(work: Work, scope: Scope, row: Organization, reason: str) -> None:
    row.decided_at = row.changed_at = work.now()
    row.decided_by, row.decision_reason = scope.user_id, reason


def _entry(row: Organization) -> DirectoryEntry:
    name = rules.own_name(row.legal_name_zh, row.legal_name_en, row.country)
    return DirectoryEntry(
        org_id=row.id,
        legal_name_zh=row.legal_name_zh,
        legal_name_en=row.legal_name_en,
        country=row.country,
        city=row.city,
        is_buyer=row.is_buyer,
        is_supplier=row.is_supplier,
        sort_name=rules.folded(name),
        search_text=rules.folded(f"{row.legal_name_zh} {row.legal_name_en}"),
    )
