"""The editor saves itself, a part of a long draft at a time; a conflict and what is wrong are said, nothing is lost."""

from typing import Any
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.rfq.commands.requests import ListRfqs
from b2b_market.rfq.service import drafting
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, tree, words
from tests.rfq.test_pages_editor import FORM, line, typed
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read
from tests.support.works import work_for


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def purchaser(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def opened(client: TestClient, rfq_id: UUID, start: int = 0) -> dict[str, Any]:
    return filled(page(client, f"/rfqs/{rfq_id}/edit?start={start}"), FORM)


def autosaved(client: TestClient, path: str, data: dict[str, Any]) -> tuple[Response, dict[str, Any]]:
    """Send a form as save.js does; return the answer, and what the form holds with what the answer carries."""
    answer = send(client, path, {**data, "autosave": "1"})
    assert answer.status_code == 200, answer.text
    box = tree(answer.text).get_element_by_id("saving")
    carried = {field.get("name"): field.get("value") for field in box.xpath(".//input")}
    return answer, {**data, **carried}


def state(answer: Response) -> tuple[str, str]:
    box = tree(answer.text).get_element_by_id("saving")
    return box.get("data-state"), words(box.xpath(".//*[@data-said]")[0])


def names(runtime: Runtime, market: Market, rfq_id: UUID) -> list[str]:
    return [need.item_name for need in read(runtime, market.purchaser, rfq_id).lines]


def drafts(runtime: Runtime, market: Market) -> list[UUID]:
    with work_for(runtime, market.purchaser) as work:
        return [rfq.id for rfq in drafting.list_rfqs(work, market.purchaser, ListRfqs()).items]


class TestNew:
    def test_a_draft_is_made_with_its_first_line_and_goes_on_as_its_own(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        data = typed(market)
        bare = {name: value for name, value in data.items() if not name.startswith("lines-")}
        answer, _ = autosaved(purchaser, "/rfqs/new", bare)
        assert state(answer) == ("waiting", "Saved by itself once it has a title and a line.")
        assert drafts(runtime, market) == []
        answer, data = autosaved(purchaser, "/rfqs/new", data)
        assert state(answer)[0] == "saved"
        (rfq_id,) = drafts(runtime, market)
        place = tree(answer.text).get_element_by_id("saving").get("data-place")
        assert place == f"/rfqs/{rfq_id}/edit"
        assert (data["version"], data["first"], data["beyond"]) == ("1", "0", "2")
        del data["idempotency_key"]
        answer, data = autosaved(purchaser, place, data | line(3, item_name="Nut"))
        assert (state(answer)[0], data["version"], data["beyond"]) == ("saved", "2", "3")
        assert names(runtime, market, rfq_id) == ["Bolt M16", "Pipe", "Nut"]

    def test_the_button_after_the_first_saving_makes_no_second_draft(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        data = typed(market)
        autosaved(purchaser, "/rfqs/new", data)
        answer = send(purchaser, "/rfqs/new", data)
        assert answer.headers["location"] == f"/rfqs/{drafts(runtime, market)[0]}/edit"
        assert len(drafts(runtime, market)) == 1

    def test_what_is_wrong_is_named_and_nothing_is_made(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        answer, _ = autosaved(purchaser, "/rfqs/new", typed(market, **{"lines-2-quantity": "12,5"}))
        said = ("wrong", "Not saved yet. Line 3, Quantity: Write a number such as 1250 or 1,250.50.")
        assert state(answer) == said
        answer, _ = autosaved(purchaser, "/rfqs/new", typed(market, **{"lines-0-quantity": "0"}))
        assert state(answer) == ("wrong", "Not saved yet. Line 1, Quantity: The quantity must be more than zero.")
        assert drafts(runtime, market) == []

    def test_the_same_wrong_form_twice_is_no_fault(self, market: Market, purchaser: TestClient) -> None:
        data = typed(market, title="")
        assert [send(purchaser, "/rfqs/new", data).status_code for _ in range(2)] == [422, 422]


class TestEditing:
    def test_each_saving_hands_on_the_version(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = make_draft(runtime, market)
        url, data = f"/rfqs/{content.rfq.id}/edit", opened(purchaser, content.rfq.id)
        for number, title in enumerate(("One", "Two", "Three"), start=2):
            answer, data = autosaved(purchaser, url, data | {"title": title})
            assert (state(answer)[0], data["version"]) == ("saved", str(number))
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Three"
        assert "Three" in followed(purchaser, send(purchaser, url, data))

    def test_nothing_is_written_where_nothing_changed(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, estimate="900"))
        answer, data = autosaved(purchaser, f"/rfqs/{content.rfq.id}/edit", opened(purchaser, content.rfq.id))
        assert (state(answer)[0], data["version"]) == ("saved", "1")
        assert read(runtime, market.purchaser, content.rfq.id).rfq.version == 1

    def test_a_conflict_is_shown_and_settled_knowingly(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market)
        url = f"/rfqs/{content.rfq.id}/edit"
        mine, theirs = opened(purchaser, content.rfq.id), opened(purchaser, content.rfq.id)
        autosaved(purchaser, url, theirs | {"title": "Theirs"})
        answer, mine = autosaved(purchaser, url, mine | {"title": "Mine"})
        assert state(answer)[0] == "conflict"
        assert "somebody else has changed this draft" in state(answer)[1]
        assert f'href="{url}"' in answer.text
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Theirs"
        (over,) = tree(answer.text).xpath("//button[@name='over']/@value")
        assert (over, mine["version"]) == ("2", "1")
        followed(purchaser, send(purchaser, url, mine | {"over": over}))
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Mine"

    def test_what_was_submitted_meanwhile_is_not_saved(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = publish(runtime, market)
        data = {**typed(market), "version": str(content.rfq.version), "first": "0", "beyond": "2"}
        answer, _ = autosaved(purchaser, f"/rfqs/{content.rfq.id}/edit", data)
        assert state(answer)[0] == "refused"
        assert read(runtime, market.purchaser, content.rfq.id).rfq.title == "Spare parts"

    def test_others_are_refused(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = make_draft(runtime, market)
        url, data = f"/rfqs/{content.rfq.id}/edit", {**typed(market), "version": "1", "autosave": "1"}
        sign_in(client, market.approver)
        assert send(client, url, data).status_code == 403
        sign_in(client, make_market(runtime, 0).purchaser)
        assert send(client, url, data).status_code == 404
        assert read(runtime, market.purchaser, content.rfq.id).rfq.version == 1

    def test_in_chinese(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = make_draft(runtime, market)
        sign_in(client, make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN"))
        data = opened(client, content.rfq.id) | {"lines-1-quantity": ""}
        answer, _ = autosaved(client, f"/rfqs/{content.rfq.id}/edit", data)
        assert state(answer) == ("wrong", "尚未保存。第 2 行，数量：请填写此项。")


class TestLongDrafts:
    def test_a_part_is_shown_and_saved_and_the_others_stay(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 250))
        url, data = f"/rfqs/{content.rfq.id}/edit", opened(purchaser, content.rfq.id, 130)
        assert (data["first"], data["beyond"], data["unloaded"]) == ("100", "200", "150")
        assert "lines-100-item_name" in data
        assert not {"lines-99-item_name", "lines-200-item_name"} & set(data)
        changed = data | {"lines-103-item_name": "Changed", **line(260, item_name="Added")}
        _, data = autosaved(purchaser, url, changed)
        assert (data["first"], data["beyond"], data["unloaded"]) == ("100", "201", "150")
        again = {**data, "lines-104-item_name": "Also changed"}
        assert state(autosaved(purchaser, url, again)[0])[0] == "saved"
        after = names(runtime, market, content.rfq.id)
        assert len(after) == 251
        assert after[:100] == [f"Item {number}" for number in range(1, 101)]
        assert (after[103], after[104], after[200]) == ("Changed", "Also changed", "Added")
        assert after[201:] == [f"Item {number}" for number in range(201, 251)]
        assert len(read(runtime, market.purchaser, content.rfq.id).targets) == 250

    def test_buttons_save_and_lead_on(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 250))
        url = f"/rfqs/{content.rfq.id}/edit"
        shown = page(purchaser, f"{url}?start=100")
        assert tree(shown).xpath("//button[@name='go']/@value") == ["0", "200"]
        assert "Lines 101 to 200 of 250; the others stay as they are." in words(tree(shown))
        data = filled(shown, FORM) | {"lines-100-note": "urgent", "go": "200"}
        answer = send(purchaser, url, data)
        assert answer.headers["location"] == f"{url}?start=200#f-lines"
        last = filled(page(purchaser, f"{url}?start=200"), FORM)
        assert (last["first"], last["beyond"]) == ("200", "250")
        assert read(runtime, market.purchaser, content.rfq.id).lines[100].note == "urgent"

    def test_an_error_stands_at_its_line_and_nothing_else_is_lost(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 120))
        url, data = f"/rfqs/{content.rfq.id}/edit", opened(purchaser, content.rfq.id, 100)
        wrong = data | {"lines-105-quantity": "0"}
        answer, _ = autosaved(purchaser, url, wrong)
        assert state(answer)[1] == "Not saved yet. Line 106, Quantity: The quantity must be more than zero."
        shown = send(purchaser, url, wrong)
        assert errors(main(shown)) == {"lines-105-quantity": "The quantity must be more than zero."}
        again = filled(main(shown), FORM) | {"lines-105-quantity": "5"}
        followed(purchaser, send(purchaser, url, again))
        assert len(names(runtime, market, content.rfq.id)) == 120

    def test_a_conflict_in_a_part_cannot_be_saved_over(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 120))
        url, data = f"/rfqs/{content.rfq.id}/edit", opened(purchaser, content.rfq.id)
        autosaved(purchaser, url, opened(purchaser, content.rfq.id) | {"title": "Theirs"})
        answer, _ = autosaved(purchaser, url, data | {"title": "Mine"})
        assert state(answer)[0] == "conflict"
        assert 'name="over"' not in answer.text

    def test_a_part_that_was_emptied_is_gone(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 120))
        data = opened(purchaser, content.rfq.id)
        left = {name: value for name, value in data.items() if not name.startswith("lines-")}
        answer, after = autosaved(purchaser, f"/rfqs/{content.rfq.id}/edit", left)
        assert (state(answer)[0], after["first"], after["beyond"]) == ("saved", "0", "0")
        assert names(runtime, market, content.rfq.id) == [f"Item {number}" for number in range(101, 121)]

    @pytest.mark.parametrize("lines", [100, 101, 1000])
    def test_the_page_stays_small(self, runtime: Runtime, market: Market, purchaser: TestClient, lines: int) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, lines))
        answer = purchaser.get(f"/rfqs/{content.rfq.id}/edit", headers=HTML)
        assert len(answer.content) <= 250_000
        assert len(tree(answer.text).xpath("//*")) <= 8_000
        assert ('name="go"' in answer.text) == (lines > 100)

    def test_a_line_beyond_the_end_opens_the_last_part(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = make_draft(runtime, market, draft_command(market.suppliers, 120))
        assert opened(purchaser, content.rfq.id, 99_999)["first"] == "100"
        empty = make_draft(runtime, market, draft_command(market.suppliers, 0))
        assert "lines-0-item_name" in opened(purchaser, empty.rfq.id, 7)
