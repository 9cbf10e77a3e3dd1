from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from sqlalchemy import update

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.public import Message, Recipient, notify
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Actor, system_actor
from tests.notifications.sample_types import LampLit, PasswordLost
from tests.support.people import make_company, make_person, post_form, sign_in, sign_out
from tests.support.works import work_for

LAMP = new_id()


@pytest.fixture
def reader(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER)


def tell(runtime: Runtime, reader: Actor, **more: Any) -> None:
    machine = system_actor("test")
    to = Recipient(address="a@example.com", name="Wei", user_id=reader.user_id, org_id=reader.org_id)
    message: dict[str, Any] = {
        "type": LampLit,
        "object_type": "lamp",
        "object_id": LAMP,
        "object_name": "Lamp 1",
        "facts": {"name": "<b>bright</b>"},
        "link": "/lamps/1",
        **more,
    }
    with work_for(runtime, machine) as work:
        notify(work, [to], Message(**message))


def unread(client: TestClient) -> int:
    return int(client.get("/api/v1/notifications/unread").json()["unread"])


class TestCentre:
    def test_an_empty_inbox_says_what_will_come(self, client: TestClient, reader: Actor) -> None:
        page = sign_in(client, reader).get("/notifications")
        assert page.status_code == 200
        assert "No messages yet" in page.text
        assert "Nothing unread" in client.get("/notifications?unread=true").text

    def test_messages_are_shown_by_thing_escaped_and_opened_by_a_link(
        self, client: TestClient, runtime: Runtime, reader: Actor
    ) -> None:
        tell(runtime, reader)
        tell(runtime, reader)
        page = sign_in(client, reader).get("/notifications").text
        assert "The lamp &lt;b&gt;bright&lt;/b&gt; is lit" in page
        assert "<b>bright" not in page
        assert "2 unread" in page
        assert page.count("<tr data-row>") == 1
        assert f"/notifications/about/lamp/{LAMP}" in page
        message_id = client.get("/api/v1/notifications").json()["items"][0]["id"]
        opened = client.get(f"/notifications/{message_id}/open")
        assert (opened.status_code, opened.headers["location"]) == (303, "/lamps/1")
        assert unread(client) == 1

    def test_every_message_about_one_thing(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        tell(runtime, reader)
        tell(runtime, reader)
        page = sign_in(client, reader).get(f"/notifications/about/lamp/{LAMP}")
        assert page.status_code == 200
        assert page.text.count("<tr data-row>") == 2
        assert client.get(f"/notifications/about/lamp/{new_id()}").status_code == 404

    def test_marking_a_thing_and_all_as_read(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        tell(runtime, reader)
        tell(runtime, reader, object_id=new_id(), object_name="Lamp 2")
        signed_in = sign_in(client, reader)
        until = "2099-01-01T00:00:00+00:00"
        one = {"until": until, "object_type": "lamp", "object_id": str(LAMP)}
        assert post_form(signed_in, "/notifications/read", one).status_code == 303
        assert unread(signed_in) == 1
        post_form(signed_in, "/notifications/read", {"until": until})
        assert unread(signed_in) == 0

    @pytest.mark.parametrize("until", ["", "nonsense", "2026-11-22T00:00:00"])
    def test_a_spoilt_form_means_now(self, client: TestClient, runtime: Runtime, reader: Actor, until: str) -> None:
        tell(runtime, reader)
        signed_in = sign_in(client, reader)
        assert post_form(signed_in, "/notifications/read", {"until": until}).status_code == 303
        assert unread(signed_in) == 0

    def test_a_foreign_page_marks_nothing(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        tell(runtime, reader)
        signed_in = sign_in(client, reader)
        answer = signed_in.post("/notifications/read", data={}, headers={"sec-fetch-site": "cross-site"})
        assert answer.status_code == 403
        assert unread(signed_in) == 1

    def test_more_than_a_page_has_a_next_one(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        for _ in range(31):
            tell(runtime, reader, object_id=new_id())
        page = sign_in(client, reader).get("/notifications").text
        assert page.count("<tr data-row>") == 30
        href = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert client.get(href).text.count("<tr data-row>") == 1

    def test_the_page_speaks_chinese(self, client: TestClient, runtime: Runtime) -> None:
        wei = make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER, locale="zh-CN")
        tell(runtime, wei)
        page = sign_in(client, wei).get("/notifications").text
        assert "1 条未读" in page
        assert "全部标为已读" in page


class TestSettings:
    def test_choices_are_kept(self, client: TestClient, reader: Actor) -> None:
        signed_in = sign_in(client, reader)
        assert (
            'name="mail-test.lamp-lit" value="1" aria-label="Lamps by mail" checked'
            in signed_in.get("/notifications/settings").text
        )
        kept = post_form(signed_in, "/notifications/settings", {f"in_app-{LampLit.code}": "1"})
        assert (kept.status_code, kept.headers["location"]) == (303, "/notifications/settings")
        page = signed_in.get("/notifications/settings").text
        assert "Your choices are kept." in page
        assert 'aria-label="Lamps in the product" checked' in page
        assert 'aria-label="Lamps by mail" checked' not in page

    def test_obligatory_types_cannot_be_unticked(self, client: TestClient, reader: Actor) -> None:
        signed_in = sign_in(client, reader)
        page = signed_in.get("/notifications/settings").text
        assert 'aria-label="Lost passwords by mail" checked disabled' in page
        post_form(signed_in, "/notifications/settings", {})
        settings = {item["code"]: item for item in signed_in.get("/api/v1/notifications/settings").json()["items"]}
        assert settings[PasswordLost.code]["mail"] is True
        assert settings[LampLit.code]["mail"] is False


@pytest.mark.parametrize("path", ["/notifications", "/notifications/settings", "/notifications/mail"])
def test_strangers_are_sent_to_sign_in(client: TestClient, path: str) -> None:
    answer = sign_out(client).get(path, headers={"accept": "text/html"})
    assert answer.status_code in (303, 401)


class TestUndelivered:
    def test_the_operator_tries_again(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        tell(runtime, reader)
        machine = system_actor("test")
        with work_for(runtime, machine) as work:
            work.act_for(Tenant(machine=True))
            work.session.execute(update(NotificationMail).values(status=MailStatus.DEAD, attempts=24, error="550 gone"))
        platform = make_company(runtime, "The platform", (), platform=True)
        operator = sign_in(client, make_person(runtime, platform, Role.PLATFORM_OPERATOR))
        page = operator.get("/notifications/mail").text
        assert "a@example.com" in page
        assert "550 gone" in page
        assert "bright" not in page
        mail_id = operator.get("/api/v1/notifications/mail/failed").json()["items"][0]["id"]
        assert post_form(operator, f"/notifications/mail/{mail_id}/retry", {}).status_code == 303
        after = operator.get("/notifications/mail").text
        assert "Every mail arrived" in after
        assert "The mail to a@example.com is tried again." in after

    def test_others_may_not_look(self, client: TestClient, reader: Actor) -> None:
        assert sign_in(client, reader).get("/notifications/mail").status_code == 403


class TestMailbox:
    def test_mail_of_an_installation_without_server_is_read_here(
        self, client: TestClient, runtime: Runtime, reader: Actor
    ) -> None:
        assert "No mail yet" in client.get("/mailbox").text
        tell(runtime, reader, type=PasswordLost, secrets={"token": "s3cret"}, link="/reset?code={token}")
        page = client.get("/mailbox").text
        assert "Choose a new password" in page
        assert "a@example.com" in page
        href = page.split('href="/mailbox/')[1].split('"')[0]
        entry = client.get(f"/mailbox/{href}").text
        assert "Use the code s3cret within an hour." in entry
        assert 'href="/reset?code=s3cret"' in entry
        assert client.get(f"/mailbox/{new_id()}").status_code == 404

    def test_with_a_server_there_is_no_mailbox(self, client: TestClient, runtime: Runtime, reader: Actor) -> None:
        tell(runtime, reader)
        url = SecretStr("smtp://mail.example.com?from=market@example.com")
        edge = client.app.state.edge  # type: ignore[attr-defined]  # the TestClient's app is a FastAPI
        edge.runtime = replace(runtime, settings=runtime.settings.model_copy(update={"smtp_url": url}))
        assert client.get("/mailbox").status_code == 404
        assert client.get(f"/mailbox/{new_id()}").status_code == 404
