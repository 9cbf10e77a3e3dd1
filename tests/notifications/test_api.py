from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, update

from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.money import Money
from b2b_market.kernel.permission import Role
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.public import Message, Recipient, notify
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Actor, system_actor
from tests.notifications.sample_types import LampLit, PasswordLost
from tests.support.people import make_company, make_person, sign_in, sign_out
from tests.support.works import work_for

API = "/api/v1/notifications"
LAMP = new_id()
FACTS = {
    "name": "大灯",
    "at": datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    "day": datetime(2026, 11, 23, tzinfo=UTC).date(),
    "price": Money.of("12.50", "CNY"),
    "watts": 60,
}


@pytest.fixture
def reader(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER, timezone="Asia/Shanghai")


def tell(runtime: Runtime, reader: Actor, **more: Any) -> None:
    machine = system_actor("test")
    to = Recipient(address="a@example.com", user_id=reader.user_id, org_id=reader.org_id)
    message = {"object_type": "lamp", "object_id": LAMP, "object_name": "Lamp 1", "facts": FACTS, "link": "/lamps/1"}
    with work_for(runtime, machine) as work:
        notify(work, [to], Message(type=LampLit, **{**message, **more}))


def test_messages_are_written_in_the_readers_language_and_zone(
    client: TestClient, runtime: Runtime, reader: Actor
) -> None:
    tell(runtime, reader)
    (found,) = sign_in(client, reader).get(API).json()["items"]
    assert found["subject"] == "The lamp 大灯 is lit"
    assert found["body"] == (
        "It was lit at 22 Nov 2026 16:30 (UTC+08:00) on 23 Nov 2026 for CNY\u00a012.50.\n\nIt has 60 W."
    )
    assert (found["object_type"], found["object_id"], found["object_name"]) == ("lamp", str(LAMP), "Lamp 1")
    assert (found["link"], found["read_at"], found["kind"]) == ("/lamps/1", None, LampLit.code)


