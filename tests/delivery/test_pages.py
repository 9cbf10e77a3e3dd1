from uuid import UUID

from fastapi.testclient import TestClient

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.delivery.letters import DEAD, FAILING, announce, stored
from tests.support.people import make_company, make_person, post_form, sign_in, sign_out


def test_an_empty_desk_says_so(client: TestClient, operator: Actor) -> None:
    page = sign_in(client, operator).get("/delivery")
    assert page.status_code == 200
    assert "Everything was delivered" in page.text
    assert "Deliver again" not in page.text


def test_the_desk_shows_counts_rows_and_buttons(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    lamp = new_id()
    dead = announce(runtime, aggregate=lamp, **{**DEAD, "error": "ValueError: <b>no lamp</b>"})
    held = announce(runtime, aggregate=lamp, version=2)
    page = sign_in(client, operator).get("/delivery").text
    assert page.count("<tr data-row>") == 2
    assert f'action="/delivery/{dead}/retry"' in page
    assert f'action="/delivery/{held}/retry"' not in page
    assert f'<a href="/delivery/{dead}">held up</a>' in page
    assert "ValueError: &lt;b&gt;no lamp&lt;/b&gt;" in page
    assert "<b>no lamp" not in page
    assert "Deliver every dead letter of lamp.lit.v1 again?" in page
    assert "1d 00:00:00 ago" in page


def test_filters_narrow_the_list(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    announce(runtime, **DEAD)
    announce(runtime, "lamp.broken.v1")
    sign_in(client, operator)
    assert client.get("/delivery?state=dead").text.count("<tr data-row>") == 1
    assert client.get("/delivery?topic=lamp.broken.v1").text.count("<tr data-row>") == 1
    assert "No event matches" in client.get("/delivery?state=failing").text
    refused = client.get("/delivery?state=delivered")
    assert refused.status_code == 200
    assert "error-summary" in refused.text


def test_pages_follow_each_other(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    for _ in range(51):
        announce(runtime)
    sign_in(client, operator)
    first = client.get("/delivery?topic=lamp.lit.v1").text
    assert first.count("<tr data-row>") == 50
    href = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = client.get(href).text
    assert second.count("<tr data-row>") == 1
    assert 'rel="prev" href="/delivery?topic=lamp.lit.v1"' in second


def test_one_event_with_payload_and_error(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    lamp = new_id()
    dead = announce(runtime, aggregate=lamp, **DEAD)
    held = announce(runtime, aggregate=lamp, version=2)
    row = stored(runtime, dead)
    page = sign_in(client, operator).get(f"/delivery/{dead}").text
    assert row.payload["lamp_id"] in page
    assert str(row.org_ids[0]) in page
    assert "ValueError: no lamp" in page
    assert "1 event of the same thing waits behind this one." in page
    assert "Wei Zhang" not in page
    assert f'action="/delivery/{dead}/retry"' in page
    other = client.get(f"/delivery/{held}").text
    assert "This one waits until an earlier one is delivered." in other
    assert f'href="/delivery/{dead}"' in other
    assert client.get(f"/delivery/{new_id()}").status_code == 404


def test_sending_one_again(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    event_id = announce(runtime, **DEAD)
    sign_in(client, operator)
    answer = post_form(client, f"/delivery/{event_id}/retry", {})
    assert (answer.status_code, answer.headers["location"]) == (303, f"/delivery/{event_id}")
    assert "lamp.lit.v1 is sent again." in client.get(f"/delivery/{event_id}").text
    assert stored(runtime, event_id).dead_at is None
    second = post_form(client, f"/delivery/{event_id}/retry", {})
    assert second.status_code == 409
    assert "The status is waiting; the step retry needs one of: dead." in second.text


def test_sending_a_topic_again(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    dead = [announce(runtime, **DEAD) for _ in range(2)]
    failing = announce(runtime, **FAILING)
    sign_in(client, operator)
    answer = post_form(client, "/delivery/retry", {"topic": "lamp.lit.v1"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/delivery")
    assert "lamp.lit.v1: 2 sent again." in client.get("/delivery").text
    assert [stored(runtime, event_id).dead_at for event_id in dead] == [None, None]
    assert stored(runtime, failing).attempts == 3
    post_form(client, "/delivery/retry", {"topic": ""})
    assert "Choose a topic first." in client.get("/delivery").text


def test_the_auditor_looks_and_has_no_buttons(client: TestClient, runtime: Runtime, auditor: Actor) -> None:
    event_id = announce(runtime, **DEAD)
    sign_in(client, auditor)
    for url in ("/delivery", f"/delivery/{event_id}"):
        page = client.get(url)
        assert page.status_code == 200
        assert "lamp.lit.v1" in page.text
        assert "/retry" not in page.text
    assert post_form(client, f"/delivery/{event_id}/retry", {}).status_code == 403
    assert post_form(client, "/delivery/retry", {"topic": "lamp.lit.v1"}).status_code == 403
    assert stored(runtime, event_id).dead_at is not None


def test_companies_and_strangers_are_turned_away(client: TestClient, runtime: Runtime, operator: Actor) -> None:
    event_id: UUID = announce(runtime, **DEAD)
    sign_in(client, operator)
    assert 'href="/delivery"' in client.get("/delivery").text
    sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_ADMIN))
    assert client.get("/delivery").status_code == 403
    assert client.get(f"/delivery/{event_id}").status_code == 403
    assert 'href="/delivery"' not in client.get("/account").text
    sign_out(client)
    assert client.get("/delivery").status_code == 401


def test_the_desk_speaks_chinese(client: TestClient, runtime: Runtime, home: UUID) -> None:
    event_id = announce(runtime, **DEAD)
    sign_in(client, make_person(runtime, home, Role.PLATFORM_OPERATOR, locale="zh-CN"))
    assert "重新投递 lamp.lit.v1 的所有死信？" in client.get("/delivery").text
    assert "最近一次尝试的报错" in client.get(f"/delivery/{event_id}").text
