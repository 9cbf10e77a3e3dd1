"""The supplier's side: the quotation editor, receipts, revisions and withdrawal."""

import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.infra.signing import verify
from b2b_market.kernel.permission import Role
from b2b_market.rfq.commands.requests import ReadQuote, ReadRfq
from b2b_market.rfq.service import quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.rfq.states import QuoteStatus
from tests.rfq.forms import HTML, errors, filled, followed, main, page, send, summary, text_of
from tests.support.people import make_person, sign_in
from tests.support.rfqs import Market, close, draft_command, make_market, publish, submit
from tests.support.works import work_for

FORM = "quote-form"
HTMX = {"hx-request": "true"}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 3))


@pytest.fixture
def sales(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.sales[0])


def field(content: RfqContent, line: int, name: str) -> str:
    return f"line-{content.lines[line].id}-{name}"


def priced(content: RfqContent, *prices: str) -> dict[str, str]:
    return {field(content, line, "unit_price"): price for line, price in enumerate(prices)}


def editor(client: TestClient, content: RfqContent) -> dict[str, Any]:
    return filled(page(client, f"/rfqs/{content.rfq.id}/quote"), FORM)


def url(content: RfqContent) -> str:
    return f"/rfqs/{content.rfq.id}/quote"


def own(runtime: Runtime, market: Market, rfq_id: UUID, number: int = 0) -> QuoteContent | None:
    """Return a supplier's quotation as stored."""
    actor = market.sales[number]
    with work_for(runtime, actor) as work:
        found = quoting.list_quotes(work, actor, ReadRfq(rfq_id))
        return quoting.read_quote(work, actor, ReadQuote(found[0].id)) if found else None