def test_reading_one_and_counting(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    tell(runtime, reader)
    tell(runtime, reader)
    signed_in = sign_in(client, reader)
    assert signed_in.get(f"{API}/unread").json() == {"unread": 2}
    first = signed_in.get(API).json()["items"][0]
    read = signed_in.post(f"{API}/{first['id']}/read")
    assert read.status_code == 200
    assert read.json()["read_at"] is not None
    assert signed_in.get(f"{API}/unread").json() == {"unread": 1}
    assert len(signed_in.get(API, params={"unread": True}).json()["items"]) == 1


def test_groups_and_reading_them(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    tell(runtime, reader)
    tell(runtime, reader)
    tell(runtime, reader, object_id=new_id(), object_name="Lamp 2")
    signed_in = sign_in(client, reader)
    groups = signed_in.get(f"{API}/groups").json()["items"]
    assert sorted((group["latest"]["object_name"], group["count"], group["unread"]) for group in groups) == [
        ("Lamp 1", 2, 2),
        ("Lamp 2", 1, 1),
    ]
    until = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    body = {"until": until, "object_type": "lamp", "object_id": str(LAMP)}
    assert signed_in.post(f"{API}/read", json=body).json() == {"marked": 2}
    assert signed_in.post(f"{API}/read", json={"until": "2020-01-01T00:00:00Z"}).json() == {"marked": 0}
    assert signed_in.post(f"{API}/read", json={"until": until}).json() == {"marked": 1}
    assert signed_in.get(f"{API}/groups", params={"unread": True}).json()["items"] == []
    one_thing = signed_in.get(API, params={"object_type": "lamp", "object_id": str(LAMP)}).json()
    assert len(one_thing["items"]) == 2


def test_pages_join(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    for number in range(5):
        tell(runtime, reader, object_id=new_id(), object_name=str(number))
    signed_in = sign_in(client, reader)
    for path in (API, f"{API}/groups"):
        whole = signed_in.get(path).json()["items"]
        first = signed_in.get(path, params={"limit": 3}).json()
        rest = signed_in.get(path, params={"limit": 3, "cursor": first["next_cursor"]}).json()
        assert first["items"] + rest["items"] == whole
        assert len(whole) == 5
        assert signed_in.get(path, params={"cursor": "WyJhIiwiYiJd"}).status_code == 400


def test_choices(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    signed_in = sign_in(client, reader)
    before = {item["code"]: item for item in signed_in.get(f"{API}/settings").json()["items"]}
    expected = {"code": LampLit.code, "label": "Lamps", "in_app": True, "mail": True, "obligatory": False}
    assert before[LampLit.code] == expected
    assert before[PasswordLost.code]["obligatory"] is True
    choice = {"code": LampLit.code, "in_app": False, "mail": True}
    after = signed_in.put(f"{API}/settings", json={"choices": [choice]})
    assert {item["code"]: item for item in after.json()["items"]}[LampLit.code] == {**expected, "in_app": False}
    tell(runtime, reader)
    assert signed_in.get(API).json()["items"] == []


@pytest.mark.parametrize(
    ("choices", "status", "code"),
    [
        ([{"code": "test.unheard-of", "in_app": True, "mail": True}], 422, "unknown-message-type"),
        ([{"code": PasswordLost.code, "in_app": False, "mail": False}], 409, "obligatory-message"),
        ([{"code": LampLit.code, "in_app": "yes", "mail": True}], 422, None),
        ([{"code": LampLit.code, "in_app": True}], 422, None),
        ([{"code": LampLit.code, "in_app": True, "mail": True, "sms": True}], 422, None),
    ],
)
def test_wrong_choices_are_refused(
    client: TestClient, reader: Actor, choices: list[dict[str, Any]], status: int, code: str | None
) -> None:
    signed_in = sign_in(client, reader)
    before = signed_in.get(f"{API}/settings").json()
    answer = signed_in.put(f"{API}/settings", json={"choices": choices})
    assert answer.status_code == status
    assert code is None or answer.json()["code"] == code
    assert signed_in.get(f"{API}/settings").json() == before


def test_a_colleagues_message_looks_like_none(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    tell(runtime, reader)
    message_id = sign_in(client, reader).get(API).json()["items"][0]["id"]
    colleague = sign_in(client, make_person(runtime, reader.org_id, Role.BUYER_ADMIN))
    assert colleague.get(API).json()["items"] == []
    answer = colleague.post(f"{API}/{message_id}/read")
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert colleague.post(f"{API}/{uuid4()}/read").status_code == 404


@pytest.mark.parametrize("path", ["", "/groups", "/unread", "/settings", "/mail/failed"])
def test_strangers_are_turned_away(client: TestClient, path: str) -> None:
    answer = sign_out(client).get(API + path)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def given_up(runtime: Runtime, reader: Actor) -> UUID:
    tell(runtime, reader)
    machine = system_actor("test")
    with work_for(runtime, machine) as work:
        work.act_for(Tenant(machine=True))
        work.session.execute(update(NotificationMail).values(status=MailStatus.DEAD, attempts=24, error="550 gone"))
        return work.session.scalars(select(NotificationMail.id)).one()


def test_the_operator_sends_a_mail_again(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    mail_id = given_up(runtime, reader)
    platform = make_company(runtime, "The platform", (), platform=True)
    operator = sign_in(client, make_person(runtime, platform, Role.PLATFORM_OPERATOR))
    (found,) = operator.get(f"{API}/mail/failed").json()["items"]
    assert found["id"] == str(mail_id)
    assert (found["address"], found["attempts"], found["error"]) == ("a@example.com", 24, "550 gone")
    assert set(found) == {"id", "kind", "address", "attempts", "error", "created_at"}
    again = operator.post(f"{API}/mail/{mail_id}/retry")
    assert (again.status_code, again.json()["attempts"]) == (200, 0)
    assert operator.get(f"{API}/mail/failed").json()["items"] == []
    assert operator.post(f"{API}/mail/{mail_id}/retry").status_code == 404


def test_others_do_not_look_after_mail(client: TestClient, runtime: Runtime, reader: Actor) -> None:
    mail_id = given_up(runtime, reader)
    signed_in = sign_in(client, reader)
    assert signed_in.get(f"{API}/mail/failed").status_code == 403
    assert signed_in.post(f"{API}/mail/{mail_id}/retry").status_code == 403
