"""Every SELECT of organizations. Row-level security stands behind those on companies, identifiers and settings."""

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from b2b_market.infra.database import run_fixed, within
from b2b_market.infra.fixed import FixedRecords
from b2b_market.infra.http.cursors import cursor_id
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations.commands import SearchDirectory
from b2b_market.organizations.models import DirectoryEntry, Identifier, Organization, OrganizationSettings
from b2b_market.organizations.rules import search_words
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Scope

CompanyRow = tuple[Organization, list[Identifier]]
CompanyNumber = tuple[Organization, Identifier]


class PartnerRow(NamedTuple):
    """The columns of ``_PARTNERS`` in order: a company with one of its identifiers, or with none."""

    id: UUID
    version: int
    status: str
    legal_name_zh: str
    legal_name_en: str
    country: str
    street: str
    city: str
    region: str
    postcode: str
    is_buyer: bool
    is_supplier: bool
    is_platform: bool
    scheme: str | None
    label: str | None
    value: str | None
    checked: bool | None


NUMBER: Final = ("scheme", "label", "value", "checked")
"""Those of the identifier; the others are what business partners see of the company."""
_PARTNERS: Final = """
    SELECT company.id, company.version, company.status, company.legal_name_zh, company.legal_name_en, company.country,
           company.street, company.city, company.region, company.postcode, company.is_buyer, company.is_supplier,
           company.is_platform, number.scheme, number.label, number.value, number.checked
    FROM organization company LEFT JOIN organization_identifier number ON number.organization_id = company.id
    WHERE company.id = ANY(%(ids)s) ORDER BY company.id, number.position"""

_SETTINGS = FixedRecords(
    select(OrganizationSettings).where(OrganizationSettings.id == bindparam("org_id"), within(OrganizationSettings.id))
)


def partners(session: Session, _scope: Scope, org_ids: Iterable[UUID]) -> Sequence[PartnerRow]:
    """Return the companies of these ids that the reader may see, a row for each identifier, in one query."""
    return [PartnerRow(*row) for row in run_fixed(session, _PARTNERS, {"ids": list(dict.fromkeys(org_ids))})]


def companies(session: Session, _scope: Scope, org_ids: Iterable[UUID]) -> dict[UUID, CompanyRow]:
    """Return the companies of these ids that the reader may see, with their identifiers, in one query."""
    query = (
        select(Organization, Identifier)
        .outerjoin(Identifier, Identifier.organization_id == Organization.id)
        .where(Organization.id.in_(list(dict.fromkeys(org_ids))))
        .order_by(Organization.id, Identifier.position)
    )
    found: dict[UUID, CompanyRow] = {}
    for company, identifier in session.execute(query):
        _, identifiers = found.setdefault(company.id, (company, []))
        if identifier is not None:
            identifiers.append(identifier)
    return found


def company(session: Session, scope: Scope, org_id: UUID) -> CompanyRow:
    """Return one company that the reader may see; NotFound otherwise."""
    found = companies(session, scope, [org_id]).get(org_id)
    if found is None:
        raise NotFound(organization_id=str(org_id))
    return found


def lock_own_company(session: Session, scope: Scope) -> CompanyRow:
    """Return the own company, locked, with its identifiers."""
    return _locked(session, scope.org_id)


def lock_reviewed_company(session: Session, _scope: Scope, org_id: UUID) -> CompanyRow:
    """Return the company the operator decides on, locked, with its identifiers; NotFound where there is none."""
    return _locked(session, org_id)


def _locked(session: Session, org_id: UUID) -> CompanyRow:
    row = session.scalar(select(Organization).where(Organization.id == org_id).with_for_update())
    if row is None:
        raise NotFound(organization_id=str(org_id))
    query = select(Identifier).where(Identifier.organization_id == org_id).order_by(Identifier.position)
    return row, list(session.scalars(query))


def settings(session: Session, scope: Scope, org_id: UUID) -> OrganizationSettings:
    """Return the settings of a company within reach, to be read only; NotFound otherwise."""
    found = _SETTINGS.record(session, {"org_id": org_id, "orgs": scope.orgs})
    if found is None:
        raise NotFound(organization_id=str(org_id))
    return found


def lock_own_settings(session: Session, scope: Scope) -> OrganizationSettings:
    """Return the own company's settings, locked."""
    query = select(OrganizationSettings).where(OrganizationSettings.id == scope.org_id).with_for_update()
    return session.scalars(query).one()


def reviews(session: Session, _scope: Scope, status: CompanyStatus | None, request: PageRequest) -> Page[Organization]:
    """Return companies by status, the longest waiting first; all of them where no status is named."""
    query = select(Organization).order_by(Organization.id).limit(request.limit + 1)
    if status is not None:
        query = query.where(Organization.status == status)
    if request.after is not None:
        query = query.where(Organization.id > cursor_id(request))
    return page_of(session.scalars(query).all(), request, lambda row: ("", str(row.id)))


def same_numbers(session: Session, _scope: Scope, identifiers: Sequence[Identifier]) -> list[CompanyNumber]:
    """Return other companies with one of these checked numbers: (company, identifier)."""
    wanted = {(identifier.scheme, identifier.value) for identifier in identifiers if identifier.checked}
    own = {identifier.organization_id for identifier in identifiers}
    if not wanted:
        return []
    query = (
        select(Organization, Identifier)
        .join(Identifier, Identifier.organization_id == Organization.id)
        .where(Identifier.value.in_([value for _, value in wanted]), Organization.id.not_in(own))
        .order_by(Organization.id, Identifier.position)
    )
    rows = session.execute(query).all()
    return [(row[0], row[1]) for row in rows if (row[1].scheme, row[1].value) in wanted]


def directory(session: Session, scope: Scope, wanted: SearchDirectory) -> Page[DirectoryEntry]:
    """Return approved companies by name, without the reader's own."""
    query = (
        select(DirectoryEntry)
        .where(DirectoryEntry.org_id.not_in(scope.org_ids))
        .order_by(DirectoryEntry.sort_name, DirectoryEntry.org_id)
        .limit(wanted.page.limit + 1)
    )
    for word in search_words(wanted.words):
        query = query.where(DirectoryEntry.search_text.contains(word, autoescape=True))
    if wanted.suppliers_only:
        query = query.where(DirectoryEntry.is_supplier)
    if wanted.page.after is not None:
        name, last = wanted.page.after[0], cursor_id(wanted.page)
        later = DirectoryEntry.sort_name > name
        query = query.where(later | ((DirectoryEntry.sort_name == name) & (DirectoryEntry.org_id > last)))
    return page_of(session.scalars(query).all(), wanted.page, lambda row: (row.sort_name, str(row.org_id)))


def suppliers(session: Session, scope: Scope, most: int) -> Sequence[DirectoryEntry]:
    """Return approved suppliers by name, without the reader's own company."""
    return _directory(session, scope, DirectoryEntry.is_supplier, most)


def buyers(session: Session, scope: Scope, most: int) -> Sequence[DirectoryEntry]:
    """Return approved buyers by name, without the reader's own company."""
    return _directory(session, scope, DirectoryEntry.is_buyer, most)


def _directory(
    session: Session, scope: Scope, side: InstrumentedAttribute[bool], most: int
) -> Sequence[DirectoryEntry]:
    query = (
        select(DirectoryEntry)
        .where(side, DirectoryEntry.org_id.not_in(scope.org_ids))
        .order_by(DirectoryEntry.sort_name, DirectoryEntry.org_id)
        .limit(most)
    )
    return session.scalars(query).all()
