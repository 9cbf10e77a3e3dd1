"""Administrators who act on each other at the same moment: a company never ends up without one."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.models import RbacDomain, RbacGrant
from tests.support.calling import caller_for
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.together import at_once

pytestmark = pytest.mark.committed


def admins(runtime: Runtime, count: int) -> list[Actor]:
    org_id = make_company(runtime)
    return [make_person(runtime, org_id, Role.BUYER_ADMIN, name=f"Admin {n}") for n in range(count)]


def live(runtime: Runtime, person: Actor, role: Role = Role.BUYER_ADMIN) -> list[RbacGrant]:
    wanted = select(RbacGrant).where(
        RbacGrant.org_id == person.org_id, RbacGrant.role == role.value, RbacGrant.revoked_at.is_(None)
    )
    return rows_of(runtime, person, wanted)


def test_two_admins_who_remove_each_other_leave_one(committed_client: TestClient, committed_runtime: Runtime) -> None:
    two = admins(committed_runtime, 2)
    callers = [caller_for(committed_client, committed_runtime, admin) for admin in two]
    answers = at_once(2, lambda n: callers[n].call("DELETE", f"/members/{two[1 - n].user_id}"))
    (gone,) = [answer for answer in answers if answer.status_code == 204]
    (kept,) = [answer for answer in answers if answer is not gone]
    # the slower one either meets the rule of the last admin or has lost its own rights meanwhile
    assert (kept.status_code, kept.json()["code"]) in ((409, "last-admin"), (403, "forbidden"))
    left = live(committed_runtime, two[0])
    assert [row.user_id for row in left] == [two[answers.index(gone)].user_id]


def test_three_admins_who_give_up_at_once_leave_one(committed_client: TestClient, committed_runtime: Runtime) -> None:
    three = admins(committed_runtime, 3)
    callers = [caller_for(committed_client, committed_runtime, admin) for admin in three]
    own = {row.user_id: row.id for row in live(committed_runtime, three[0])}
    answers = at_once(
        3, lambda n: callers[n].call("DELETE", f"/members/{three[n].user_id}/roles/{own[three[n].user_id]}")
    )
    codes = sorted((answer.status_code, answer.json()["code"] if answer.content else "") for answer in answers)
    assert codes == [(204, ""), (204, ""), (409, "last-admin")]
    (left,) = live(committed_runtime, three[0])
    assert answers[[admin.user_id for admin in three].index(left.user_id)].status_code == 409


def test_two_second_admins_who_confirm_at_once_confirm_once(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    three = admins(committed_runtime, 3)
    colleague = make_person(committed_runtime, three[0].org_id, Role.BUYER_PURCHASER)
    callers = [caller_for(committed_client, committed_runtime, admin) for admin in three]
    given = callers[0].post(f"/members/{colleague.user_id}/roles", {"role": Role.BUYER_APPROVER.value})
    assert given.status_code == 200, given.text
    (waiting,) = live(committed_runtime, three[0], Role.BUYER_APPROVER)
    assert waiting.confirmed_by is None
    path = f"/members/{colleague.user_id}/roles/{waiting.id}/confirm"

    answers = at_once(2, lambda n: callers[n + 1].post(path))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (confirmed,) = live(committed_runtime, three[0], Role.BUYER_APPROVER)
    winner = next(n for n, answer in enumerate(answers) if answer.status_code == 200)
    assert confirmed.confirmed_by == three[winner + 1].user_id
    machine = system_actor("test", three[0].org_id)
    noted = rows_of(committed_runtime, machine, select(AuditEvent).where(AuditEvent.action == "role.confirmed"))
    assert len(noted) == 1


def test_every_change_of_roles_raises_the_policy_version(
    committed_client: TestClient, committed_runtime: Runtime
) -> None:
    (admin,) = admins(committed_runtime, 1)
    people = [make_person(committed_runtime, admin.org_id, Role.BUYER_EVALUATOR) for _ in range(6)]
    caller = caller_for(committed_client, committed_runtime, admin)
    wanted = select(RbacDomain).where(RbacDomain.org_id == admin.org_id)
    (before,) = rows_of(committed_runtime, admin, wanted)
    answers = at_once(
        6, lambda n: caller.post(f"/members/{people[n].user_id}/roles", {"role": Role.BUYER_PURCHASER.value})
    )
    assert {answer.status_code for answer in answers} == {200}
    (after,) = rows_of(committed_runtime, admin, wanted)
    assert after.policy_version == before.policy_version + 6
