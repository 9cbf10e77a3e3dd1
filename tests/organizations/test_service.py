"""What other modules ask about companies, what row-level security adds, and the platform's own people."""

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from b2b_market.identity.commands import ReadLink
from b2b_market.identity.public import act_as
from b2b_market.identity.service.passwords import read_link
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import cli
from b2b_market.organizations.commands import MakePlatformPerson
from b2b_market.organizations.permissions import MemberPermission, OrganizationPermission
from b2b_market.organizations.public import companies, company, people_with, settings, suppliers
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from b2b_market.rbac.models import RbacRole
from b2b_market.rfq.permissions import RfqPermission
from tests.support.people import make_company, make_person
from tests.support.works import work_for


@pytest.fixture
def buyer(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli", zh="恒力"), Role.BUYER_PURCHASER)


def test_companies_come_many_at_once_and_only_visible_ones(runtime: Runtime, buyer: Actor) -> None:
    partner = make_company(runtime, "Rhine Steel", ["supplier"], country="DE")
    hidden = make_company(runtime, "Hidden", ["supplier"], approved=False)
    with work_for(runtime, buyer) as work:
        found = companies(work, buyer, [partner, hidden, buyer.org_id, new_id(), partner])
        assert set(found) == {partner, buyer.org_id}
        view = found[partner]
        assert (view.name, view.may_supply, view.may_buy) == ("Rhine Steel", True, False)
        assert view.address == "1 Works Road, 200000 Hamburg"
        own = found[buyer.org_id]
        assert (own.name, own.name_in("en"), own.name_in("zh-CN")) == ("恒力", "Hengli", "恒力")
        assert company(work, buyer, partner) == view
        with pytest.raises(NotFound):
            company(work, buyer, hidden)


def test_settings_are_the_own_companys(runtime: Runtime, buyer: Actor) -> None:
    other = make_company(runtime, "Other")
    with work_for(runtime, buyer) as work:
        view = settings(work, buyer, buyer.org_id)
        assert (view.base_currency, view.timezone, view.minimum_quoting_hours) == (Currency("CNY"), "Asia/Shanghai", 0)
        with pytest.raises(NotFound):
            settings(work, buyer, other)


def test_suppliers_are_offered_by_name_without_the_own_company(runtime: Runtime) -> None:
    both = make_company(runtime, "Both", ["buyer", "supplier"])
    person = make_person(runtime, both, Role.BUYER_PURCHASER)
    names = ["Beta", "alpha", "Gamma"]
    for name in names:
        make_company(runtime, name, ["supplier"], country="DE")
    make_company(runtime, "Buyer only")
    make_company(runtime, "New", ["supplier"], approved=False)
    with work_for(runtime, person) as work:
        assert [view.name for view in suppliers(work, person)] == ["alpha", "Beta", "Gamma"]


def test_people_are_found_by_what_their_roles_permit(runtime: Runtime, buyer: Actor) -> None:
    org = buyer.org_id
    approver = make_person(runtime, org, Role.BUYER_APPROVER, locale="zh-CN", timezone="Asia/Shanghai", name="陈静")
    with runtime.database.session() as session:
        session.add(RbacRole(org_id=org, name="buyer.own:Decider", permissions=["rfq:approve"]))
        session.commit()
    own = make_person(runtime, org, "buyer.own:Decider", Role.BUYER_PURCHASER)
    elsewhere = make_person(runtime, make_company(runtime, "Other"), Role.BUYER_APPROVER)
    machine = system_actor("relay", org)
    with work_for(runtime, machine) as work:
        found = people_with(work, machine, [org], RfqPermission.APPROVE)
        assert {reader.user_id for reader in found} == {approver.user_id, own.user_id}
        (reader,) = [reader for reader in found if reader.user_id == approver.user_id]
        assert (reader.address, reader.name, reader.locale, reader.timezone, reader.org_id) == (
            approver.person.email,
            "陈静",
            "zh-CN",
            "Asia/Shanghai",
            org,
        )
        both = people_with(work, machine, [org, elsewhere.org_id], RfqPermission.APPROVE)
        assert len(both) == 3
        assert people_with(work, machine, [org], MemberPermission.MANAGE) == []
        assert people_with(work, machine, [], RfqPermission.APPROVE) == []


@pytest.mark.parametrize("table", ["organization", "organization_identifier", "organization_settings"])
def test_without_a_tenant_no_row_is_seen(runtime: Runtime, table: str) -> None:
    make_company(runtime)
    with runtime.database.session() as session:
        for tenant, seen in ((Tenant(), False), (Tenant((new_id(),)), table == "organization")):
            set_tenant(session, tenant)
            found = session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608 - a name above
            assert bool(found) is seen, tenant


def test_settings_of_others_are_seen_by_the_platform_only(runtime: Runtime) -> None:
    make_company(runtime)
    with runtime.database.session() as session:
        for platform, seen in (("", 0), ("operator", 1), ("auditor", 1), ("nonsense", 0)):
            set_tenant(session, Tenant((new_id(),), platform=platform))
            assert session.execute(text("SELECT count(*) FROM organization_settings")).scalar_one() == seen


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE organization SET city = 'X'",
        "UPDATE organization_identifier SET value = 'X'",
        "UPDATE organization_settings SET timezone = 'X'",
        "DELETE FROM organization_identifier",
    ],
)
def test_nobody_changes_another_companys_rows(runtime: Runtime, buyer: Actor, statement: str) -> None:
    partner = make_company(runtime, "Partner")
    with runtime.database.session() as session:
        set_tenant(session, Tenant((partner,)))
        session.execute(
            text(
                "INSERT INTO organization_identifier "
                "(id, organization_id, position, scheme, label, value, checked, shown) "
                "VALUES (:id, :org, 1, 'other', 'X', '1', false, true)"
            ),
            {"id": new_id(), "org": partner},
        )
        session.commit()
    with runtime.database.session() as session:
        set_tenant(session, buyer.tenant())
        done = session.execute(text(statement + " WHERE true RETURNING 1")).all()
        own = 0 if "identifier" in statement else 1
        assert len(done) == own
        session.rollback()


