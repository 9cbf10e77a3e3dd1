"""Registering a company, and what it says of itself."""

from uuid import UUID

from b2b_market.identity.public import PersonView, ensure_person, find_person
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import FieldError, Invalid, Unauthenticated
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Message, MessageType, Recipient, notify
from b2b_market.organizations import queries, rules
from b2b_market.organizations.commands import (
    ChangeCompany,
    CompanyProfile,
    Founder,
    ReadCompany,
    RegisterCompany,
    ResubmitCompany,
)
from b2b_market.organizations.events import CompanyRegistered
from b2b_market.organizations.models import IDENTIFIER_COLUMNS, DirectoryEntry, Identifier, Organization
from b2b_market.organizations.models import OrganizationSettings as Settings
from b2b_market.organizations.permissions import OrganizationPermission
from b2b_market.organizations.service.views import OwnCompanyView, own_company_view
from b2b_market.organizations.states import LIFECYCLE, CompanyStatus
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.domains import label, open_domain
from b2b_market.rbac.grants import found_roles
from b2b_market.rbac.operation import operation
from b2b_market.reference.public import countries

_DEFAULT_QUOTING_HOURS = 24


class KnownAddress(MessageType):
    """Tells somebody who has an account already how to register another company."""

    code = "organizations.known_address"
    label = N_("Registrations with your address")
    subject = N_("You have an account already")
    body = N_(
        "Somebody, probably you, tried to register {company} with {email}, which has an account already.\n\n"
        "Sign in, then register the company from there. If it was not you, ignore this mail: nothing was stored."
    )
    in_app = False
    obligatory = True


@operation(public=True, reason="registering is how companies come in; nothing is theirs before the operator approves")
def register_company(work: Work, scope: Scope, command: RegisterCompany) -> OwnCompanyView | None:
    """Register a company that waits for the operator; who registers it becomes admin of its sides.

    A stranger gets a mailed link to set a password first. Where the stranger's address has an account, nothing is
    stored, its owner gets a mail, and None is returned: callers must answer both alike.
    """
    _require_sound(command)
    person = _founder(work, scope.actor, command)
    if person is None:
        return None
    org_id = new_id()
    work.act_for(Tenant((*scope.org_ids, org_id), platform=scope.actor.platform))
    row = _store(work, org_id, person.id, command)
    name = rules.own_name(row.legal_name_zh, row.legal_name_en, row.country)
    open_domain(work, org_id, name, command.timezone)
    chosen = ((Role.BUYER_ADMIN, command.buyer), (Role.SUPPLIER_ADMIN, command.supplier))
    found_roles(work, org_id, person.id, [role for role, wanted in chosen if wanted])
    work.emit(CompanyRegistered(organization_id=org_id, registered_by=person.id), row)
    work.session.flush()
    return own_company_view(*queries.company(work.session, scope, org_id))


def _require_sound(command: RegisterCompany) -> None:
    rules.require_all(
        lambda: rules.require_profile(command.profile, frozenset(countries())),
        lambda: rules.check_identifiers(command.profile.identifiers),
        lambda: rules.require_sides(buyer=command.buyer, supplier=command.supplier),
        lambda: rules.require_settings(command.base_currency, command.timezone),
    )


def _founder(work: Work, actor: Actor, command: RegisterCompany) -> PersonView | None:
    if not actor.is_anonymous:
        found = find_person(work, actor, actor.person.email)
        if found is None:
            raise Unauthenticated  # a key: machines register nothing
        return found
    founder = _require_founder(command.founder)
    known = find_person(work, actor, founder.email)
    if known is None:
        person, _ = ensure_person(
            work, actor, email=founder.email, name=founder.name, locale=founder.locale, timezone=command.timezone
        )
        return person
    reader = Recipient(address=known.email, name=known.name, locale=known.locale, timezone=known.timezone)
    company = command.profile.legal_name_en or command.profile.legal_name_zh
    facts = {"company": company, "email": known.email}
    link = "/sign-in?next=/register" if known.can_sign_in else "/enter"  # a guest has no password
    notify(work, [reader], Message(type=KnownAddress, facts=facts, link=link))
    return None


def _require_founder(founder: Founder | None) -> Founder:
    if founder is None or not founder.name.strip():
        raise Invalid(errors=[FieldError("/name", "empty", N_("Fill this in."))])
    return founder