class TestQuoting:
    def test_the_form_starts_with_the_lines_and_usual_values(self, content: RfqContent, sales: TestClient) -> None:
        html = page(sales, url(content))
        sent = filled(html, FORM)
        assert sent["currency"] == "CNY"
        assert content.rfq.closes_at is not None
        assert sent["valid_until"] == (content.rfq.closes_at + timedelta(days=30)).date().isoformat()
        assert [sent[field(content, line, "unit_price")] for line in range(3)] == ["", "", ""]
        assert "0 of 3" in html
        assert "version" not in sent

    def test_a_quotation_is_received_and_receipted(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        data = editor(sales, content) | priced(content, "9.5", "", "1,234.123456")
        data |= {
            "default_lead_days": "21",
            field(content, 2, "lead_days"): "7",
            field(content, 2, "min_quantity"): "10",
            field(content, 2, "quantity"): "60",
            field(content, 2, "alternative"): "Another make",
            "payment_terms": "60 days",
        }
        shown = followed(sales, send(sales, url(content), data))
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        first, third = stored.lines
        assert (first.unit_price, first.lead_days, first.quantity) == (Decimal("9.5"), 21, Decimal(100))
        assert (third.unit_price, third.lead_days, third.min_quantity) == (Decimal("1234.123456"), 7, Decimal(10))
        assert (third.quantity, third.alternative) == (Decimal(60), "Another make")
        assert stored.quote.payment_terms == "60 days"
        said = text_of(shown).replace("\u00a0", " ")
        receipt = stored.revisions[0]
        for expected in (
            "Received. Here is your signed receipt.",
            stored.quote.number,
            bytes(receipt.content_hash).hex(),
            bytes(receipt.signature).hex(),
            receipt.key_id,
            f"{receipt.received_at:%Y-%m-%d %H:%M:%S} UTC",
            "CNY 1,234.123456",
            "CNY 74,997.41",
            "2 of 3",
        ):
            assert expected in said
        statement = quoting.receipt_statement(stored.quote, receipt)
        assert verify(runtime.receipts.public_key, statement, bytes(receipt.signature))

    def test_two_clicks_send_one_quotation(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        data = editor(sales, content) | priced(content, "9", "8", "7")
        first, second = send(sales, url(content), data), send(sales, url(content), data)
        assert first.headers["location"] == second.headers["location"]
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert stored.quote.revision == 1

    @pytest.mark.parametrize(
        "case",
        [
            (1, "unit_price", "0", "The unit price must be more than zero."),
            (1, "unit_price", "eight", "Write a number such as 1250 or 1,250.50."),
            (1, "unit_price", "1.1234567", "Use at most 6 decimals."),
            (2, "quantity", "101", "Offer more than zero and at most the 100 requested."),
            (2, "lead_days", "1.5", "Use at most 0 decimals."),
            (2, "lead_days", "9999", "Use 3650 or less."),
            (0, "min_quantity", "0", "A minimum must be more than zero."),
        ],
    )
    def test_what_is_wrong_stands_at_its_cell_and_nothing_is_stored(
        self,
        runtime: Runtime,
        market: Market,
        content: RfqContent,
        sales: TestClient,
        case: tuple[int, str, str, str],
    ) -> None:
        line, name, value, said = case
        wrong = {field(content, line, name): value}
        data = editor(sales, content) | priced(content, "9", "8", "7") | wrong
        answer = send(sales, url(content), data)
        assert answer.status_code == 422
        html = main(answer)
        assert errors(html) == {field(content, line, name): said}
        assert len(summary(html)) == 1
        again = filled(html, FORM)
        assert {key: again[key] for key in data if key != "idempotency_key"} == {
            key: data[key] for key in data if key != "idempotency_key"
        }
        assert own(runtime, market, content.rfq.id) is None

    def test_a_form_that_was_wrong_may_be_sent_again_with_its_key(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        data = editor(sales, content) | priced(content, "9", "8", "7")
        assert send(sales, url(content), data | {field(content, 0, "unit_price"): "cheap"}).status_code == 422
        assert send(sales, url(content), data).status_code == 303
        assert own(runtime, market, content.rfq.id) is not None

    def test_errors_find_their_line_although_others_are_not_quoted(
        self, content: RfqContent, sales: TestClient
    ) -> None:
        data = editor(sales, content) | priced(content, "", "", "7") | {field(content, 2, "quantity"): "0"}
        html = main(send(sales, url(content), data))
        assert errors(html) == {field(content, 2, "quantity"): "Offer more than zero and at most the 100 requested."}

    def test_a_line_without_a_price_is_not_quoted_by_accident(self, content: RfqContent, sales: TestClient) -> None:
        data = editor(sales, content) | priced(content, "9", "", "") | {field(content, 1, "alternative"): "Other"}
        html = main(send(sales, url(content), data))
        assert errors(html) == {
            field(content, 1, "unit_price"): "Give a price, or clear the other fields of this line."
        }

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"valid_until": "2020-01-01"}, "The quotation must be valid for at least one day after today."),
            ({"valid_until": ""}, "Fill this in."),
            ({"currency": "XYZ"}, "Choose one of the list."),
        ],
    )
    def test_the_head_is_checked(
        self, content: RfqContent, sales: TestClient, changes: dict[str, str], said: str
    ) -> None:
        data = editor(sales, content) | priced(content, "9", "8", "7") | changes
        html = main(send(sales, url(content), data))
        assert errors(html) == dict.fromkeys(changes, said)

    def test_nothing_quoted_is_refused(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        answer = send(sales, url(content), editor(sales, content))
        assert answer.status_code == 422
        assert [line.endswith("Quote at least one line.") for line in summary(main(answer))] == [True]
        assert own(runtime, market, content.rfq.id) is None

    def test_a_late_one_is_refused_with_both_times(self, runtime: Runtime, market: Market, client: TestClient) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 1, hours=48))
        data = editor(sign_in(client, market.sales[0]), content) | priced(content, "9")
        assert isinstance(client.app, FastAPI)
        client.app.state.edge.runtime = replace(runtime, shift=timedelta(hours=48))
        answer = send(client, url(content), data)
        client.app.state.edge.runtime = runtime
        assert answer.status_code == 422
        (line,) = summary(main(answer))
        assert line.startswith("Quotations were accepted until ")
        assert own(runtime, market, content.rfq.id) is None

    def test_after_the_close_the_editor_is_shut(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        close(runtime, market, content.rfq.id)
        answer = sales.get(url(content), headers=HTML)
        assert "This request takes no quotations now." in followed(sales, answer)

    def test_a_buyer_and_a_stranger_do_not_quote(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        for person in (market.purchaser, make_market(runtime).sales[0]):
            sign_in(client, person)
            assert client.get(url(content), headers=HTML).status_code in (403, 404)
            assert send(client, url(content), {"idempotency_key": str(uuid4())}).status_code in (403, 404)


class TestRevising:
    def test_the_form_holds_the_live_quotation_and_the_next_revision_replaces_it(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", None, "7"])
        data = editor(sales, content)
        assert [data[field(content, line, "unit_price")] for line in range(3)] == ["9", "", "7"]
        assert data[field(content, 0, "quantity")] == ""
        assert data[field(content, 0, "lead_days")] == "14"
        data |= priced(content, "8.75", "6", "")
        shown = text_of(followed(sales, send(sales, url(content), data)))
        assert "Receipt of revision 2" in shown
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert [line.unit_price for line in stored.lines] == [Decimal("8.75"), Decimal(6)]
        assert [revision.revision for revision in stored.revisions] == [2, 1]
        for revision in stored.revisions:
            assert bytes(revision.content_hash).hex() in shown

    def test_a_sheet_of_an_older_revision_is_refused(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        submit(runtime, market.sales[0], content, ["9", "8", "7"])
        mine, theirs = editor(sales, content), editor(sales, content)
        followed(sales, send(sales, url(content), theirs | priced(content, "5", "5", "5")))
        answer = send(sales, url(content), mine | priced(content, "1", "1", "1"))
        assert answer.status_code == 422
        assert summary(main(answer))[0].startswith("You hold version 1, the current one is 2.")
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert {line.unit_price for line in stored.lines} == {Decimal(5)}

    def test_long_ones_come_in_chunks_and_what_is_not_loaded_stays(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 130))
        submit(runtime, market.sales[0], content, [str(number + 1) for number in range(130)])
        sign_in(client, market.sales[0])
        answer = client.get(url(content), headers=HTML)
        assert len(answer.content) <= 250_000
        data = filled(main(answer), FORM)
        assert data["beyond"] == "100"
        assert field(content, 100, "unit_price") not in data
        rows = client.get(url(content) + "?start=100", headers={**HTML, **HTMX}).text
        assert rows.count('name="line-') == 30 * 6
        assert "beyond" not in rows
        said = send(client, url(content) + "/what-if", data, **HTMX).text
        assert "130 of 130" in said
        followed(client, send(client, url(content), data | priced(content, "500")))
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert [line.unit_price for line in stored.lines] == [Decimal(500), *map(Decimal, range(2, 131))]


class TestCounting:
    def test_it_says_how_much_is_quoted_and_what_it_comes_to(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        data = editor(sales, content) | priced(content, "9.5", "", "2") | {field(content, 2, "quantity"): "50"}
        answer = send(sales, url(content) + "/what-if", data, **HTMX)
        said = text_of(answer.text).replace("\u00a0", " ")
        assert answer.status_code == 200
        assert "CNY 1,050.00" in said
        assert "2 of 3" in said
        assert own(runtime, market, content.rfq.id) is None

    def test_what_cannot_be_read_yet_counts_nothing(self, content: RfqContent, sales: TestClient) -> None:
        data = editor(sales, content) | priced(content, "9.5.", "x", "2") | {"currency": ""}
        said = text_of(send(sales, url(content) + "/what-if", data, **HTMX).text)
        assert "1 of 3" in said


class TestReceipt:
    def quoted(self, runtime: Runtime, market: Market, content: RfqContent) -> str:
        return f"/quotes/{submit(runtime, market.sales[0], content, ['9', '8', '7']).quote.id}"

    def test_its_buyer_reads_it_without_steps(
        self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient
    ) -> None:
        path = self.quoted(runtime, market, content)
        html = page(sign_in(client, market.purchaser), path)
        assert "Supplier 1" in html
        assert "Withdraw" not in html
        assert "Revise" not in html

    def test_a_sealed_one_is_not_there_for_its_buyer(
        self, runtime: Runtime, market: Market, client: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 3, sealed=True))
        path = self.quoted(runtime, market, content)
        page(sign_in(client, market.purchaser), path, 404)
        assert "Receipt of revision 1" in page(sign_in(client, market.sales[0]), path)

    def test_it_is_withdrawn_and_quoted_again(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        path = self.quoted(runtime, market, content)
        html = page(sales, path)
        version = re.search(r'name="version" value="(\d+)"', html)
        assert version is not None
        shown = followed(sales, send(sales, f"{path}/withdraw", {"version": version[1]}))
        assert "Withdrawn; here is the signed receipt. You may quote again until the deadline." in shown
        assert "Receipt of the withdrawal" in shown
        assert "Quote again" in shown
        assert "/withdraw" not in shown
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert stored.quote.status is QuoteStatus.WITHDRAWN
        (receipt,) = stored.revisions
        statement = quoting.withdrawal_statement(stored.quote, receipt)
        assert receipt.withdrawn_at is not None
        assert receipt.withdrawal_signature is not None
        signature = bytes(receipt.withdrawal_signature)
        assert signature.hex() in shown
        assert verify(runtime.receipts.public_key, statement, signature)
        later = {**statement, "withdrawn_at": receipt.withdrawn_at + timedelta(seconds=1)}
        assert not verify(runtime.receipts.public_key, later, signature)
        data = editor(sales, content)
        assert data[field(content, 0, "unit_price")] == "9"
        followed(sales, send(sales, url(content), data))
        again = own(runtime, market, content.rfq.id)
        assert again is not None
        assert (again.quote.status, again.quote.revision) == (QuoteStatus.SUBMITTED, 2)
        assert [one.withdrawn_at is None for one in again.revisions] == [True, False]
        told = sales.get(f"/api/v1{path}").json()["receipts"]
        assert [one["withdrawal_signature"] for one in told] == [None, signature.hex()]
        assert "Receipt of the withdrawal" not in page(sales, path)

    def test_after_the_close_no_step_is_left(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        path = self.quoted(runtime, market, content)
        close(runtime, market, content.rfq.id)
        html = page(sales, path)
        assert "/withdraw" not in html
        assert '/quote"' not in html
        answer = send(sales, f"{path}/withdraw", {"version": "1"})
        assert answer.status_code == 409
        assert len(summary(main(answer))) == 1
        stored = own(runtime, market, content.rfq.id)
        assert stored is not None
        assert stored.quote.status is QuoteStatus.SUBMITTED

    def test_it_speaks_chinese(self, runtime: Runtime, market: Market, content: RfqContent, client: TestClient) -> None:
        path = self.quoted(runtime, market, content)
        chinese = make_person(runtime, market.suppliers[0], Role.SUPPLIER_SALES, locale="zh-CN")
        said = text_of(page(sign_in(client, chinese), path))
        for expected in ("第 1 版回执", "内容 SHA-256", "未税合计", "¥2,400.00", "历次版本", "撤回"):
            assert expected in said
        assert "Receipt" not in said
