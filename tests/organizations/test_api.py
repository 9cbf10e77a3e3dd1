"""Companies, their people and the directory over HTTP."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.support.people import join, make_company, make_person, sign_in, sign_out
from tests.support.registrations import PROFILE, REGISTRATION, SETTINGS, USCC, actions, count, pointers


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_ADMIN, name="Wang Min")


@pytest.fixture
def operator(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Operator", platform=True), Role.PLATFORM_OPERATOR)


# --------------------------------------------------------------------------------------------------------- registering


def test_a_stranger_registers_and_learns_nothing(client: TestClient, runtime: Runtime) -> None:
    first = client.post("/api/v1/organizations", json=REGISTRATION)
    assert (first.status_code, first.text) == (202, "")
    assert (count(runtime, "organization"), count(runtime, "identity_user")) == (1, 1)
    second = client.post("/api/v1/organizations", json={**REGISTRATION, "supplier": True})
    assert (second.status_code, second.text) == (202, "")
    assert (count(runtime, "organization"), count(runtime, "identity_user")) == (1, 1)
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        kinds = session.execute(text("SELECT kind FROM notification_mail")).scalars().all()
    assert kinds == ["organizations.known_address"]


def test_a_person_registers_another_company_and_becomes_admin_of_its_sides(
    client: TestClient, runtime: Runtime, admin: Actor
) -> None:
    sign_in(client, admin)
    answer = client.post("/api/v1/organizations", json={**REGISTRATION, "supplier": True, "founder": None})
    assert answer.status_code == 201
    own = answer.json()
    assert own["company"]["status"] == "registered"
    assert own["company"]["name"] == "恒力重工集团有限公司"
    assert own["company"]["identifiers"] == [{"scheme": "uscc", "label": "", "value": USCC, "checked": True}]
    assert own["allowed_steps"] == ["approve", "reject"]
    client.post("/api/v1/sessions/current/organization", json={"organization_id": own["company"]["id"]})
    me = client.get("/api/v1/me").json()
    assert me["roles"] == ["buyer.admin", "supplier.admin"]
    assert {value.partition(":")[0] for value in me["permissions"]} <= {"account", "organization", "notification"}
    assert actions(runtime, own["company"]["id"]) == ["organizations.settings_made", "organizations.registered"]


def test_everything_wrong_is_told_at_once_and_nothing_is_stored(client: TestClient, runtime: Runtime) -> None:
    wrong = {
        **REGISTRATION,
        "profile": {
            **PROFILE,
            "legal_name_zh": "",
            "legal_name_en": "",
            "country": "ZZ",
            "identifiers": [{"scheme": "eu_vat", "value": "DE1"}],
        },
        "buyer": False,
        "timezone": "Mars/Phobos",
    }
    answer = client.post("/api/v1/organizations", json=wrong)
    assert answer.status_code == 422
    assert pointers(answer) == ["/legal_name_en", "/country", "/identifiers/0/value", "/sides", "/timezone"]
    assert (count(runtime, "organization"), count(runtime, "identity_user")) == (0, 0)
    nobody = client.post("/api/v1/organizations", json={**REGISTRATION, "founder": None})
    assert pointers(nobody) == ["/name"]
    bad_mail = {**REGISTRATION, "founder": {"email": "wang", "name": "Wang Min", "locale": "en"}}
    assert pointers(client.post("/api/v1/organizations", json=bad_mail)) == ["/email"]


def test_registering_is_bounded_per_network(client: TestClient) -> None:
    def register(number: int) -> int:
        founder = {"email": f"user{number}@x.example", "name": "X", "locale": "en"}
        return client.post("/api/v1/organizations", json={**REGISTRATION, "founder": founder}).status_code

    assert [register(number) for number in range(22)] == [202] * 20 + [429] * 2


def test_a_key_registers_nothing(client: TestClient, runtime: Runtime) -> None:
    org = make_company(runtime)
    admin = make_person(runtime, org, Role.BUYER_ADMIN, Role.BUYER_PURCHASER)
    sign_in(client, admin)
    next_month = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    body = {"label": "ERP", "permissions": ["rfq:read"], "expires_at": next_month}
    secret = client.post("/api/v1/api-keys", json=body).json()["secret"]
    sign_out(client)
    answer = client.post("/api/v1/organizations", json=REGISTRATION, headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 401
    assert count(runtime, "organization") == 1


# --------------------------------------------------------------------------------------------------- review and company


def test_the_operators_decision_opens_trade(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    client.post("/api/v1/organizations", json=REGISTRATION)
    sign_in(client, operator)
    (waiting,) = client.get("/api/v1/reviews").json()["items"]
    review = client.get(f"/api/v1/reviews/{waiting['id']}")
    assert review.json()["founder_email"] == "wang@hengli.example"
    assert review.json()["twins"] == []
    place = f"/api/v1/reviews/{waiting['id']}/approve"
    assert client.post(place, json={}).status_code == 428
    assert client.post(place, json={}, headers={"if-match": '"v9"'}).status_code == 412
    done = client.post(place, json={}, headers={"if-match": review.headers["etag"]})
    assert (done.status_code, done.json()["company"]["status"]) == (200, "approved")
    again = client.post(place, json={}, headers={"if-match": done.headers["etag"]})
    assert (again.status_code, again.json()["code"]) == (409, "illegal-step")
    assert client.get("/api/v1/reviews").json()["items"] == []
    assert [row["id"] for row in client.get("/api/v1/reviews?status=approved").json()["items"]][1:] == [waiting["id"]]
    assert count(runtime, "organization_directory") == 1
    assert actions(runtime, waiting["id"])[-1] == "organizations.approved"


def test_a_rejection_needs_a_reason_and_can_be_answered(
    client: TestClient, runtime: Runtime, operator: Actor, admin: Actor
) -> None:
    sign_in(client, admin)
    own = client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]
    sign_in(client, operator)
    place = f"/api/v1/reviews/{own['id']}/reject"
    assert pointers(client.post(place, json={"reason": " "}, headers={"if-match": '"v1"'})) == ["/reason"]
    rejected = client.post(place, json={"reason": "Which register?"}, headers={"if-match": '"v1"'})
    assert rejected.status_code == 200
    sign_in(client, join(runtime, admin, UUID(own["id"])))
    client.post("/api/v1/sessions/current/organization", json={"organization_id": own["id"]})
    read = client.get("/api/v1/organization")
    assert (read.json()["decision_reason"], read.json()["allowed_steps"]) == ("Which register?", ["resubmit"])
    renamed = {**PROFILE, "legal_name_en": "Hengli", "identifiers": [{"scheme": "other", "label": "X", "value": "1"}]}
    changed = client.put("/api/v1/organization", json=renamed, headers={"if-match": read.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json()["company"]["identifiers"][0]["checked"] is False
    again = client.post("/api/v1/organization/resubmit", headers={"if-match": changed.headers["etag"]})
    assert again.json()["company"]["status"] == "registered"
    assert client.get("/api/v1/me").json()["organization_name"] == "恒力重工集团有限公司"


def test_s1_nobody_approves_an_own_registration(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    sign_in(client, operator)
    own = client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]
    for verb in ("approve", "reject"):
        answer = client.post(f"/api/v1/reviews/{own['id']}/{verb}", json={"reason": "x"}, headers={"if-match": '"v1"'})
        assert (answer.status_code, answer.json()["code"]) == (403, "own-work")
        assert answer.json()["facts"] == {"rule": "S1"}
    assert client.get(f"/api/v1/reviews/{own['id']}").json()["own"]["company"]["status"] == "registered"
    assert count(runtime, "organization_directory") == 0


def test_a_number_is_approved_for_one_company_only(client: TestClient, operator: Actor, admin: Actor) -> None:
    sign_in(client, admin)
    first = client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]
    second = client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]
    sign_in(client, operator)
    assert (
        client.post(f"/api/v1/reviews/{first['id']}/approve", json={}, headers={"if-match": '"v1"'}).status_code == 200
    )
    twins = client.get(f"/api/v1/reviews/{second['id']}").json()["twins"]
    assert [(twin["organization_id"], twin["value"]) for twin in twins] == [(first["id"], USCC)]
    answer = client.post(f"/api/v1/reviews/{second['id']}/approve", json={}, headers={"if-match": '"v1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "identifier-taken")
    assert answer.json()["facts"] == {"value": USCC, "company": "恒力重工集团有限公司"}


def test_companies_do_not_see_the_queue(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    waiting = make_company(runtime, "Waiting", approved=False)
    sign_in(client, admin)
    assert client.get("/api/v1/reviews").status_code == 403
    assert client.get(f"/api/v1/reviews/{waiting}").status_code == 403
    assert client.get(f"/api/v1/companies/{waiting}").status_code == 404


def test_the_auditor_reads_the_queue_and_decides_nothing(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    waiting = make_company(runtime, "Waiting", approved=False)
    sign_in(client, make_person(runtime, operator.org_id, Role.PLATFORM_AUDITOR))
    assert [row["id"] for row in client.get("/api/v1/reviews").json()["items"]] == [str(waiting)]
    answer = client.post(f"/api/v1/reviews/{waiting}/approve", json={}, headers={"if-match": '"v1"'})
    assert answer.status_code == 403


def test_an_approved_company_changes_its_address_only(client: TestClient, operator: Actor, admin: Actor) -> None:
    sign_in(client, admin)
    own = client.post("/api/v1/organizations", json=REGISTRATION).json()["company"]
    sign_in(client, operator)
    client.post(f"/api/v1/reviews/{own['id']}/approve", json={}, headers={"if-match": '"v1"'})
    sign_in(client, admin)
    client.post("/api/v1/sessions/current/organization", json={"organization_id": own["id"]})
    tag = client.get("/api/v1/organization").headers["etag"]
    for changed in (
        {"legal_name_en": "Other"},
        {"country": "DE"},
        {"identifiers": [{"scheme": "lei", "value": "300300KL7M2Q9T4ZXW56"}]},
    ):
        answer = client.put("/api/v1/organization", json={**PROFILE, **changed}, headers={"if-match": tag})
        assert (answer.status_code, answer.json()["code"]) == (409, "company-fixed")
    moved = client.put("/api/v1/organization", json={**PROFILE, "city": "Yingkou"}, headers={"if-match": tag})
    assert moved.json()["company"]["city"] == "Yingkou"
    sign_in(client, operator)
    assert [row["city"] for row in client.get("/api/v1/companies?q=hengli heavy").json()["items"]] == ["Yingkou"]


def test_settings_are_own_and_versioned(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    before = client.get("/api/v1/organization/settings")
    assert before.headers["etag"] == '"v1"'
    changed = client.put("/api/v1/organization/settings", json=SETTINGS, headers={"if-match": '"v1"'})
    assert changed.status_code == 200
    assert changed.json() == {**before.json(), **SETTINGS, "version": 2}
    assert client.put("/api/v1/organization/settings", json=SETTINGS, headers={"if-match": '"v1"'}).status_code == 412
    wrong = {**SETTINGS, "default_unit": "nothing"}
    answer = client.put("/api/v1/organization/settings", json=wrong, headers={"if-match": '"v2"'})
    assert pointers(answer) == ["/default_unit"]


def test_the_base_currency_stays_while_roles_have_limits_in_it(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    invite = {
        "email": "li@hengli.example",
        "name": "Li Wei",
        "locale": "en",
        "roles": [{"role": "buyer.purchaser", "limit": {"amount": "50000", "currency": "CNY"}}],
    }
    assert client.post("/api/v1/members", json=invite).status_code == 201
    answer = client.put("/api/v1/organization/settings", json=SETTINGS, headers={"if-match": '"v1"'})
    assert (answer.status_code, answer.json()["code"]) == (409, "limits-in-currency")
    assert client.get("/api/v1/organization/settings").json()["base_currency"] == "CNY"


def test_a_purchaser_reads_and_changes_nothing(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    sign_in(client, make_person(runtime, admin.org_id, Role.BUYER_PURCHASER))
    assert client.get("/api/v1/organization").status_code == 200
    assert client.put("/api/v1/organization", json=PROFILE, headers={"if-match": '"v1"'}).status_code == 403
    assert client.get("/api/v1/members").status_code == 403


# ------------------------------------------------------------------------------------------------------------ directory


def test_the_directory_is_searched_by_words_and_paged_by_name(
    client: TestClient, runtime: Runtime, admin: Actor
) -> None:
    for name in ("Delta Steel", "Alpha Steel Works", "Gamma Steel"):
        make_company(runtime, name, ["supplier"], country="DE")
    make_company(runtime, "Beta Steel", ["buyer"], country="DE")
    make_company(runtime, "Omega Steel", ["supplier"], approved=False)
    sign_in(client, admin)
    names: list[str] = []
    cursor = ""
    while True:
        page = client.get(f"/api/v1/companies?q=STEEL&limit=2{cursor}").json()
        names += [row["name"] for row in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert names == ["Alpha Steel Works", "Beta Steel", "Delta Steel", "Gamma Steel"]
    suppliers = client.get("/api/v1/companies?q=steel&suppliers=true").json()["items"]
    assert [row["name"] for row in suppliers] == ["Alpha Steel Works", "Delta Steel", "Gamma Steel"]
    assert [row["name"] for row in client.get("/api/v1/companies?q=works alpha").json()["items"]] == [
        "Alpha Steel Works"
    ]
    assert client.get("/api/v1/companies?q=100%25").json()["items"] == []
    assert client.get("/api/v1/companies?q=hengli").json()["items"] == []
    assert client.get("/api/v1/companies?cursor=WyIiLCJub3RoaW5nIl0").status_code == 400


def test_strangers_search_nothing(client: TestClient) -> None:
    assert client.get("/api/v1/companies").status_code == 401