def _store(work: Work, org_id: UUID, person_id: UUID, command: RegisterCompany) -> Organization:
    row = Organization(
        id=org_id,
        created_at=work.now(),
        changed_at=work.now(),
        status=LIFECYCLE.initial,
        is_buyer=command.buyer,
        is_supplier=command.supplier,
        is_platform=False,
        registered_by=person_id,
        decided_at=None,
        decided_by=None,
        decision_reason="",
    )
    settings = Settings(
        id=org_id,
        created_at=work.now(),
        changed_at=work.now(),
        minimum_quoting_hours=_DEFAULT_QUOTING_HOURS,
        base_currency=command.base_currency,
        timezone=command.timezone,
        default_delivery_place="",
        default_unit="",
    )
    identifiers = describe(row, command.profile)
    work.session.add_all([row, settings])
    work.record("organizations.settings_made", settings)
    work.session.flush()
    work.session.add_all(identifiers)
    work.session.flush()
    return row


def describe(row: Organization, profile: CompanyProfile) -> list[Identifier]:
    """Set on ``row`` what a company says of itself; return its identifiers, not stored yet."""
    row.legal_name_zh, row.legal_name_en = _tidy(profile.legal_name_zh), _tidy(profile.legal_name_en)
    row.country, row.street, row.city = profile.country, _tidy(profile.street), _tidy(profile.city)
    row.region, row.postcode = _tidy(profile.region), _tidy(profile.postcode)
    identifiers = [
        Identifier(
            id=new_id(),
            organization_id=row.id,
            position=position,
            scheme=one.scheme,
            label=one.label,
            value=one.value,
            checked=one.checked,
            shown=False,
        )
        for position, one in enumerate(rules.check_identifiers(profile.identifiers), start=1)
    ]
    row.lines_digest = lines_digest(
        [{name: getattr(identifier, name) for name in IDENTIFIER_COLUMNS} for identifier in identifiers]
    )
    return identifiers


def _tidy(text: str) -> str:
    return " ".join(text.split())


@operation(OrganizationPermission.READ)
def read_company(work: Work, scope: Scope, _command: ReadCompany) -> OwnCompanyView:
    """Return the own company, with the operator's decision."""
    return own_company_view(*queries.company(work.session, scope, scope.org_id))


@operation(OrganizationPermission.CHANGE)
def change_company(work: Work, scope: Scope, command: ChangeCompany) -> OwnCompanyView:
    """Change what the company says of itself; once it is approved, its address only (CompanyFixed)."""
    row, identifiers = queries.lock_own_company(work.session, scope)
    work.expect_version(row, command.expected_version)
    rules.require_all(
        lambda: rules.require_profile(command.profile, frozenset(countries())),
        lambda: rules.check_identifiers(command.profile.identifiers),
    )
    if row.status is CompanyStatus.APPROVED:
        _require_unchanged(row, identifiers, command.profile)
        _move(row, command.profile)
        _enter(work, row)
    else:
        for old in identifiers:
            work.session.delete(old)
        work.session.flush()
        identifiers = describe(row, command.profile)
        work.session.add_all(identifiers)
        label(work, row.id, rules.own_name(row.legal_name_zh, row.legal_name_en, row.country), _zone(work, scope))
    row.changed_at = work.now()
    work.record("organizations.changed", row)
    work.session.flush()
    return own_company_view(row, identifiers)


def _require_unchanged(row: Organization, identifiers: list[Identifier], profile: CompanyProfile) -> None:
    given = [(one.scheme, one.label, one.value) for one in rules.check_identifiers(profile.identifiers)]
    known = [(one.scheme, one.label, one.value) for one in identifiers]
    names = (_tidy(profile.legal_name_zh), _tidy(profile.legal_name_en), profile.country)
    if given != known or names != (row.legal_name_zh, row.legal_name_en, row.country):
        raise rules.CompanyFixed


def _move(row: Organization, profile: CompanyProfile) -> None:
    row.street, row.city = _tidy(profile.street), _tidy(profile.city)
    row.region, row.postcode = _tidy(profile.region), _tidy(profile.postcode)


def _enter(work: Work, row: Organization) -> None:
    entry = work.session.get(DirectoryEntry, row.id)
    if entry is not None:
        entry.city = row.city


def _zone(work: Work, scope: Scope) -> str:
    return queries.settings(work.session, scope, scope.org_id).timezone


@operation(OrganizationPermission.CHANGE)
def resubmit_company(work: Work, scope: Scope, command: ResubmitCompany) -> OwnCompanyView:
    """Hand a rejected registration in again, usually after changing it."""
    row, identifiers = queries.lock_own_company(work.session, scope)
    work.expect_version(row, command.expected_version)
    LIFECYCLE.advance(row, "resubmit")
    row.decided_at, row.decided_by, row.changed_at = None, None, work.now()
    work.emit(CompanyRegistered(organization_id=row.id, registered_by=scope.user_id), row)
    work.session.flush()
    return own_company_view(row, identifiers)
