"""The company that runs the installation: its people are made on the command line, by whoever owns the machine."""

from uuid import UUID

from b2b_market.identity.public import PersonView, ensure_person
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.organizations.commands import MakePlatformPerson
from b2b_market.organizations.models import Organization, OrganizationSettings
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.domains import open_domain, platform_domain
from b2b_market.rbac.grants import found_roles
from b2b_market.rbac.held import live_grants
from b2b_market.rbac.operation import operation


@operation(system=True, reason="only the command line makes platform people: no web request can")
def make_platform_person(work: Work, scope: Scope, command: MakePlatformPerson) -> PersonView:
    """Give a person one of the platform's roles; who has it already keeps it."""
    person, _ = ensure_person(
        work,
        scope.actor,
        email=command.email,
        name=command.name,
        locale=command.locale,
        timezone=command.timezone,
    )
    home = platform_domain(work.session) or _found_platform(work, person.id, command)
    held = live_grants(work.session, home, [person.id])
    if command.role.value not in {one.role for one in held}:
        found_roles(work, home, person.id, [command.role])
    return person


def _found_platform(work: Work, person_id: UUID, command: MakePlatformPerson) -> UUID:
    org_id, now = new_id(), work.now()
    work.act_for(Tenant((org_id,), platform="operator"))
    row = Organization(
        id=org_id,
        created_at=now,
        changed_at=now,
        status=CompanyStatus.APPROVED,
        legal_name_zh="",
        legal_name_en=command.company_name,
        country="ZZ",
        street="",
        city="",
        region="",
        postcode="",
        is_buyer=False,
        is_supplier=False,
        is_platform=True,
        registered_by=person_id,
        decided_at=now,
        decided_by=None,
        decision_reason="",
        lines_digest=lines_digest([]),
    )
    settings = OrganizationSettings(
        id=org_id,
        created_at=now,
        changed_at=now,
        minimum_quoting_hours=0,
        base_currency="EUR",
        timezone=command.timezone,
        default_delivery_place="",
        default_unit="",
    )
    work.session.add_all([row, settings])
    work.record("organizations.platform_founded", row)
    work.record("organizations.settings_made", settings)
    work.session.flush()
    open_domain(work, org_id, command.company_name, command.timezone, platform="operator", active=True)
    return org_id
