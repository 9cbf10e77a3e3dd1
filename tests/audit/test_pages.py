"""The explorer's pages: filters in the address, one entry with its proof, checkpoints, downloads, both languages."""

import re
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from tests.audit.conftest import OwnerDoes
from tests.audit.trails import entry, rows, seal, write, write_many
from tests.support.people import make_company, make_person, sign_in, sign_out


@pytest.fixture
def admin(client: TestClient, runtime: Runtime) -> Actor:
    person = make_person(runtime, make_company(runtime), Role.BUYER_ADMIN)
    sign_in(client, person)
    return person


def page(client: TestClient, path: str, **headers: str) -> str:
    answer: Response = client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


def shown_actions(html: str) -> list[str]:
    return re.findall(r'<a class="doc" href="/audit/[0-9a-f-]{36}">([^<]+)</a>', html)


def test_the_explorer_lists_and_filters_by_its_address(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    org, thing = admin.org_ids[0], new_id()
    write(runtime, entry(org, thing=thing, action="thing.made"), entry(org, denied=True), entry(new_id()), actor=admin)
    html = page(client, "/audit")
    assert sorted(shown_actions(html)) == ["thing.changed", "thing.made"]
    assert f"object_id={thing}" in html
    assert shown_actions(page(client, "/audit?outcome=denied")) == ["thing.changed"]
    assert shown_actions(page(client, f"/audit?object_id={thing}")) == ["thing.made"]
    assert shown_actions(page(client, f"/audit?actor_user_id={new_id()}")) == []
    assert shown_actions(page(client, "/audit?since=2001-01-01&until=2001-01-02")) == []
    today = page(client, "/audit?since=2001-01-01&until=2090-01-02&action=thing.made")
    assert shown_actions(today) == ["thing.made"]
    assert 'value="2001-01-01"' in today


def test_a_filter_that_cannot_be_read_is_said_and_passed_over(
    client: TestClient, runtime: Runtime, admin: Actor
) -> None:
    write(runtime, entry(admin.org_ids[0]))
    html = page(client, "/audit?object_id=seven&since=soon")
    assert "error-summary" in html
    assert shown_actions(html) == ["thing.changed"]


def test_pages_follow_each_other(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    write_many(runtime, 60, admin.org_ids[0])
    first = page(client, "/audit?object_type=thing")
    assert len(shown_actions(first)) == 50
    (following,) = re.findall(r'rel="next" href="([^"]+)"', first)
    second = page(client, following.replace("&amp;", "&"))
    assert len(shown_actions(second)) == 10
    assert 'rel="prev"' in second
    assert "object_type=thing" in following


def test_an_empty_trail_says_why(client: TestClient, admin: Actor) -> None:
    assert admin.org_ids
    assert "No entries yet" in page(client, "/audit")
    assert "No entry matches" in page(client, "/audit?action=thing.made")


def test_an_entry_that_waits_says_so(client: TestClient, runtime: Runtime, admin: Actor) -> None:
    write(runtime, entry(admin.org_ids[0]), actor=admin)
    ((event_id,),) = rows(runtime, "SELECT id FROM audit_event WHERE object_type = 'thing'")
    html = page(client, f"/audit/{event_id}")
    assert "Waiting for the sealer" in html
    assert "<del>旧</del>" in html
    assert "<ins>new</ins>" in html
    assert "Never stored" in html
    assert client.get(f"/audit/{new_id()}").status_code == 404


@pytest.mark.committed
def test_the_proof_of_an_entry_is_checked_and_shown(
    fresh_client: TestClient, fresh: Runtime, owner_does: OwnerDoes
) -> None:
    admin = make_person(fresh, make_company(fresh), Role.BUYER_ADMIN, locale="zh-CN", timezone="Asia/Shanghai")
    write_many(fresh, 7)
    write(fresh, entry(admin.org_ids[0]), actor=admin)
    seal(fresh)
    ((event_id, leaf_hash),) = rows(fresh, "SELECT id, leaf_hash FROM audit_event WHERE visible_to <> '{}'")
    sign_in(fresh_client, admin)
    html = page(fresh_client, f"/audit/{event_id}")
    assert "已证明" in html
    assert bytes(leaf_hash).hex() in html
    assert "第 7 条，共 8 条" in html
    assert f'hx-get="/audit/{event_id}"' in html
    fragment = page(fresh_client, f"/audit/{event_id}", **{"hx-request": "true"})
    assert fragment.lstrip().startswith('<div id="proof">')
    assert "<html" not in fragment
    owner_does("UPDATE audit_event SET outcome = 'denied' WHERE visible_to <> '{}'")
    assert "已被篡改" in page(fresh_client, f"/audit/{event_id}")


@pytest.mark.committed
def test_checkpoints_are_shown_and_compared(fresh_client: TestClient, fresh: Runtime, owner_does: OwnerDoes) -> None:
    admin = make_person(fresh, make_company(fresh), Role.BUYER_ADMIN)
    sign_in(fresh_client, admin)
    assert "No checkpoint yet" in page(fresh_client, "/audit/checkpoints")
    write_many(fresh, 1300)
    seal(fresh)
    html = page(fresh_client, "/audit/checkpoints")
    assert "1,300" in html
    assert "1,000" in html
    assert "Yes: the first 1,000 entries" in page(fresh_client, "/audit/checkpoints?first=1000&second=1300")
    assert "There is no checkpoint of 999 leaves." in page(fresh_client, "/audit/checkpoints?first=999&second=1300")
    assert "error-summary" in page(fresh_client, "/audit/checkpoints?first=x&second=1300")
    assert "1,300 entries sealed" in page(fresh_client, "/audit")
    owner_does("UPDATE audit_checkpoint SET root = sha256('x') WHERE size = 1000")
    assert "Not proven" in page(fresh_client, "/audit/checkpoints?first=1000&second=1300")


@pytest.mark.committed
def test_the_downloads_of_the_pages(fresh_client: TestClient, fresh: Runtime) -> None:
    admin = make_person(fresh, make_company(fresh), Role.BUYER_ADMIN)
    write(fresh, entry(admin.org_ids[0]))
    seal(fresh)
    sign_in(fresh_client, admin)
    assert 'href="/audit/export"' in page(fresh_client, "/audit")
    export = fresh_client.get("/audit/export")
    assert export.content.startswith(b'{"key_id":')
    assert b'"kind":"end"' in export.content.splitlines()[-1]
    witness = fresh_client.get("/audit/witness")
    assert witness.headers["content-disposition"] == 'attachment; filename="witness.jsonl"'
    assert witness.content.count(b'"kind":"checkpoint"') == 1


PATHS = ("/audit", "/audit/checkpoints", f"/audit/{UUID(int=7)}", "/audit/export", "/audit/witness")


@pytest.mark.parametrize("path", PATHS)
def test_who_may_not_look_is_kept_out(client: TestClient, runtime: Runtime, path: str) -> None:
    sign_out(client)
    stranger = client.get(path, headers={"accept": "text/html"})
    assert stranger.status_code in (303, 401)
    sign_in(client, make_person(runtime, make_company(runtime), Role.BUYER_PURCHASER))
    assert client.get(path, headers={"accept": "text/html"}).status_code == 403
    assert 'href="/audit"' not in client.get("/rfqs").text


def test_the_reader_without_export_has_no_button_for_it(client: TestClient, runtime: Runtime) -> None:
    sign_in(client, make_person(runtime, make_company(runtime, platform=True), Role.PLATFORM_OPERATOR))
    assert 'href="/audit/export"' not in page(client, "/audit")
