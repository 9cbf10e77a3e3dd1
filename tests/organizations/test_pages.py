"""Pages of companies, people, the directory and the operator."""

import re

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rbac.actor import Actor
from tests.support.people import make_company, make_person, post_form, sign_in

USCC, VAT = "91210200MA0Y7K3H28", "DE812365476"
PROFILE = {
    "legal_name_zh": "恒力重工集团有限公司",
    "legal_name_en": "Hengli Heavy Industry",
    "country": "CN",
    "street": "1 Works Road",
    "city": "Dalian",
    "region": "Liaoning",
    "postcode": "116318",
    "identifiers-0-scheme": "uscc",
    "identifiers-0-value": USCC,
    "identifiers-1-scheme": "other",
    "identifiers-1-value": "",
    "identifiers-2-scheme": "other",
    "identifiers-2-value": "",
}
REGISTRATION = {
    **PROFILE,
    "name": "Wang Min",
    "email": "wang@hengli.example",
    "buyer": "1",
    "base_currency": "CNY",
    "timezone": "Asia/Shanghai",
}


@pytest.fixture
def admin(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_ADMIN, name="Wang Min")


@pytest.fixture
def operator(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Operator", platform=True), Role.PLATFORM_OPERATOR)


def h1(html: str) -> list[str]:
    return re.findall(r"<h1>(.*?)</h1>", html, re.DOTALL)


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize(
    "path",
    [
        "/organization",
        "/organization/edit",
        "/organization/settings",
        "/members",
        "/members/invite",
        "/members/self",
        "/own-roles",
        "/companies",
        "/companies?q=heavy&suppliers=1",
        "/register",
    ],
)
def test_an_admins_pages_have_one_heading_and_their_language(
    client: TestClient, runtime: Runtime, path: str, locale: str
) -> None:
    person = make_person(runtime, make_company(runtime), Role.BUYER_ADMIN, locale=locale)
    make_company(runtime, "Rhine Heavy Steel", ["supplier"], country="DE")
    answer = sign_in(client, person).get(path.replace("self", str(person.user_id)), headers={"accept": "text/html"})
    assert answer.status_code == 200
    assert len(h1(answer.text)) == 1
    assert f'<html lang="{locale}"' in answer.text


@pytest.mark.parametrize("path", ["/reviews", "/reviews?status=approved", "/reviews?status=", "/waiting-roles"])
def test_the_operators_pages(client: TestClient, operator: Actor, path: str) -> None:
    answer = sign_in(client, operator).get(path)
    assert answer.status_code == 200
    assert len(h1(answer.text)) == 1


@pytest.mark.parametrize("path", ["/organization/edit", "/members", "/members/invite", "/own-roles", "/reviews"])
def test_a_purchaser_is_turned_away(client: TestClient, runtime: Runtime, path: str) -> None:
    person = make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER)
    answer = sign_in(client, person).get(path, headers={"accept": "text/html"})
    if path == "/organization/edit":
        assert answer.status_code == 200
        assert post_form(client, path, {**PROFILE, "version": "1"}).status_code == 403
    else:
        assert answer.status_code == 403


