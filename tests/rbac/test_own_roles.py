"""A company's own roles: composed of what is offered, never built-in, and never a way around S6."""

from dataclasses import replace
from uuid import UUID

import pytest

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid, NotFound
from b2b_market.rbac import grants
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.grants import GrantOrder
from b2b_market.rbac.held import Grant, live_grants
from b2b_market.rbac.own_roles import (
    OtherSide,
    OwnRoleInUse,
    OwnRoleRaised,
    OwnRoleView,
    drop_own_role,
    own_roles,
    save_own_role,
)
from b2b_market.rbac.sides import is_own_role, own_role, own_role_label, side_of
from tests.support.people import again, make_company, make_person
from tests.support.works import work_for

OFFERED = frozenset({"rfq:read", "rfq:draft", "rfq:approve"})


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_ADMIN)


def save(runtime: Runtime, by: Actor, label: str, *permissions: str, side: str = "buyer") -> OwnRoleView:
    with work_for(runtime, by) as work:
        return save_own_role(work, by, OwnRoleView(own_role(side, label), frozenset(permissions)), OFFERED)


def known(runtime: Runtime, org: UUID) -> dict[str, frozenset[str]]:
    with runtime.database.session() as session:
        return {role.name: role.permissions for role in own_roles(session, org)}


def give(runtime: Runtime, by: Actor, to: Actor, role: str) -> Grant:
    with work_for(runtime, by) as work:
        return grants.grant(work, by, GrantOrder(user_id=to.user_id, org_id=by.org_id, role=role))


def test_names_tell_side_and_label_and_are_never_built_in() -> None:
    name = own_role("buyer", "采购 主管")
    assert (side_of(name), own_role_label(name), is_own_role(name)) == ("buyer", "采购 主管", True)
    assert [role for role in Role if is_own_role(role.value)] == []
    assert [side_of(name) for name in ("buyer.admin", "buyer.nothing", "platform.own:x")] == ["buyer", "", ""]


def test_an_own_role_gives_its_permissions(runtime: Runtime, admin: Actor) -> None:
    save(runtime, admin, "采购 主管", "rfq:read", "rfq:draft")
    person = make_person(runtime, admin.org_id)
    assert not give(runtime, admin, person, "buyer.own:采购 主管").waits
    with runtime.database.session() as session:
        assert [grant.role for grant in live_grants(session, admin.org_id, [person.user_id])] == ["buyer.own:采购 主管"]


@pytest.mark.parametrize(
    ("label", "permissions", "pointer"),
    [
        ("", ["rfq:read"], "/name"),
        (" x", ["rfq:read"], "/name"),
        ("a.b", ["rfq:read"], "/name"),
        ("x" * 41, ["rfq:read"], "/name"),
        ("fine", [], "/permissions"),
        ("fine", ["rfq:read", "organization:review"], "/permissions"),
    ],
)
def test_what_is_not_offered_is_refused(
    runtime: Runtime, admin: Actor, label: str, permissions: list[str], pointer: str
) -> None:
    with pytest.raises(Invalid) as caught:
        save(runtime, admin, label, *permissions)
    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert known(runtime, admin.org_id) == {}


def test_each_side_has_its_own_admins(runtime: Runtime, admin: Actor) -> None:
    with pytest.raises(OtherSide):
        save(runtime, admin, "Seller", "rfq:read", side="supplier")
    with pytest.raises(OtherSide), work_for(runtime, admin) as work:
        drop_own_role(work, admin, "supplier.own:Seller")


def test_s6_a_role_that_decides_waits_for_a_second_admin(runtime: Runtime, admin: Actor) -> None:
    save(runtime, admin, "Decider", "rfq:approve")
    assert give(runtime, admin, make_person(runtime, admin.org_id), "buyer.own:Decider").waits


def test_s6_widening_a_role_to_decide_makes_its_people_wait(runtime: Runtime, admin: Actor) -> None:
    save(runtime, admin, "Reader", "rfq:read")
    person = make_person(runtime, admin.org_id)
    give(runtime, admin, person, "buyer.own:Reader")
    save(runtime, admin, "Reader", "rfq:read", "rfq:draft")
    assert "rfq:draft" in again(runtime, person_at(person, admin)).permissions
    save(runtime, admin, "Reader", "rfq:read", "rfq:approve")
    with runtime.database.session() as session:
        (grant,) = live_grants(session, admin.org_id, [person.user_id])
    assert grant.waits
    assert "rfq:read" not in again(runtime, person_at(person, admin)).permissions


def person_at(person: Actor, admin: Actor) -> Actor:
    return replace(person, org_ids=admin.org_ids)


def test_s6_nobody_widens_a_role_they_hold(runtime: Runtime, admin: Actor) -> None:
    second = make_person(runtime, admin.org_id, Role.BUYER_ADMIN)
    save(runtime, admin, "Reader", "rfq:read", "rfq:draft")
    give(runtime, second, admin, "buyer.own:Reader")
    holder = again(runtime, admin)
    with pytest.raises(OwnRoleRaised):
        save(runtime, holder, "Reader", "rfq:read", "rfq:draft", "rfq:approve")
    assert known(runtime, admin.org_id) == {"buyer.own:Reader": frozenset({"rfq:read", "rfq:draft"})}
    save(runtime, holder, "Reader", "rfq:read")
    assert known(runtime, admin.org_id) == {"buyer.own:Reader": frozenset({"rfq:read"})}


def test_a_role_is_deleted_when_nobody_holds_it(runtime: Runtime, admin: Actor) -> None:
    save(runtime, admin, "Reader", "rfq:read")
    grant = give(runtime, admin, make_person(runtime, admin.org_id), "buyer.own:Reader")
    with pytest.raises(OwnRoleInUse) as caught, work_for(runtime, admin) as work:
        drop_own_role(work, admin, "buyer.own:Reader")
    assert caught.value.facts == {"role": "Reader", "people": "1"}
    with work_for(runtime, admin) as work:
        grants.revoke(work, admin, admin.org_id, grant.id)
        drop_own_role(work, admin, "buyer.own:Reader")
    assert known(runtime, admin.org_id) == {}
    with pytest.raises(NotFound), work_for(runtime, admin) as work:
        drop_own_role(work, admin, "buyer.own:Reader")
