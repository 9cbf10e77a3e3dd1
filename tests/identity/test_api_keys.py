"""API keys over HTTP: shown once, narrow, ended at once."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.identity.rules import secret_hash
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.accounts import LI, cookie, enter, trail
from tests.support.people import PASSWORD, make_company, make_person, sign_in, sign_out


@pytest.fixture
def person(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_PURCHASER, email=LI, name="Li Wei")


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_ADMIN, Role.BUYER_PURCHASER)


def key_body(*permissions: str, days: int = 30) -> dict[str, object]:
    ends = (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"label": "ERP", "permissions": list(permissions), "expires_at": ends}


def test_a_key_is_shown_once_and_acts_for_its_company(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    made = client.post("/api/v1/api-keys", json=key_body("rfq:read", "rfq:draft"))
    assert made.status_code == 201
    secret, key = made.json()["secret"], made.json()["key"]
    assert secret.startswith(key["hint"] + "_")
    listed = client.get("/api/v1/api-keys").text
    assert secret not in listed
    assert key["hint"] in listed
    sign_out(client)
    bearer = {"authorization": f"Bearer {secret}"}
    me = client.get("/api/v1/me", headers=bearer).json()
    assert (me["kind"], me["organization_id"]) == ("service", str(admin.org_id))
    assert me["permissions"] == ["rfq:draft", "rfq:read"]
    assert client.get("/api/v1/rfqs", headers=bearer).status_code == 200
    assert client.get("/api/v1/account", headers=bearer).status_code == 403
    assert client.get("/api/v1/api-keys", headers=bearer).status_code == 403
    with runtime.database.session() as session:
        dump = session.execute(text("SELECT to_jsonb(k)::text FROM identity_api_key k")).scalar_one()
    assert secret not in dump
    assert secret_hash(secret).hex() in dump


def test_a_repeated_request_makes_no_second_key_and_tells_no_secret(
    client: TestClient, runtime: Runtime, admin: Actor
) -> None:
    sign_in(client, admin)
    body, headers = key_body("rfq:read"), {"idempotency-key": "make-the-erp-key"}
    first = client.post("/api/v1/api-keys", json=body, headers=headers)
    second = client.post("/api/v1/api-keys", json=body, headers=headers)
    assert second.headers["idempotent-replay"] == "true"
    assert second.json() == {**first.json(), "secret": None}
    assert len(client.get("/api/v1/api-keys").json()["items"]) == 1
    with runtime.database.session() as session:
        set_tenant(session, Tenant((admin.org_id,)))
        stored = session.execute(text("SELECT convert_from(body, 'UTF8') FROM idempotency")).scalar_one()
    assert first.json()["secret"] not in stored


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (key_body("quote:submit"), ["/permissions"]),
        (key_body("api_key:manage"), ["/permissions"]),
        (key_body("account:manage"), ["/permissions"]),
        (key_body("rfq:publish"), ["/permissions"]),
        (key_body("rfq:read", days=400), ["/expires_at"]),
        (key_body("rfq:read", days=-1), ["/expires_at"]),
        ({**key_body(), "permissions": []}, ["/permissions"]),
    ],
)
def test_a_key_gets_no_more_than_its_maker_and_no_machine_may(
    client: TestClient, runtime: Runtime, admin: Actor, body: dict[str, object], pointers: list[str]
) -> None:
    sign_in(client, admin)
    answer = client.post("/api/v1/api-keys", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers
    assert client.get("/api/v1/api-keys").json()["items"] == []
    assert trail(runtime, "api_key.made") == []


def test_a_revoked_key_is_refused_with_its_next_request(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    made = client.post("/api/v1/api-keys", json=key_body("rfq:read")).json()
    revoked = client.delete(f"/api/v1/api-keys/{made['key']['id']}")
    assert revoked.status_code == 200
    assert revoked.json()["revoked_at"] is not None
    assert client.delete(f"/api/v1/api-keys/{made['key']['id']}").status_code == 404
    sign_out(client)
    answer = client.get("/api/v1/me", headers={"authorization": f"Bearer {made['secret']}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert [event.actor_user_id for event in trail(runtime, "api_key.revoked")] == [admin.user_id]


def test_keys_belong_to_their_company(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    key = client.post("/api/v1/api-keys", json=key_body("rfq:read")).json()["key"]
    stranger = make_person(runtime, make_company(runtime, "Other"), Role.BUYER_ADMIN)
    sign_in(client, stranger)
    assert client.get("/api/v1/api-keys").json() == {"items": [], "next_cursor": None}
    assert client.delete(f"/api/v1/api-keys/{key['id']}").status_code == 404


def test_keys_are_paged_newest_first(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    made = [client.post("/api/v1/api-keys", json=key_body("rfq:read")).json()["key"]["id"] for _ in range(3)]
    first = client.get("/api/v1/api-keys?limit=2").json()
    rest = client.get(f"/api/v1/api-keys?limit=2&cursor={first['next_cursor']}").json()
    assert [row["id"] for row in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next_cursor"] is None
    assert client.get("/api/v1/api-keys?cursor=WyIiLCJub3RoaW5nIl0").status_code == 400


def test_only_admins_deal_with_keys(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    assert client.get("/api/v1/api-keys").status_code == 403
    assert client.post("/api/v1/api-keys", json=key_body("rfq:read")).status_code == 403


def test_an_administrator_lends_the_right_to_make_keys_and_never_gets_one_that_bids(
    client: TestClient, runtime: Runtime
) -> None:
    company = make_company(runtime, "Bolt Works", ["supplier"])
    boss = make_person(runtime, company, Role.SUPPLIER_ADMIN)
    sales = make_person(runtime, company, Role.SUPPLIER_SALES)
    sign_in(client, boss)
    refused = client.post("/api/v1/api-keys", json=key_body("bid:submit"))
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/permissions")
    keys = {"side": "supplier", "label": "Bid keys", "permissions": ["api_key:read", "api_key:manage"]}
    assert client.put("/api/v1/own-roles", json=keys).status_code == 200
    place = f"/api/v1/members/{sales.user_id}/roles"
    tomorrow = key_body(days=1)["expires_at"]
    lent = client.post(place, json={"role": "supplier.own:Bid keys", "valid_until": tomorrow})
    assert lent.status_code == 200, lent.text
    sign_in(client, sales)
    assert client.post("/api/v1/api-keys", json=key_body("bid:submit", "quote:award")).status_code == 422
    secret = client.post("/api/v1/api-keys", json=key_body("bid:submit")).json()["secret"]
    sign_in(client, boss)
    (grant,) = [one for one in lent.json()["grants"] if one["role"] == "supplier.own:Bid keys"]
    assert client.delete(f"{place}/{grant['id']}").status_code == 204
    sign_in(client, sales)
    assert client.post("/api/v1/api-keys", json=key_body("bid:submit")).status_code == 403
    sign_out(client)
    bearer = {"authorization": f"Bearer {secret}"}
    assert client.get("/api/v1/me", headers=bearer).json()["permissions"] == ["bid:submit"]
    sent = client.post(f"/api/v1/tenders/{new_id()}/bids", headers=bearer, files={"file": ("bid.sealed", b"{}")})
    assert sent.status_code == 404, "it may bid; of this tender it knows nothing"
    assert [event.actor_user_id for event in trail(runtime, "api_key.made")] == [sales.user_id]


@pytest.mark.usefixtures("person")
def test_a_session_token_is_no_api_key(client: TestClient) -> None:
    token = cookie(enter(client))[SESSION_COOKIE].value
    sign_out(client)
    assert client.get("/api/v1/me", headers={"authorization": f"Bearer {token}"}).status_code == 401


def test_secrets_are_not_in_any_audit_row_or_event(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, admin)
    secret = client.post("/api/v1/api-keys", json=key_body("rfq:read")).json()["secret"]
    token = cookie(enter(client, admin.person.email))[SESSION_COOKIE].value
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        rows = session.execute(
            text(
                "SELECT to_jsonb(e)::text FROM audit_event e UNION ALL SELECT to_jsonb(d)::text FROM audit_detail d "
                "UNION ALL SELECT to_jsonb(o)::text FROM outbox o"
            )
        ).scalars()
        everything = "\n".join(rows)
    assert everything
    for hidden in (secret, token, PASSWORD, "$argon2id$"):
        assert not re.search(re.escape(hidden), everything)
