"""The people of a company and their roles over HTTP."""

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.people import make_company, make_person, sign_in
from tests.support.registrations import actions, count, invite, pointers


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_ADMIN, name="Wang Min")


@pytest.fixture
def operator(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Operator", platform=True), Role.PLATFORM_OPERATOR)


def test_inviting_gives_roles_with_limits(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    limit = {"amount": "50000.00", "currency": "CNY"}
    answer = invite(client, "Li@Hengli.example", "buyer.purchaser", limit=limit)
    assert answer.status_code == 201
    member = answer.json()
    assert (member["email"], member["joined"], member["is_self"]) == ("Li@hengli.example", False, False)
    (grant,) = member["grants"]
    assert (grant["role"], grant["waits"]) == ("buyer.purchaser", False)
    assert grant["limit"]["currency"] == "CNY"
    assert client.get(answer.headers["location"]).json() == member
    assert [row["user_id"] for row in client.get("/api/v1/members").json()["items"]] == [
        str(admin.user_id),
        member["user_id"],
    ]
    assert "organizations.member_invited" in actions(runtime, admin.org_id)


def test_an_invitation_is_all_or_nothing(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    assert invite(client, "li@hengli.example", "buyer.purchaser", "supplier.sales").status_code == 422
    assert pointers(invite(client, "not an address", "buyer.purchaser")) == ["/email"]
    euro = {"amount": "1", "currency": "EUR"}
    assert pointers(invite(client, "li@hengli.example", "buyer.purchaser", limit=euro)) == ["/limit"]
    assert len(client.get("/api/v1/members").json()["items"]) == 1
    assert count(runtime, "identity_user") == 1


def test_inviting_somebody_known_keeps_their_name(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    known = make_person(
        runtime, make_company(runtime, "Other"), Role.SUPPLIER_SALES, email="li@x.example", name="Own Name"
    )
    sign_in(client, admin)
    member = invite(client, "li@x.example", "buyer.purchaser").json()
    assert (member["user_id"], member["name"], member["joined"]) == (str(known.user_id), "Own Name", True)


def test_s6_roles_that_decide_wait_for_the_second_person(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    second = make_person(runtime, admin.org_id, Role.BUYER_ADMIN)
    sign_in(client, admin)
    member = invite(client, "chen@hengli.example", "buyer.approver").json()
    (grant,) = member["grants"]
    assert (grant["waits"], grant["confirmable"]) == (True, False)
    place = f"/api/v1/members/{member['user_id']}/roles/{grant['id']}/confirm"
    own = client.post(place)
    assert (own.status_code, own.json()["code"]) == (403, "second-person-needed")
    sign_in(client, second)
    assert client.get(f"/api/v1/members/{member['user_id']}").json()["grants"][0]["confirmable"] is True
    assert client.post(place).json()["grants"][0]["waits"] is False
    assert client.post(place).json()["code"] == "nothing-to-confirm"


def test_s6_the_operator_confirms_for_a_company_with_one_admin(
    client: TestClient, admin: Actor, operator: Actor
) -> None:
    sign_in(client, admin)
    grant = invite(client, "chen@hengli.example", "buyer.approver").json()["grants"][0]
    assert client.get("/api/v1/waiting-roles").status_code == 403
    sign_in(client, operator)
    (waiting,) = client.get("/api/v1/waiting-roles").json()["items"]
    assert (waiting["grant_id"], waiting["by_operator"], waiting["giver"]) == (grant["id"], True, "Wang Min")
    place = f"/api/v1/waiting-roles/{grant['id']}/confirm"
    assert client.post(place, json={"organization_id": str(operator.org_id)}).status_code == 404
    assert client.post(place, json={"organization_id": str(admin.org_id)}).status_code == 204
    assert client.get("/api/v1/waiting-roles").json()["items"] == []


def test_roles_are_changed_and_taken(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    member = invite(client, "li@hengli.example", "buyer.purchaser").json()
    place = f"/api/v1/members/{member['user_id']}/roles"
    limited = client.post(place, json={"role": "buyer.purchaser", "limit": {"amount": "10", "currency": "CNY"}})
    (grant,) = limited.json()["grants"]
    assert grant["limit"] is not None
    assert client.delete(f"{place}/{member['grants'][0]['id']}").status_code == 404
    assert client.delete(f"{place}/{grant['id']}").status_code == 204
    assert client.get(f"/api/v1/members/{member['user_id']}").status_code == 404
    assert client.post(place, json={"role": "buyer.purchaser"}).status_code == 404


def test_s6_own_roles_and_the_last_admin(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    place = f"/api/v1/members/{admin.user_id}"
    raised = client.post(f"{place}/roles", json={"role": "buyer.purchaser"})
    assert (raised.status_code, raised.json()["code"]) == (403, "own-role")
    (grant,) = client.get(place).json()["grants"]
    for answer in (client.delete(f"{place}/roles/{grant['id']}"), client.delete(place)):
        assert (answer.status_code, answer.json()["code"]) == (409, "last-admin")
    assert client.get(place).json()["grants"] == [grant]


def test_removed_people_are_out_with_their_next_request(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    leaver = make_person(runtime, admin.org_id, Role.BUYER_PURCHASER)
    sign_in(client, admin)
    assert client.delete(f"/api/v1/members/{leaver.user_id}").status_code == 204
    sign_in(client, leaver)
    assert client.get("/api/v1/rfqs").status_code == 403
    assert client.get("/api/v1/me").json()["organization_id"] is None


def test_people_of_other_companies_are_not_found(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    stranger = make_person(runtime, make_company(runtime, "Other"), Role.BUYER_PURCHASER)
    sign_in(client, admin)
    place = f"/api/v1/members/{stranger.user_id}"
    assert client.get(place).status_code == 404
    assert client.delete(place).status_code == 404
    assert client.post(f"{place}/roles", json={"role": "buyer.purchaser"}).status_code == 404


def test_people_are_paged(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    others = [make_person(runtime, admin.org_id, Role.BUYER_PURCHASER, Role.BUYER_EVALUATOR) for _ in range(2)]
    sign_in(client, admin)
    first = client.get("/api/v1/members?limit=2").json()
    rest = client.get(f"/api/v1/members?limit=2&cursor={first['next_cursor']}").json()
    found = [row["user_id"] for row in (*first["items"], *rest["items"])]
    assert found == [str(person.user_id) for person in (admin, *others)]
    assert rest["next_cursor"] is None


def test_own_roles(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    body = {"side": "buyer", "label": "Junior buyer", "permissions": ["rfq:read", "rfq:draft"]}
    saved = client.put("/api/v1/own-roles", json=body)
    assert saved.status_code == 200
    assert saved.json()["name"] == "buyer.own:Junior buyer"
    assert len(client.get("/api/v1/own-roles").json()["items"]) == 1
    assert pointers(client.put("/api/v1/own-roles", json={**body, "permissions": ["quote:submit"]})) == ["/permissions"]
    other = client.put("/api/v1/own-roles", json={**body, "side": "supplier"})
    assert (other.status_code, other.json()["code"]) == (403, "other-side")
    assert invite(client, "j@hengli.example", "buyer.own:Junior buyer").status_code == 201
    held = client.delete("/api/v1/own-roles?side=buyer&label=Junior buyer")
    assert (held.status_code, held.json()["code"]) == (409, "own-role-in-use")
    assert client.delete("/api/v1/own-roles?side=buyer&label=Nothing").status_code == 404
