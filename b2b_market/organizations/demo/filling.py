"""Making the demo companies, step by step, each step as the person whose step it is; running it again changes nothing.

Everybody signs in with one password: the environment's B2B_MARKET_DEMO_PASSWORD, else one made up for this
installation. It stands with all sign-ins in ``demo-sign-ins.json`` in the data folder, readable by its owner only.
"""

import json
import os
import secrets
from pathlib import Path
from typing import Final

from b2b_market.identity.public import LinkPurpose, act_as, find_person, issue_link, set_password_by_link
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.permission import Role
from b2b_market.organizations.commands import (
    ConfirmRole,
    Decide,
    Founder,
    InviteMember,
    ListWaitingRoles,
    MakePlatformPerson,
    ReadReview,
    RegisterCompany,
)
from b2b_market.organizations.demo.cast import COMPANIES, OPERATOR, PLATFORM, DemoCompany, DemoPerson
from b2b_market.organizations.service.founding import make_platform_person
from b2b_market.organizations.service.members import invite_member
from b2b_market.organizations.service.overseeing import confirm_role_for_company, list_waiting_roles
from b2b_market.organizations.service.registering import register_company
from b2b_market.organizations.service.reviewing import approve_company, read_review
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Actor, anonymous, system_actor

SIGN_INS: Final = "demo-sign-ins.json"
SETTING: Final = "B2B_MARKET_DEMO_PASSWORD"


def found_companies(runtime: Runtime) -> None:
    """Make operator, auditor, review body, buyer and suppliers with their people, and write down who can sign in."""
    password = demo_password(runtime.settings.data_dir)
    for person, role in PLATFORM:
        _make_platform_person(runtime, person, password, role)
    operator = act_as(runtime, OPERATOR.email)
    for company in COMPANIES:
        _register(runtime, company)
        _approve(runtime, operator, company)
        _open_account(runtime, company.admin, password)
        _invite(runtime, operator, company, password)
    write_sign_ins(runtime.settings.data_dir, password)


def demo_password(data_dir: Path) -> str:
    """Return the password of the demo people: the setting's, else the one written down before, else a new one."""
    given = os.environ.get(SETTING)
    if given:
        return given
    known = data_dir / SIGN_INS
    if known.is_file():
        return str(json.loads(known.read_text("utf-8"))["password"])
    return f"demo-{secrets.token_hex(6)}"


def write_sign_ins(data_dir: Path, password: str) -> None:
    """Write down everybody who can sign in, for the person who runs the demo and for ``make demo``."""
    rows = [_row(person, "platform", [role.value]) for person, role in PLATFORM]
    for company in COMPANIES:
        name = company.profile.legal_name_en
        sides = ("buyer", company.buyer), ("supplier", company.supplier)
        rows.append(_row(company.admin, name, [f"{side}.admin" for side, has in sides if has]))
        rows.extend(_row(person, name, [order.role for order in person.roles]) for person in company.others)
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / SIGN_INS
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(json.dumps({"password": password, "people": rows}, ensure_ascii=False, indent=2), "utf-8")


def _row(person: DemoPerson, company: str, roles: list[str]) -> dict[str, object]:
    return {"email": person.email, "name": person.name, "company": company, "roles": roles}


def _make_platform_person(runtime: Runtime, person: DemoPerson, password: str, role: Role) -> None:
    machine = system_actor("demo")
    command = MakePlatformPerson(
        email=person.email, name=person.name, locale=person.locale, role=role, company_name="Exchange Operator"
    )
    with runtime.work(machine.who, machine.tenant(), _cause()) as work:
        make_platform_person(work, machine, command)
    _open_account(runtime, person, password)


def _open_account(runtime: Runtime, person: DemoPerson, password: str) -> None:
    machine = system_actor("demo")
    with runtime.work(machine.who, machine.tenant(), _cause()) as work:
        known = find_person(work, machine, person.email)
        if known is not None and not known.can_sign_in:
            token = issue_link(work, machine, known.id, LinkPurpose.INVITATION)
            set_password_by_link(work, token, password)


def _register(runtime: Runtime, company: DemoCompany) -> None:
    stranger = anonymous()
    founder = Founder(email=company.admin.email, name=company.admin.name, locale=company.admin.locale)
    command = RegisterCompany(
        profile=company.profile,
        base_currency=company.base_currency,
        timezone=company.timezone,
        buyer=company.buyer,
        supplier=company.supplier,
        founder=founder,
    )
    with runtime.work(stranger.who, stranger.tenant(), _cause()) as work:
        if find_person(work, stranger, company.admin.email) is None:
            register_company(work, stranger, command)


def _approve(runtime: Runtime, operator: Actor, company: DemoCompany) -> None:
    org_id = act_as(runtime, company.admin.email).org_id
    with runtime.work(operator.who, operator.tenant(), _cause()) as work:
        review = read_review(work, operator, ReadReview(org_id))
        if review.own.company.status is CompanyStatus.REGISTERED:
            approve_company(work, operator, Decide(organization_id=org_id, expected_version=review.version))


def _invite(runtime: Runtime, operator: Actor, company: DemoCompany, password: str) -> None:
    admin = act_as(runtime, company.admin.email)
    for person in company.others:
        command = InviteMember(email=person.email, name=person.name, locale=person.locale, roles=person.roles)
        with runtime.work(admin.who, admin.tenant(), _cause()) as work:
            if find_person(work, admin, person.email) is None:
                invite_member(work, admin, command)
        _open_account(runtime, person, password)
    _confirm(runtime, operator, admin)


def _confirm(runtime: Runtime, operator: Actor, admin: Actor) -> None:
    with runtime.work(operator.who, operator.tenant(), _cause()) as work:
        for waiting in list_waiting_roles(work, operator, ListWaitingRoles()):
            if waiting.organization_id == admin.org_id and waiting.by_operator:
                command = ConfirmRole(grant_id=waiting.grant_id, organization_id=waiting.organization_id)
                confirm_role_for_company(work, operator, command)


def _cause() -> Cause:
    return Cause("demo", new_correlation())
