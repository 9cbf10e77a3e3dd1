"""Who is written to: founders, operators, admins, invited people, second persons."""

import re

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.delivery import drain_outbox
from tests.support.people import make_company, make_person, sign_in
from tests.support.registrations import REGISTRATION, invite


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_ADMIN, name="Wang Min")


@pytest.fixture
def operator(runtime: Runtime) -> Actor:
    home = make_company(runtime, "Operator", platform=True)
    return make_person(runtime, home, Role.PLATFORM_OPERATOR, email="operator@x.example")


class Mailbox:
    """The mails written since they were last looked at."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._seen: set[object] = set()

    def new(self) -> dict[str, tuple[str, str, bool]]:
        """Deliver everything announced; return new mails by address as (kind, link, whether it has a secret)."""
        drain_outbox(self._runtime)
        with self._runtime.database.session() as session:
            set_tenant(session, Tenant(machine=True))
            query = text("SELECT id, address, kind, link, secrets FROM notification_mail ORDER BY id")
            rows = [row for row in session.execute(query).all() if row.id not in self._seen]
            session.rollback()
        self._seen |= {row.id for row in rows}
        return {row.address: (row.kind, row.link, bool(row.secrets)) for row in rows}


@pytest.fixture
def box(runtime: Runtime) -> Mailbox:
    return Mailbox(runtime)


def test_a_registration_writes_to_its_founder_and_to_the_operator(
    client: TestClient, box: Mailbox, operator: Actor
) -> None:
    client.post("/api/v1/organizations", json=REGISTRATION)
    found = box.new()
    assert found.pop("wang@hengli.example") == (
        "organizations.registration_received",
        "/set-password?token={token}",
        True,
    )
    kind, link, secret = found.pop(operator.person.email)
    assert (kind, secret) == ("organizations.registration_to_review", False)
    assert re.fullmatch(r"/reviews/[0-9a-f-]{36}", link)
    assert found == {}


def test_decisions_are_told_to_the_admins(client: TestClient, box: Mailbox, admin: Actor, operator: Actor) -> None:
    sign_in(client, admin)
    companies = [client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]["id"] for _ in range(2)]
    box.new()
    sign_in(client, operator)
    client.post(f"/api/v1/reviews/{companies[0]}/approve", json={}, headers={"if-match": '"v1"'})
    assert box.new() == {admin.person.email: ("organizations.approved", "/organization", False)}
    client.post(f"/api/v1/reviews/{companies[1]}/reject", json={"reason": "x"}, headers={"if-match": '"v1"'})
    assert box.new() == {admin.person.email: ("organizations.rejected", "/organization", False)}


def test_invitations_reach_new_and_known_people_differently(
    client: TestClient, runtime: Runtime, box: Mailbox, admin: Actor
) -> None:
    make_person(runtime, None, email="known@x.example")
    sign_in(client, admin)
    invite(client, "new@x.example", "buyer.purchaser")
    invite(client, "known@x.example", "buyer.purchaser")
    assert box.new() == {
        "new@x.example": ("organizations.invitation", "/set-password?token={token}", True),
        "known@x.example": ("organizations.added", "/", False),
    }
    invite(client, "known@x.example", "buyer.evaluator")
    assert box.new() == {}


def test_a_waiting_role_is_told_to_the_other_admins_else_to_the_operator(
    client: TestClient, runtime: Runtime, box: Mailbox, admin: Actor, operator: Actor
) -> None:
    person = make_person(runtime, admin.org_id, Role.BUYER_PURCHASER, email="chen@x.example")
    sign_in(client, admin)
    place = f"/api/v1/members/{person.user_id}/roles"
    given = client.post(place, json={"role": "buyer.approver"}).json()
    assert box.new() == {operator.person.email: ("organizations.role_to_confirm", "/waiting-roles", False)}
    (grant,) = [grant for grant in given["grants"] if grant["waits"]]
    client.delete(f"{place}/{grant['id']}")
    second = make_person(runtime, admin.org_id, Role.BUYER_ADMIN, email="second@x.example")
    given = client.post(place, json={"role": "buyer.approver"}).json()
    assert box.new() == {second.person.email: ("organizations.role_to_confirm", f"/members/{person.user_id}", False)}
    (grant,) = [grant for grant in given["grants"] if grant["waits"]]
    sign_in(client, second)
    client.post(f"{place}/{grant['id']}/confirm")
    assert box.new() == {"chen@x.example": ("organizations.role_in_force", "/", False)}