def test_strangers_are_led_to_sign_in(client: TestClient) -> None:
    answer = client.get("/members?cursor=x", headers={"accept": "text/html"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/members%3Fcursor%3Dx"


def test_a_stranger_registers_and_is_sent_to_the_mail(client: TestClient) -> None:
    answer = post_form(client, "/register", REGISTRATION)
    assert answer.status_code == 200
    assert "wang@hengli.example" in answer.text
    known = post_form(client, "/register", {**REGISTRATION, "identifiers-0-value": "91330200MA2AF8X474"})
    assert re.sub(r"market_\w+|[0-9a-f]{64}", "", known.text) == re.sub(r"market_\w+|[0-9a-f]{64}", "", answer.text)


def test_wrong_check_digits_come_back_at_their_field(client: TestClient) -> None:
    wrong = {**REGISTRATION, "identifiers-0-value": "91210200MA0Y7K3H29", "buyer": ""}
    answer = post_form(client, "/register", wrong)
    assert answer.status_code == 422
    assert 'id="e-identifiers-0-value"' in answer.text
    assert "91210200MA0Y7K3H29" in answer.text
    assert 'id="f-sides"' in answer.text


def test_a_new_company_sees_its_state_and_no_trade(client: TestClient, runtime: Runtime) -> None:
    person = make_person(runtime, make_company(runtime, approved=False), Role.BUYER_ADMIN)
    page = sign_in(client, person).get("/organization", headers={"accept": "text/html"}).text
    assert "Waits for approval" in page
    assert client.get("/members", headers={"accept": "text/html"}).status_code == 403
    assert 'href="/members"' not in page


def test_the_operator_approves_after_a_rejection(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    org_id = make_company(runtime, "Newcomer", approved=False)
    founder = make_person(runtime, org_id, Role.BUYER_ADMIN)
    sign_in(client, operator)
    assert f"/reviews/{org_id}" in client.get("/reviews").text
    nothing_said = post_form(client, f"/reviews/{org_id}/reject", {"version": "1", "reason": " "})
    assert nothing_said.status_code == 422
    assert 'id="e-reason"' in nothing_said.text
    done = post_form(client, f"/reviews/{org_id}/reject", {"version": "1", "reason": "Which register?"})
    assert done.status_code == 303
    assert "Which register?" in sign_in(client, founder).get("/organization").text
    assert post_form(client, "/organization/resubmit", {"version": "2"}).status_code == 303
    sign_in(client, operator)
    assert post_form(client, f"/reviews/{org_id}/approve", {"version": "2", "reason": ""}).status_code == 412
    assert post_form(client, f"/reviews/{org_id}/approve", {"version": "3", "reason": ""}).status_code == 303
    assert "Approved" in sign_in(client, founder).get("/organization").text
    assert client.get("/members").status_code == 200


def test_settings_are_stored_once_per_version(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    wanted = {
        "version": "1",
        "minimum_quoting_hours": "48",
        "minimum_extension_hours": "36",
        "base_currency": "EUR",
        "timezone": "Europe/Berlin",
        "default_delivery_place": "Gate 3",
        "default_unit": "KGM",
    }
    assert post_form(client, "/organization/settings", wanted).status_code == 303
    page = client.get("/organization").text
    assert "Gate 3" in page
    assert "48 hours" in page
    assert "36 hours" in page
    assert post_form(client, "/organization/settings", wanted).status_code == 412
    wrong = post_form(client, "/organization/settings", {**wanted, "version": "2", "default_unit": "nothing"})
    assert wrong.status_code == 422
    assert 'id="e-default_unit"' in wrong.text


def test_an_approved_company_changes_its_address_only(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    same = {
        "version": "1",
        "legal_name_en": "Hengli Heavy Industry",
        "country": "CN",
        "street": "2 Harbour Road",
        "city": "Dalian",
        "identifiers-0-scheme": "uscc",
        "identifiers-0-value": USCC,
    }
    answer = post_form(client, "/organization/edit", same)
    assert answer.status_code == 409
    assert "approved as they are" in answer.text or "ask the operator" in answer.text


def test_inviting_giving_and_taking_roles(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    nothing = post_form(client, "/members/invite", {"email": "li@hengli.example", "name": "Li Wei", "locale": "en"})
    assert nothing.status_code == 422
    assert 'id="e-roles"' in nothing.text
    form = {
        "email": "li@hengli.example",
        "name": "Li Wei",
        "locale": "en",
        "roles": ["buyer.purchaser"],
        "limit": "50,000",
    }
    done = post_form(client, "/members/invite", form)
    assert done.status_code == 303
    place = done.headers["location"]
    page = client.get(place).text
    assert "CNY\u00a050,000.00" in page
    assert "Purchaser" in page
    assert "Invited" in client.get("/members").text
    assert post_form(client, f"{place}/roles", {"role": "buyer.evaluator", "limit": ""}).status_code == 303
    refused = post_form(client, f"{place}/roles", {"role": "supplier.sales", "limit": ""})
    assert refused.status_code == 422
    taken = re.findall(rf'action="({place}/roles/[0-9a-f-]+/take)"', client.get(place).text)
    assert len(taken) == 2
    assert post_form(client, taken[0], {}).status_code == 303
    assert post_form(client, f"{place}/remove", {}).status_code == 303
    assert "Li Wei" not in client.get("/members").text


def test_a_deciding_role_waits_for_the_operator(client: TestClient, admin: Actor, operator: Actor) -> None:
    sign_in(client, admin)
    form = {"email": "chen@hengli.example", "name": "Chen Jing", "locale": "zh-CN", "roles": ["buyer.approver"]}
    place = post_form(client, "/members/invite", form).headers["location"]
    assert "Waits for a second person" in client.get(place).text
    sign_in(client, operator)
    page = client.get("/waiting-roles").text
    (action,) = re.findall(r'action="(/waiting-roles/[0-9a-f-]+/confirm)"', page)
    (org,) = re.findall(r'name="organization_id" value="([0-9a-f-]+)"', page)
    assert "Chen Jing" in page
    assert post_form(client, action, {"organization_id": org}).status_code == 303
    assert "Chen Jing" not in client.get("/waiting-roles").text
    again_answer = post_form(client, action, {"organization_id": org})
    assert again_answer.status_code == 409


def test_a_second_admin_confirms_on_the_persons_page(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    second = make_person(runtime, admin.org_id, Role.BUYER_ADMIN)
    sign_in(client, admin)
    form = {"email": "chen@hengli.example", "name": "Chen Jing", "locale": "zh-CN", "roles": ["buyer.approver"]}
    place = post_form(client, "/members/invite", form).headers["location"]
    assert "/confirm" not in client.get(place).text
    sign_in(client, second)
    (action,) = re.findall(rf'action="({place}/roles/[0-9a-f-]+/confirm)"', client.get(place).text)
    assert post_form(client, action, {}).status_code == 303
    assert "In force" in client.get(place).text


def test_nobody_changes_own_roles_and_the_last_admin_stays(client: TestClient, admin: Actor) -> None:
    place = f"/members/{admin.user_id}"
    page = sign_in(client, admin).get(place).text
    assert f'action="{place}/roles"' not in page
    assert post_form(client, f"{place}/roles", {"role": "buyer.approver"}).status_code == 403
    (take,) = re.findall(rf'action="({place}/roles/[0-9a-f-]+/take)"', page)
    answer = post_form(client, take, {})
    assert answer.status_code == 409
    assert "The last administrator" in answer.text or "S6" in answer.text


def test_own_roles_are_made_changed_and_deleted(client: TestClient, admin: Actor) -> None:
    sign_in(client, admin)
    form = {"side": "buyer", "label": "Junior buyer", "permissions": ["rfq:read", "rfq:draft"]}
    assert post_form(client, "/own-roles", form).status_code == 303
    page = client.get("/own-roles?side=buyer&label=Junior%20buyer").text
    assert "Junior buyer" in page
    assert re.search(r'value="rfq:draft" checked', page)
    invite = {"email": "j@hengli.example", "name": "Junior", "locale": "en", "roles": ["buyer.own:Junior buyer"]}
    place = post_form(client, "/members/invite", invite).headers["location"]
    assert "Junior buyer" in client.get(place).text
    assert post_form(client, "/own-roles/drop", {"name": "buyer.own:Junior buyer"}).status_code == 409
    assert post_form(client, f"{place}/remove", {}).status_code == 303
    assert post_form(client, "/own-roles/drop", {"name": "buyer.own:Junior buyer"}).status_code == 303
    unknown = post_form(client, "/own-roles", {"side": "buyer", "label": "X", "permissions": ["organization:review"]})
    assert unknown.status_code == 422


def test_the_directory_shows_approved_companies_only(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    shown = make_company(runtime, "Rhine Steel", ["supplier"], zh="莱茵钢铁", country="DE")
    hidden = make_company(runtime, "Shadow Steel", ["supplier"], approved=False)
    sign_in(client, admin)
    page = client.get("/companies?q=steel").text
    assert "Rhine Steel" in page
    assert "Shadow Steel" not in page
    assert "Rhine Steel" in client.get("/companies?q=莱茵").text
    assert "Germany" in client.get(f"/companies/{shown}").text
    assert client.get(f"/companies/{hidden}", headers={"accept": "text/html"}).status_code == 404


def test_statuses_have_badges() -> None:
    from b2b_market.organizations.pages.forms import STATUS_BADGES

    assert set(STATUS_BADGES) == set(CompanyStatus)
