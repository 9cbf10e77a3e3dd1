"""Pages of signing in, one's own account, and API keys."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient

from b2b_market.identity.public import LinkPurpose, issue_link
from b2b_market.infra.http.requests import SESSION_COOKIE
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor, system_actor
from tests.support.people import PASSWORD, join, make_company, make_person, post_form, sign_in, sign_out
from tests.support.works import work_for

LI = "li@hengli.example"
HTML = {"accept": "text/html"}


@pytest.fixture
def person(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Hengli"), Role.BUYER_PURCHASER, email=LI, name="Li Wei")


def link_for(runtime: Runtime, user_id: UUID) -> str:
    machine = system_actor("test")
    with work_for(runtime, machine) as work:
        return issue_link(work, machine, user_id, LinkPurpose.INVITATION)


@pytest.mark.usefixtures("person")
def test_signing_in_goes_where_one_wanted_to_go(client: TestClient) -> None:
    page = client.get("/sign-in?next=/account", headers=HTML)
    assert page.status_code == 200
    assert len(re.findall("<h1", page.text)) == 1
    assert 'name="next" value="/account"' in page.text
    answer = post_form(client, "/sign-in", {"email": LI, "password": PASSWORD, "next": "/account"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert client.get("/account", headers=HTML).status_code == 200
    assert client.get("/sign-in?next=/account/sessions", headers=HTML).headers["location"] == "/account/sessions"


@pytest.mark.usefixtures("person")
@pytest.mark.parametrize("place", ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:x"])
def test_signing_in_leads_nowhere_else(client: TestClient, place: str) -> None:
    answer = post_form(client, "/sign-in", {"email": LI, "password": PASSWORD, "next": place})
    assert answer.headers["location"] == "/"


@pytest.mark.usefixtures("person")
def test_a_wrong_password_comes_back_with_the_address_and_without_the_password(client: TestClient) -> None:
    answer = post_form(client, "/sign-in", {"email": LI, "password": "my wrong password", "next": "/"})
    assert answer.status_code == 401
    assert LI in answer.text
    assert "my wrong password" not in answer.text
    assert 'role="alert"' in answer.text
    assert SESSION_COOKIE not in answer.cookies
    assert post_form(client, "/sign-in", {"email": "", "password": ""}).status_code == 422


@pytest.mark.usefixtures("person")
def test_the_tenth_wrong_password_is_told_to_wait(client: TestClient) -> None:
    form = {"email": LI, "password": "my wrong password"}
    assert [post_form(client, "/sign-in", form).status_code for _ in range(10)] == [401] * 9 + [429]


def test_a_form_of_another_site_is_refused(client: TestClient, person: Actor) -> None:
    form = {"email": LI, "password": PASSWORD}
    assert post_form(client, "/sign-in", form, **{"sec-fetch-site": "cross-site"}).status_code == 403
    sign_in(client, person)
    assert post_form(client, "/sign-out", {}, **{"x-csrf-token": "0" * 64}).status_code == 403
    assert client.get("/account", headers=HTML).status_code == 200


def test_signing_out_ends_the_session(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    token = client.cookies[SESSION_COOKIE]
    answer = post_form(client, "/sign-out", {})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    client.cookies.set(SESSION_COOKIE, token)
    assert client.get("/account", headers=HTML).headers["location"].startswith("/sign-in?next=")


@pytest.mark.usefixtures("person")
def test_asking_for_a_link_says_the_same_to_everybody(client: TestClient) -> None:
    assert client.get("/forgot-password", headers=HTML).status_code == 200
    known, unknown = (post_form(client, "/forgot-password", {"email": email}) for email in (LI, "x@y.example"))
    assert known.status_code == unknown.status_code == 200
    assert strip(known.text) == strip(unknown.text)
    assert post_form(client, "/forgot-password", {"email": ""}).status_code == 422
    for _ in range(2):
        post_form(client, "/forgot-password", {"email": LI})
    assert post_form(client, "/forgot-password", {"email": LI}).status_code == 429


def strip(html: str) -> str:
    return re.sub(r'data-now="[^"]*"', "", html)


def test_setting_a_password_by_link(client: TestClient, runtime: Runtime, person: Actor) -> None:
    token = link_for(runtime, person.user_id)
    page = client.get(f"/set-password?token={token}", headers=HTML)
    assert page.status_code == 200
    assert LI in page.text
    words = "seven tall grey herons"
    different = post_form(client, "/set-password", {"token": token, "password": words, "repeated": "x"})
    assert different.status_code == 422
    assert words not in different.text
    weak = post_form(client, "/set-password", {"token": token, "password": "short", "repeated": "short"})
    assert weak.status_code == 422
    assert 'id="e-password"' in weak.text
    done = post_form(client, "/set-password", {"token": token, "password": words, "repeated": words})
    assert (done.status_code, done.headers["location"]) == (303, "/")
    assert client.get("/account", headers=HTML).status_code == 200
    sign_out(client)
    for answer in (
        client.get(f"/set-password?token={token}", headers=HTML),
        post_form(client, "/set-password", {"token": token, "password": words, "repeated": words}),
    ):
        assert answer.status_code == 409
        assert "/forgot-password" in answer.text


@pytest.mark.parametrize("locale", ["en", "zh-CN"])
@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/sessions", "/api-keys"])
def test_pages_have_one_heading_and_their_language(
    client: TestClient, runtime: Runtime, path: str, locale: str
) -> None:
    person = make_person(runtime, make_company(runtime), Role.BUYER_ADMIN, Role.BUYER_PURCHASER, locale=locale)
    answer = sign_in(client, person).get(path, headers=HTML)
    assert answer.status_code == 200
    assert len(re.findall("<h1", answer.text)) == 1
    assert f'<html lang="{locale}"' in answer.text


@pytest.mark.parametrize("path", ["/account", "/account/password", "/account/sessions", "/api-keys"])
def test_strangers_are_led_to_sign_in(client: TestClient, path: str) -> None:
    answer = client.get(path, headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/sign-in?next={path}")


def test_settings_of_the_account_are_stored_once_per_version(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    form = {
        "version": "1",
        "name": "Wei Li",
        "locale": "zh-CN",
        "timezone": "Asia/Shanghai",
        "theme": "dark",
        "density": "compact",
    }
    done = post_form(client, "/account", form)
    assert done.status_code == 303
    assert (client.cookies["market_language"], client.cookies["market_theme"]) == ("zh-CN", "dark")
    page = client.get("/account", headers=HTML).text
    assert '<html lang="zh-CN" data-theme="dark" data-density="compact"' in page
    assert 'data-keys="off"' in page
    stale = post_form(client, "/account", form)
    assert stale.status_code == 412
    wrong = post_form(client, "/account", {**form, "version": "2", "timezone": "Mars/Phobos"})
    assert wrong.status_code == 422
    assert 'id="e-timezone"' in wrong.text


def test_the_switches_of_the_shell_come_back_to_the_page(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    for name, value in (("theme", "dark"), ("locale", "zh-CN"), ("density", "comfortable"), ("shortcuts", "off")):
        answer = post_form(client, "/preferences", {name: value, "next": "/account/sessions"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/account/sessions")
    page = client.get("/account/sessions", headers=HTML).text
    assert '<html lang="zh-CN" data-theme="dark" data-density="comfortable"' in page
    assert 'data-keys="off"' in page
    assert post_form(client, "/preferences", {"theme": "pink", "next": "//evil.example"}).headers["location"] == "/"
    assert 'data-theme="dark"' in client.get("/account", headers=HTML).text


def test_strangers_keep_language_and_theme_in_cookies(client: TestClient) -> None:
    assert post_form(client, "/preferences", {"locale": "zh-CN", "next": "/sign-in"}).status_code == 303
    assert post_form(client, "/preferences", {"theme": "dark", "next": "/sign-in"}).status_code == 303
    assert '<html lang="zh-CN" data-theme="dark"' in client.get("/sign-in", headers=HTML).text


def test_changing_the_password(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    words = "seven tall grey herons"
    different = post_form(client, "/account/password", {"current": PASSWORD, "new": words, "repeated": ""})
    assert different.status_code == 422
    wrong = post_form(client, "/account/password", {"current": "no", "new": words, "repeated": words})
    assert wrong.status_code == 401
    weak = post_form(client, "/account/password", {"current": PASSWORD, "new": "short", "repeated": "short"})
    assert 'id="e-new"' in weak.text
    done = post_form(client, "/account/password", {"current": PASSWORD, "new": words, "repeated": words})
    assert done.status_code == 303
    sign_out(client)
    assert post_form(client, "/sign-in", {"email": LI, "password": words}).status_code == 303


def test_a_session_is_ended_from_the_list(client: TestClient, person: Actor) -> None:
    sign_in(client, person)
    page = client.get("/account/sessions", headers=HTML).text
    (action,) = re.findall(r'action="(/account/sessions/[0-9a-f-]+/end)"', page)
    assert post_form(client, action, {}).status_code == 303
    assert "/end" not in client.get("/account/sessions", headers=HTML).text
    assert post_form(client, action, {}).status_code == 404


def test_the_menu_offers_the_companies_and_switches(client: TestClient, runtime: Runtime, person: Actor) -> None:
    other = make_company(runtime, "Rhine Steel")
    join(runtime, person, other, Role.BUYER_EVALUATOR)
    sign_in(client, person)
    page = client.get("/account", headers=HTML).text
    assert f'value="{other}"' in page
    assert post_form(client, "/organization/switch", {"organization_id": str(other)}).status_code == 303
    assert '<span class="user-org">Rhine Steel</span>' in client.get("/account", headers=HTML).text
    stranger = make_company(runtime, "Stranger")
    assert post_form(client, "/organization/switch", {"organization_id": str(stranger)}).status_code == 404
    assert post_form(client, "/organization/switch", {"organization_id": "x"}).status_code == 303


def test_a_key_is_made_shown_once_and_revoked(client: TestClient, runtime: Runtime) -> None:
    admin = make_person(runtime, make_company(runtime), Role.BUYER_ADMIN, Role.BUYER_PURCHASER)
    page = sign_in(client, admin).get("/api-keys", headers=HTML).text
    assert 'value="rfq:read"' in page
    assert 'value="rfq:publish"' not in page
    (suggested,) = re.findall(r'name="expires_at" type="date" value="([0-9-]+)"', page)
    form = {"label": "ERP", "expires_at": suggested, "permissions": ["rfq:read", "rfq:draft"]}
    made = post_form(client, "/api-keys", form)
    assert made.status_code == 201
    (secret,) = re.findall(r"bmk_[0-9a-f]{12}_[\w-]{43}", made.text)
    page = client.get("/api-keys", headers=HTML).text
    assert secret not in page
    assert secret[:16] in page
    (action,) = re.findall(r'action="(/api-keys/[0-9a-f-]+/revoke)"', page)
    assert post_form(client, action, {}).status_code == 303
    assert "Revoked" in client.get("/api-keys", headers=HTML).text
    nothing = post_form(client, "/api-keys", {"label": "ERP", "expires_at": suggested})
    assert nothing.status_code == 422
    assert 'id="e-permissions"' in nothing.text
    past = post_form(client, "/api-keys", {**form, "expires_at": "2020-01-01"})
    assert 'id="e-expires_at"' in past.text
