"""The amendment editor, the versions page, and a supplier's way back in, as a browser uses them."""

import html
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.quantity import Quantity
from b2b_market.kernel.units import unit
from b2b_market.rfq.commands.requests import ReadRfq
from b2b_market.rfq.pages.amending_form import proposed
from b2b_market.rfq.pages.drafting_form import written_moment
from b2b_market.rfq.service import quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import QuoteStatus
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, summary, tree
from tests.support.amendments import amend, amendment, line_changed
from tests.support.people import sign_in
from tests.support.rfqs import Market, draft_command, make_draft, make_market, publish, read, submit
from tests.support.works import work_for

FORM = "rfq-form"
MORE = {"quantity": Quantity(Decimal(150), unit("H87"))}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 3))


@pytest.fixture
def purchaser(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def url(content: RfqContent, tail: str = "/amend") -> str:
    return f"/rfqs/{content.rfq.id}{tail}"


def typed(client: TestClient, content: RfqContent, **changes: str) -> dict[str, Any]:
    """Return the editor's form as it stands, with changes, ready to be looked at."""
    return filled(page(client, url(content)), FORM) | {"intent": "review", "reason": "the customer asked"} | changes


def spoken(page_html: str) -> str:
    """Return what a page says, with a blank between the cells of its tables."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page_html)).split())


def status_of(runtime: Runtime, market: Market, content: RfqContent, number: int = 0) -> QuoteStatus:
    sales = market.sales[number]
    with work_for(runtime, sales) as work:
        (found,) = quoting.list_quotes(work, sales, ReadRfq(content.rfq.id))
    return found.status


class TestEditor:
    def test_it_starts_with_the_request_as_it_stands(self, purchaser: TestClient, content: RfqContent) -> None:
        sent = filled(page(purchaser, url(content)), FORM)
        assert (sent["title"], sent["lines-0-item_name"], sent["lines-2-quantity"]) == ("Spare parts", "Item 1", "100")
        assert [sent[f"lines-{n}-id"] for n in range(3)] == [str(line.id) for line in content.lines]
        assert "mode" not in sent
        assert "Amend" in page(purchaser, url(content, ""))

    def test_what_changes_is_looked_at_before_it_is_sent(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        data = typed(purchaser, content) | {"lines-0-quantity": "150", "lines-1-note": "by lorry"}
        looked = main(send(purchaser, url(content), data))
        said = spoken(looked)
        for expected in (
            "What version 2 changes",
            "1 quotation must be confirmed again",
            "Supplier 1",
            "It stays",
            "Line 1 Item 1 Quantity 100 150 Material",
            "Line 2 Item 2 Note — by lorry",
        ):
            assert expected in said, said
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1
        shown = followed(purchaser, send(purchaser, url(content), filled(looked, FORM) | {"intent": "send"}))
        assert "Version 2 is published" in shown
        assert "Must confirm version 2" in shown
        stored = read(runtime, market.purchaser, content.rfq.id)
        assert [line.quantity for line in stored.lines] == [Decimal(150), Decimal(100), Decimal(100)]
        assert [line.id for line in stored.lines] == [line.id for line in content.lines]
        assert stored.rfq.closes_at == content.rfq.closes_at  # the field shows minutes, the deadline keeps its seconds
        assert status_of(runtime, market, content) is QuoteStatus.NEEDS_CONFIRMATION

    def test_what_was_not_looked_at_is_not_sent(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        data = typed(purchaser, content) | {"lines-0-quantity": "150"}
        blind = main(send(purchaser, url(content), data | {"intent": "send"}))
        assert "What version 2 changes" in spoken(blind)
        other = filled(blind, FORM) | {"intent": "send", "lines-0-quantity": "160"}
        again = main(send(purchaser, url(content), other))
        assert "Quantity 100 160" in spoken(again)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1

    def test_lines_are_withdrawn_and_added(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        data = {name: value for name, value in typed(purchaser, content).items() if not name.startswith("lines-1-")}
        fresh = {
            "item_name": "Gasket",
            "quantity": "20",
            "unit": "piece",
            "target_price": "3",
            "required_on": "2098-01-31",
        }
        data |= {f"lines-7-{name}": value for name, value in fresh.items()} | {"default_place": "Dalian"}
        looked = main(send(purchaser, url(content), data))
        assert "Line 2 Item 2 Withdrawn" in spoken(looked)
        assert "Line 4 Gasket New — Quantity 20 · Unit" in spoken(looked)
        assert send(purchaser, url(content), filled(looked, FORM) | {"intent": "send"}).status_code == 303
        stored = read(runtime, market.purchaser, content.rfq.id)
        assert [(line.position, line.item_name) for line in stored.lines] == [
            (1, "Item 1"),
            (3, "Item 3"),
            (4, "Gasket"),
        ]

    def test_a_deadline_that_is_too_soon_is_moved_by_one_button(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, hours=6))
        looked = main(send(purchaser, url(content), typed(purchaser, content) | {"lines-0-quantity": "150"}))
        assert "The deadline must move" in spoken(looked)
        assert 'value="send"' not in looked
        moved = main(send(purchaser, url(content), filled(looked, FORM) | {"intent": "extend"}))
        assert "The deadline moves" in spoken(moved)
        sent = send(purchaser, url(content), filled(moved, FORM) | {"intent": "send"})
        assert sent.status_code == 303, summary(main(sent))
        closes_at = read(runtime, market.purchaser, content.rfq.id).rfq.closes_at
        assert closes_at is not None
        assert timedelta(hours=24) < closes_at - datetime.now(UTC) <= timedelta(hours=25, minutes=15)

    def test_what_is_wrong_stands_at_its_field(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        answer = send(purchaser, url(content), typed(purchaser, content) | {"lines-1-quantity": "many", "title": ""})
        assert answer.status_code == 422
        assert set(errors(main(answer))) == {"lines-1-quantity", "title"}
        same = send(purchaser, url(content), typed(purchaser, content))
        assert summary(main(same)) == [
            "Change something that suppliers see: targets and the hidden estimate alone make no new version."
        ]
        looked = main(send(purchaser, url(content), typed(purchaser, content, reason="") | {"lines-0-quantity": "150"}))
        unsaid = send(purchaser, url(content), filled(looked, FORM) | {"intent": "send"})
        assert (unsaid.status_code, len(summary(main(unsaid)))) == (422, 1)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 1

    def test_two_clicks_make_one_version(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        looked = main(send(purchaser, url(content), typed(purchaser, content) | {"lines-0-quantity": "150"}))
        data = filled(looked, FORM) | {"intent": "send"}
        first, second = send(purchaser, url(content), data), send(purchaser, url(content), data)
        assert (first.status_code, second.status_code) == (303, 303)
        assert read(runtime, market.purchaser, content.rfq.id).rfq.edition == 2

    def test_lines_that_were_not_loaded_stay_as_they_are(
        self, runtime: Runtime, market: Market, purchaser: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 105))
        data = typed(purchaser, content) | {"lines-0-quantity": "150"}
        assert "lines-100-item_name" not in data
        looked = main(send(purchaser, url(content), data))
        assert send(purchaser, url(content), filled(looked, FORM) | {"intent": "send"}).status_code == 303
        stored = read(runtime, market.purchaser, content.rfq.id)
        assert [line.id for line in stored.lines] == [line.id for line in content.lines]
        more = purchaser.get(url(content, "/amend?start=100"), headers={**HTML, "hx-request": "true"}).text
        assert f'value="{content.lines[104].id}"' in more

    def test_only_a_published_request_of_the_own_company_is_amended(
        self, runtime: Runtime, market: Market, client: TestClient, purchaser: TestClient, content: RfqContent
    ) -> None:
        draft = make_draft(runtime, market)
        assert "Only a published request can be amended." in followed(
            purchaser, purchaser.get(url(draft), headers=HTML)
        )
        sign_in(client, market.sales[0])
        assert client.get(url(content), headers=HTML).status_code == 403
        sign_in(client, make_market(runtime).purchaser)
        assert client.get(url(content), headers=HTML).status_code == 404


class TestVersions:
    def test_every_version_and_the_difference_of_any_two_are_shown_to_both_sides(
        self, runtime: Runtime, market: Market, client: TestClient, content: RfqContent
    ) -> None:
        first = amend(
            runtime, market.purchaser, amendment(content, line_changed(0, **MORE, target_price=Decimal("71.5519")))
        )
        amend(runtime, market.purchaser, amendment(first, lambda draft: replace(draft, title="Spares")))
        for person in (market.purchaser, market.sales[0]):
            sign_in(client, person)
            said = spoken(page(client, url(content, "/editions")))
            assert "From version 2 to version 3" in said
            assert "the customer asked for it" in said
            both = spoken(page(client, url(content, "/editions?before=1&after=3")))
            assert "Request for quotation Title Spare parts Spares" in both
            assert "Quantity 100 150 Material" in both
            old = page(client, url(content, "/editions/1"))
            assert "This version was replaced" in old
            assert "Spare parts" in old
            assert "71.5519" not in page(client, url(content, "/editions/2"))
            assert client.get(url(content, "/editions/9"), headers=HTML).status_code == 404

    def test_a_draft_has_no_versions_page(self, runtime: Runtime, market: Market, purchaser: TestClient) -> None:
        assert purchaser.get(url(make_draft(runtime, market), "/editions"), headers=HTML).status_code == 404


class TestConfirming:
    def test_one_click_lets_a_quotation_stand_again(
        self, runtime: Runtime, market: Market, client: TestClient, content: RfqContent
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE)))
        sales = sign_in(client, market.sales[0])
        shown = page(sales, url(content, ""))
        assert "Your quotation must be confirmed" in shown
        assert f"{url(content, '/editions')}?before=1&amp;after=2" in shown
        (form,) = [one for one in forms(shown) if one["action"].endswith("/confirm")]
        receipt = spoken(followed(sales, send(sales, form["action"], form["fields"])))
        assert "Confirmed. Here is your new signed receipt." in receipt
        assert status_of(runtime, market, content) is QuoteStatus.SUBMITTED
        late = send(sales, form["action"], form["fields"])
        assert late.status_code == 409
        assert "Submitted" in spoken(main(late))

    def test_what_does_not_fit_is_revised_and_the_old_quotation_reads_as_it_was_given(
        self, runtime: Runtime, market: Market, client: TestClient, content: RfqContent
    ) -> None:
        sent = submit(runtime, market.sales[0], content, ["9", "9", "9"])
        kilos = {"quantity": Quantity(Decimal(100), unit("KGM"))}
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **kilos), without=[1]))
        sales = sign_in(client, market.sales[0])
        quote = page(sales, f"/quotes/{sent.quote.id}")
        assert "Revise it: lines 1, 2 are withdrawn" in quote
        assert not [one for one in forms(quote) if one["action"].endswith("/confirm")]
        assert "Item 2" in quote
        assert "kilogram" not in spoken(quote).lower()
        editor = page(sales, url(content, "/quote"))
        assert "The request has changed: version 2" in editor
        data = filled(editor, "quote-form")
        assert data["rfq_edition"] == "2"
        done = followed(sales, send(sales, url(content, "/quote"), data))
        assert "Received. Here is your signed receipt." in done
        assert status_of(runtime, market, content) is QuoteStatus.SUBMITTED

    def test_who_wrote_on_the_old_version_is_told_and_keeps_what_was_typed(
        self, runtime: Runtime, market: Market, client: TestClient, content: RfqContent
    ) -> None:
        sales = sign_in(client, market.sales[0])
        data = filled(page(sales, url(content, "/quote")), "quote-form")
        data[f"line-{content.lines[0].id}-unit_price"] = "9.25"
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE)))
        refused = send(sales, url(content, "/quote"), data)
        assert refused.status_code == 422
        assert "You answered version 1; version 2 changed it." in summary(main(refused))[0]
        again = filled(main(refused), "quote-form")
        assert (again["rfq_edition"], again[f"line-{content.lines[0].id}-unit_price"]) == ("2", "9.25")
        assert send(sales, url(content, "/quote"), again).status_code == 303

    def test_the_buyer_sees_that_a_quotation_is_not_confirmed(
        self, runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
    ) -> None:
        sent = submit(runtime, market.sales[0], content, ["9", "9", "9"])
        amend(runtime, market.purchaser, amendment(content, line_changed(0, **MORE)))
        quote = page(purchaser, f"/quotes/{sent.quote.id}")
        assert "Not confirmed" in quote
        assert not forms(quote)
        assert "amended the request" in page(purchaser, url(content, ""))


def forms(page_html: str) -> list[dict[str, Any]]:
    """Return every small form of a page: where it posts and what it sends."""
    found = tree(page_html).xpath("//form[@method='post']")
    return [
        {
            "action": form.get("action"),
            "fields": {name: value for name, value in form.form_values() if name != "csrf_token"},
        }
        for form in found
    ]


def test_deadlines_are_proposed_at_full_hours_with_some_slack() -> None:
    at = datetime(2026, 11, 22, 9, 45, tzinfo=UTC)
    assert proposed(at) == at.replace(hour=10, minute=0)
    assert proposed(at + timedelta(minutes=1)) == at.replace(hour=11, minute=0)
    assert written_moment(at, ZoneInfo("Asia/Shanghai")) == "2026-11-22T17:45"
