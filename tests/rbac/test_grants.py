"""Granting, confirming and ending roles: S6 in every direction, limits, dates, and the version that tells workers."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Invalid, NotFound
from b2b_market.rbac import grants
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.domains import lock_domain
from b2b_market.rbac.grants import (
    GrantOrder,
    LastAdmin,
    NothingToConfirm,
    OwnRole,
    RoleNotOffered,
    SecondPersonNeeded,
)
from b2b_market.rbac.held import Grant, live_grants, waiting_grants
from tests.support.people import actor_of, again, make_company, make_person, start_session
from tests.support.works import work_for

LIMIT = Money.of("50000", "CNY")


@pytest.fixture
def org(runtime: Runtime) -> UUID:
    return make_company(runtime)


@pytest.fixture
def admin(runtime: Runtime, org: UUID) -> Actor:
    return make_person(runtime, org, Role.BUYER_ADMIN)


@pytest.fixture
def person(runtime: Runtime, org: UUID) -> Actor:
    return make_person(runtime, org)


def give(runtime: Runtime, giver: Actor, to: Actor, role: str, **more: object) -> Grant:
    order = GrantOrder(user_id=to.user_id, org_id=giver.org_id, role=role, **more)  # type: ignore[arg-type]  # named fields
    with work_for(runtime, giver) as work:
        return grants.grant(work, giver, order)


def confirm(runtime: Runtime, second: Actor, org: UUID, grant: Grant) -> Grant:
    with work_for(runtime, second) as work:
        return grants.confirm(work, second, org, grant.id)


def revoke(runtime: Runtime, by: Actor, grant_id: UUID) -> None:
    with work_for(runtime, by) as work:
        grants.revoke(work, by, by.org_id, grant_id)


def held(runtime: Runtime, org: UUID, person: Actor) -> dict[str, Grant]:
    with runtime.database.session() as session:
        return {grant.role: grant for grant in live_grants(session, org, [person.user_id])}


def version(runtime: Runtime, org: UUID) -> int:
    with runtime.database.session() as session:
        found = lock_domain(session, org).policy_version
        session.rollback()
    return found


def working(runtime: Runtime, person: Actor, org: UUID) -> Actor:
    return actor_of(runtime, start_session(runtime, person.user_id, org))


def test_a_grant_is_in_force_at_once_and_raises_the_version(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    before = version(runtime, org)
    given = give(runtime, admin, person, "buyer.purchaser", limit=LIMIT)
    assert (given.granted_by, given.waits, given.limit) == (admin.user_id, False, LIMIT)
    assert version(runtime, org) == before + 1
    now = working(runtime, person, org)
    assert now.roles == {"buyer.purchaser"}
    assert now.limits["rfq:publish"].amount == 50000


def test_the_same_grant_again_changes_nothing(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    first = give(runtime, admin, person, "buyer.purchaser", limit=LIMIT)
    before = version(runtime, org)
    assert give(runtime, admin, person, "buyer.purchaser", limit=LIMIT).id == first.id
    assert version(runtime, org) == before


def test_a_new_limit_replaces_the_old_grant(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    give(runtime, admin, person, "buyer.purchaser", limit=LIMIT)
    give(runtime, admin, person, "buyer.purchaser")
    assert held(runtime, org, person)["buyer.purchaser"].limit is None


def test_s6_nobody_grants_or_raises_an_own_role(runtime: Runtime, org: UUID, admin: Actor) -> None:
    for role in ("buyer.purchaser", "buyer.admin", "buyer.approver"):
        with pytest.raises(OwnRole):
            give(runtime, admin, admin, role)
    assert set(held(runtime, org, admin)) == {"buyer.admin"}


@pytest.mark.parametrize(
    "role",
    ["supplier.sales", "platform.operator", "platform.auditor", "service.account", "nothing", "buyer.own:Unknown", ""],
)
def test_an_admin_gives_roles_of_the_own_side_only(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor, role: str
) -> None:
    with pytest.raises(RoleNotOffered):
        give(runtime, admin, person, role)
    assert held(runtime, org, person) == {}


def test_an_admin_gives_nothing_in_another_company(runtime: Runtime, admin: Actor, person: Actor) -> None:
    other = make_company(runtime, "Other")
    with pytest.raises(RoleNotOffered), work_for(runtime, admin) as work:
        grants.grant(work, admin, GrantOrder(user_id=person.user_id, org_id=other, role="buyer.purchaser"))
    assert held(runtime, other, person) == {}


def test_s6_a_deciding_role_waits_for_a_second_admin(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    given = give(runtime, admin, person, "buyer.approver", limit=LIMIT)
    assert given.waits
    assert "rfq:approve" not in working(runtime, person, org).permissions
    with pytest.raises(SecondPersonNeeded):
        confirm(runtime, admin, org, given)
    assert confirm(runtime, second, org, given).confirmed_by == second.user_id
    assert "rfq:approve" in working(runtime, person, org).permissions
    with pytest.raises(NothingToConfirm):
        confirm(runtime, second, org, given)


def test_s6_nobody_confirms_an_own_role(runtime: Runtime, org: UUID, admin: Actor) -> None:
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    given = give(runtime, admin, second, "buyer.approver")
    with pytest.raises(OwnRole):
        confirm(runtime, again(runtime, second), org, given)
    assert held(runtime, org, second)["buyer.approver"].waits


def test_an_admin_of_the_other_side_is_no_second_person(runtime: Runtime) -> None:
    both = make_company(runtime, "Both", ["buyer", "supplier"])
    giver, seller = make_person(runtime, both, Role.BUYER_ADMIN), make_person(runtime, both, Role.SUPPLIER_ADMIN)
    given = give(runtime, giver, make_person(runtime, both), "buyer.approver")
    with pytest.raises(SecondPersonNeeded):
        confirm(runtime, seller, both, given)


def test_the_operator_confirms_only_while_the_company_has_nobody(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    operator = make_person(runtime, make_company(runtime, "Operator", platform=True), Role.PLATFORM_OPERATOR)
    auditor = make_person(runtime, operator.org_id, Role.PLATFORM_AUDITOR)
    given = give(runtime, admin, person, "buyer.approver")
    with pytest.raises(SecondPersonNeeded):
        confirm(runtime, auditor, org, given)
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    with pytest.raises(SecondPersonNeeded):
        confirm(runtime, operator, org, given)
    with runtime.database.session() as session:
        session.execute(text("UPDATE rbac_grant SET revoked_at = now() WHERE user_id = :id"), {"id": second.user_id})
        session.commit()
    assert not confirm(runtime, operator, org, given).waits


def test_narrowing_keeps_a_confirmation_and_widening_asks_again(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    confirm(runtime, second, org, give(runtime, admin, person, "buyer.approver", limit=LIMIT))
    narrower = give(runtime, admin, person, "buyer.approver", limit=Money.of("10000", "CNY"))
    assert (narrower.waits, narrower.confirmed_by) == (False, second.user_id)
    for wider in (Money.of("10001", "CNY"), None, Money.of("1", "EUR")):
        given = give(runtime, admin, person, "buyer.approver", limit=wider)
        assert given.waits, wider
        confirm(runtime, second, org, given)
        give(runtime, admin, person, "buyer.approver", limit=Money.of("0", "CNY"))
        confirm(runtime, second, org, give(runtime, admin, person, "buyer.approver", limit=Money.of("10000", "CNY")))


def test_the_last_admin_of_a_side_stays(runtime: Runtime, org: UUID, admin: Actor) -> None:
    own = held(runtime, org, admin)["buyer.admin"]
    with pytest.raises(LastAdmin):
        revoke(runtime, admin, own.id)
    with pytest.raises(LastAdmin), work_for(runtime, admin) as work:
        grants.remove_person(work, admin, org, admin.user_id)
    assert set(held(runtime, org, admin)) == {"buyer.admin"}
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    revoke(runtime, admin, own.id)
    with pytest.raises(LastAdmin):
        revoke(runtime, second, held(runtime, org, second)["buyer.admin"].id)


def test_an_admin_whose_term_ends_is_not_counted_as_lasting(runtime: Runtime, org: UUID, admin: Actor) -> None:
    other = make_person(runtime, org)
    with work_for(runtime, admin) as work:
        until = work.now() + timedelta(days=1)
    give(runtime, admin, other, "buyer.admin", valid_until=until)
    with pytest.raises(LastAdmin):
        revoke(runtime, admin, held(runtime, org, admin)["buyer.admin"].id)


def test_the_last_admin_gets_no_end_either(runtime: Runtime, org: UUID, admin: Actor) -> None:
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    with work_for(runtime, admin) as work:
        until = work.now() + timedelta(days=1)
    give(runtime, admin, second, "buyer.admin", valid_until=until)
    with pytest.raises(LastAdmin):
        give(runtime, again(runtime, second), admin, "buyer.admin", valid_until=until)


def test_a_revoked_grant_is_gone_at_once(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    given = give(runtime, admin, person, "buyer.purchaser")
    before = version(runtime, org)
    revoke(runtime, admin, given.id)
    assert working(runtime, person, org).roles == frozenset()
    assert version(runtime, org) == before + 1
    with pytest.raises(NotFound):
        revoke(runtime, admin, given.id)


def test_a_grant_of_another_company_is_not_found(runtime: Runtime, admin: Actor) -> None:
    stranger = make_person(runtime, make_company(runtime, "Other"), Role.BUYER_PURCHASER)
    foreign = held(runtime, stranger.org_id, stranger)["buyer.purchaser"]
    with pytest.raises(NotFound):
        revoke(runtime, admin, foreign.id)
    with pytest.raises(NotFound):
        confirm(runtime, admin, admin.org_id, foreign)
    assert set(held(runtime, stranger.org_id, stranger)) == {"buyer.purchaser"}


def test_an_admin_of_one_side_takes_no_role_of_the_other(runtime: Runtime) -> None:
    both = make_company(runtime, "Both", ["buyer", "supplier"])
    buyer = make_person(runtime, both, Role.BUYER_ADMIN)
    seller = make_person(runtime, both, Role.SUPPLIER_SALES)
    with pytest.raises(RoleNotOffered):
        revoke(runtime, buyer, held(runtime, both, seller)["supplier.sales"].id)
    revoke(runtime, seller, held(runtime, both, seller)["supplier.sales"].id)
    assert held(runtime, both, seller) == {}


def test_removing_a_person_ends_every_role(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    give(runtime, admin, person, "buyer.purchaser")
    give(runtime, admin, person, "buyer.evaluator")
    with work_for(runtime, admin) as work:
        grants.remove_person(work, admin, org, person.user_id)
    assert held(runtime, org, person) == {}
    with pytest.raises(NotFound), work_for(runtime, admin) as work:
        grants.remove_person(work, admin, org, person.user_id)


def test_a_grant_with_wrong_dates_or_a_negative_limit_is_refused(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    with work_for(runtime, admin) as work:
        now = work.now()
    with pytest.raises(Invalid) as caught:
        give(
            runtime,
            admin,
            person,
            "buyer.purchaser",
            limit=Money.of("-1", "CNY"),
            valid_from=now,
            valid_until=now,
        )
    assert [error.pointer for error in caught.value.errors] == ["/limit", "/valid_until"]
    assert held(runtime, org, person) == {}


def test_dates_bound_the_grant(runtime: Runtime, org: UUID, admin: Actor, person: Actor) -> None:
    with work_for(runtime, admin) as work:
        tomorrow = work.now() + timedelta(days=1)
    give(runtime, admin, person, "buyer.purchaser", valid_from=tomorrow)
    assert working(runtime, person, org).roles == frozenset()


def test_waiting_grants_are_listed_for_all_and_for_some_companies(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    given = give(runtime, admin, person, "buyer.approver")
    give(runtime, admin, person, "buyer.purchaser")
    with runtime.database.session() as session:
        assert [grant.id for grant in waiting_grants(session)] == [given.id]
        assert [grant.id for grant in waiting_grants(session, [org])] == [given.id]
        assert waiting_grants(session, [uuid4()]) == ()


def test_every_change_is_audited_with_its_person_and_role(
    runtime: Runtime, org: UUID, admin: Actor, person: Actor
) -> None:
    second = make_person(runtime, org, Role.BUYER_ADMIN)
    given = give(runtime, admin, person, "buyer.approver")
    confirm(runtime, second, org, given)
    revoke(runtime, admin, given.id)
    with runtime.database.session() as session:
        set_tenant(session, Tenant((org,)))
        rows = session.scalars(select(AuditEvent).where(AuditEvent.object_id == given.id).order_by(AuditEvent.id)).all()
    assert [(row.action, row.actor_user_id) for row in rows] == [
        ("role.granted", admin.user_id),
        ("role.confirmed", second.user_id),
        ("role.revoked", admin.user_id),
    ]
    assert {"role", "user"} <= set(rows[0].changed)


def test_an_unknown_company_is_not_found(runtime: Runtime, admin: Actor) -> None:
    with pytest.raises(NotFound), work_for(runtime, admin) as work:
        lock_domain(work.session, new_id())
