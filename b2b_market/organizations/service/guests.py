"""Companies that a buyer invites by mail before they are registered, and what becomes of them.

A provisional company has one person, the guest, whose role reaches the one request it was invited to. It is claimed by
the guest, who registers it, or an approved company takes its place over; a row lock lets one of the two happen.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from uuid import UUID

from b2b_market.identity.public import (
    PersonView,
    WrongCode,
    ensure_person,
    find_person,
    read_address,
    redeem_takeover,
)
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.organizations import queries, rules
from b2b_market.organizations.commands import ClaimCompany, Guest
from b2b_market.organizations.events import (
    CompanyRegistered,
    ProvisionalClaimed,
    ProvisionalMerged,
    TakeoverRequested,
)
from b2b_market.organizations.models import Organization, OrganizationSettings
from b2b_market.organizations.permissions import OrganizationPermission
from b2b_market.organizations.service.registering import describe
from b2b_market.organizations.service.views import OwnCompanyView, own_company_view
from b2b_market.organizations.states import LIFECYCLE, CompanyStatus
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.domains import label, open_domain, set_active
from b2b_market.rbac.grants import end_guests, found_roles
from b2b_market.rbac.held import guest_companies, live_grants
from b2b_market.rbac.operation import operation
from b2b_market.reference.public import countries

NO_COUNTRY: Final = "ZZ"
_USUAL: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {"zh-CN": ("CNY", "Asia/Shanghai"), "en": ("EUR", "UTC")}
)
"""Currency and zone that a company starts with, by the language its guest is written to in."""


@dataclass(frozen=True, slots=True)
class Provisional:
    """A provisional company that may be taken over: its id and the buyer that invited it."""

    id: UUID
    sponsor_id: UUID


def require_guest(work: Work, scope: Scope, guest: Guest) -> Guest:
    """Return a guest with a tidy address and names.

    Invalid where one is missing; OwnPerson for people of the inviting company, the only ones it may know of.
    """
    email = read_address(guest.email).text
    if not guest.company_name.strip():
        raise Invalid(errors=[FieldError("/company_name", "empty", N_("Fill this in."))])
    known = find_person(work, scope.actor, email)
    if known is not None and live_grants(work.session, scope.org_id, [known.id]):
        raise rules.OwnPerson
    company = " ".join(guest.company_name.split())
    return Guest(email=email, company_name=company, contact_name=guest.contact_name.strip(), locale=guest.locale)


def found_provisional(work: Work, scope: Scope, guest: Guest) -> UUID:
    """Make a provisional company with its guest for the acting buyer, and return its id.

    Whether the address is known already shows nowhere: the person keeps name, language and companies, and gets a role
    in this one besides.
    """
    guest = require_guest(work, scope, guest)
    currency, zone = _USUAL[guest.locale]
    name = guest.contact_name or guest.email.partition("@")[0]
    person, _ = ensure_person(work, scope.actor, email=guest.email, name=name, locale=guest.locale, timezone=zone)
    org_id, sponsor = new_id(), scope.org_id
    work.session.flush()
    with work.reaching(Tenant((sponsor, org_id))):
        row, settings = _row(work, org_id, person.id, guest.company_name), _settings(work, org_id, currency, zone)
        row.sponsor_id = sponsor
        work.session.add_all([row, settings])
        work.record("organizations.provisional_founded", row)
        work.record("organizations.settings_made", settings)
        work.session.flush()
        open_domain(work, org_id, guest.company_name, zone, active=True)
        found_roles(work, org_id, person.id, [Role.GUEST_SUPPLIER], by=scope.user_id)
    return org_id


def _row(work: Work, org_id: UUID, person_id: UUID, name: str) -> Organization:
    chinese = any("\u4e00" <= character <= "\u9fff" for character in name)
    return Organization(
        id=org_id,
        created_at=work.now(),
        changed_at=work.now(),
        status=CompanyStatus.PROVISIONAL,
        legal_name_zh=name if chinese else "",
        legal_name_en="" if chinese else name,
        country=NO_COUNTRY,
        street="",
        city="",
        region="",
        postcode="",
        is_buyer=False,
        is_supplier=True,
        is_platform=False,
        registered_by=person_id,
        decided_at=None,
        decided_by=None,
        decision_reason="",
        lines_digest=lines_digest([]),
    )


def _settings(work: Work, org_id: UUID, currency: str, zone: str) -> OrganizationSettings:
    return OrganizationSettings(
        id=org_id,
        created_at=work.now(),
        changed_at=work.now(),
        minimum_quoting_hours=0,
        base_currency=currency,
        timezone=zone,
        default_delivery_place="",
        default_unit="",
    )


@operation(OrganizationPermission.CLAIM)
def claim_company(work: Work, scope: Scope, command: ClaimCompany) -> OwnCompanyView:
    """Register the own provisional company, with its quotation and history; it waits for the operator from then on.

    Who does so was let in by a code mailed to the invited address. They become admin of its sides and keep quoting;
    IllegalStep where it is registered already, or another company has taken it over.
    """
    rules.require_all(
        lambda: rules.require_profile(command.profile, frozenset(countries())),
        lambda: rules.check_identifiers(command.profile.identifiers),
        lambda: rules.require_settings(command.base_currency, command.timezone),
    )
    row, _ = queries.lock_own_company(work.session, scope)
    LIFECYCLE.advance(row, "claim")
    identifiers = describe(row, command.profile)
    row.is_buyer, row.registered_by, row.changed_at = command.buyer, scope.user_id, work.now()
    settings = queries.lock_own_settings(work.session, scope)
    settings.base_currency, settings.timezone, settings.changed_at = command.base_currency, command.timezone, work.now()
    work.record("organizations.settings_changed", settings)
    work.session.add_all(identifiers)
    roles = [Role.SUPPLIER_ADMIN, Role.SUPPLIER_SALES, *([Role.BUYER_ADMIN] if command.buyer else [])]
    found_roles(work, row.id, scope.user_id, roles)
    label(work, row.id, rules.own_name(row.legal_name_zh, row.legal_name_en, row.country), command.timezone)
    set_active(work, row.id, active=False)
    assert row.sponsor_id is not None  # noqa: S101 - only invited companies are provisional
    claimed = ProvisionalClaimed(organization_id=row.id, sponsor_id=row.sponsor_id, claimed_by=scope.user_id)
    work.emit(claimed, row)
    work.emit(CompanyRegistered(organization_id=row.id, registered_by=scope.user_id), row)
    work.session.flush()
    return own_company_view(row, identifiers)


def request_takeover(work: Work, scope: Scope, email: str) -> None:
    """Have a code mailed to an address if somebody there is a guest of a request; callers learn nothing about it."""
    guest = find_person(work, scope.actor, email)
    if guest is not None and guest_companies(work.session, guest.id, work.now() - work.shift):
        row, _ = queries.company(work.session, scope, scope.org_id)
        asked = TakeoverRequested(organization_id=row.id, asked_by=scope.user_id, guest_id=guest.id)
        work.emit(asked, row)


def open_takeover(work: Work, scope: Scope, email: str, code: str) -> tuple[Provisional, ...]:
    """Return the provisional companies of the guest whose mailbox the code proves, locked; the code is used up.

    Who goes on with their rows reaches for them. WrongCode where it does not fit, also for an address that nobody is
    known by.
    """
    guest = _proven(work, scope, email, code)
    ids = guest_companies(work.session, guest.id, work.now() - work.shift)
    with work.reaching(Tenant((scope.org_id, *ids))):
        rows = [queries.lock_reviewed_company(work.session, scope, org_id)[0] for org_id in sorted(ids)]
    return tuple(
        Provisional(row.id, row.sponsor_id)
        for row in rows
        if row.status is CompanyStatus.PROVISIONAL and row.sponsor_id is not None
    )


def _proven(work: Work, scope: Scope, email: str, code: str) -> PersonView:
    guest = find_person(work, scope.actor, email)
    if guest is None:
        raise WrongCode
    redeem_takeover(work, scope.actor, guest.id, code)
    return guest


def merge_provisional(work: Work, scope: Scope, org_ids: Iterable[UUID]) -> None:
    """Let the acting company stand in for provisional ones that ``open_takeover`` returned: they end with that.

    Callers reach for them.
    """
    for org_id in sorted(org_ids):
        row, _ = queries.lock_reviewed_company(work.session, scope, org_id)
        LIFECYCLE.advance(row, "merge")
        row.changed_at = work.now()
        assert row.sponsor_id is not None  # noqa: S101 - open_takeover returns invited companies only
        end_guests(work, org_id, scope.user_id)
        set_active(work, org_id, active=False)
        work.emit(ProvisionalMerged(organization_id=org_id, into_id=scope.org_id, sponsor_id=row.sponsor_id), row)
    work.session.flush()