def test_the_first_operator_comes_from_the_command_line(runtime: Runtime) -> None:
    link = cli.link_for(runtime, MakePlatformPerson(email="operator@x.example", name="Olivia"))
    assert link.startswith("http://testserver/set-password?token=")
    stranger = anonymous()
    with work_for(runtime, stranger) as work:
        assert read_link(work, stranger, ReadLink(link.rpartition("=")[2])).email == "operator@x.example"
    operator = act_as(runtime, "operator@x.example")
    assert (operator.platform, operator.org_name) == ("operator", "Platform operator")
    assert OrganizationPermission.REVIEW.value in operator.permissions
    cli.link_for(runtime, MakePlatformPerson(email="auditor@x.example", name="Aaron", role=Role.PLATFORM_AUDITOR))
    auditor = act_as(runtime, "auditor@x.example")
    assert (auditor.platform, auditor.org_id) == ("auditor", operator.org_id)
    cli.link_for(runtime, MakePlatformPerson(email="operator@x.example", name="Olivia"))
    assert act_as(runtime, "operator@x.example").roles == operator.roles


def test_the_command_says_what_is_wrong(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Runtime, "open", lambda _settings: runtime)
    monkeypatch.setattr(cli, "Settings", lambda: runtime.settings)
    monkeypatch.setattr(runtime, "close", lambda: None)
    wrong = CliRunner().invoke(cli.app, ["create", "nonsense"])
    assert wrong.exit_code == 2
    assert "nonsense is not a mail address." in wrong.output
    done = CliRunner().invoke(cli.app, ["create", "operator@x.example", "--name", "Olivia"])
    assert done.exit_code == 0
    assert done.output.startswith("http://testserver/set-password?token=")
