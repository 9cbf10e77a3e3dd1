"""Quoting in a spreadsheet and the own last prices over the API: what comes back by cell, and what is sent once."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.test_quote_workbook import COLUMN, FIRST_ROW, changed
from tests.support.amendments import amend, amendment, line_changed
from tests.support.calling import API, Caller, caller_for
from tests.support.negotiations import open_round
from tests.support.rfqs import Market, close, draft_command, make_market, publish, read, submit


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return publish(runtime, market, draft_command(market.suppliers, 3))


def saved(caller: Caller, content: RfqContent) -> bytes:
    answer = caller.get(f"/rfqs/{content.rfq.id}/quote-workbook?language=zh-CN")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"] == f'attachment; filename="{content.rfq.number}.xlsx"'
    return answer.content


def priced(*prices: object, until: str = "2099-01-31") -> Callable[[Any], None]:
    """Return a change that fills in the prices of the first lines."""

    def fill(sheet: Any) -> None:
        sheet.cell(3, 3).value = "CNY"
        sheet.cell(4, 3).value = until
        for index, price in enumerate(prices):
            sheet.cell(FIRST_ROW + index, COLUMN["unit_price"]).value = price

    return fill


def sent(
    caller: Caller, content: RfqContent, data: bytes, *, key: str | None = "book-one", version: int | None = None
) -> Any:
    headers = dict(caller.headers)
    if key is not None:
        headers["idempotency-key"] = key
    if version is not None:
        headers["if-match"] = f'"v{version}"'
    files = {"file": ("quote.xlsx", data, "application/octet-stream")}
    return caller.client.post(f"{API}/rfqs/{content.rfq.id}/quote-workbook", files=files, headers=headers)


def test_a_filled_workbook_is_sent_once_and_revised_by_version(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    sales = caller_for(client, runtime, market.sales[0])
    data = changed(saved(sales, content), priced(9.25, None, "1,250.5"))
    without = sent(sales, content, data, key=None)
    assert (without.status_code, without.json()["code"]) == (428, "idempotency-key-required")
    made = sent(sales, content, data)
    assert made.status_code == 201, made.text
    assert [(line["position"], line["unit_price"]) for line in made.json()["lines"]] == [(1, "9.25"), (3, "1250.5")]
    assert len(made.json()["receipts"]) == 1
    again = sent(sales, content, data)
    assert (again.text, again.headers["idempotent-replay"]) == (made.text, "true")
    other = changed(saved(sales, content), priced(9, 8, 7))
    assert sent(sales, content, other).json()["code"] == "idempotency-key-reused"
    assert sent(sales, content, other, key="book-two").status_code == 428
    revised = sent(sales, content, other, key="book-three", version=1)
    assert revised.status_code == 201, revised.text
    assert (revised.json()["revision"], len(revised.json()["lines"])) == (2, 3)


def test_what_is_wrong_is_told_by_cell_and_nothing_is_stored(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    sales = caller_for(client, runtime, market.sales[0])
    book = saved(sales, content)

    def spoil(sheet: Any) -> None:
        priced("soon", -1, 5, until="2020-01-01")(sheet)
        sheet.cell(5, 6).value = "dear"
        sheet.cell(FIRST_ROW + 2, COLUMN["quantity"]).value = 101

    unreadable = sent(sales, content, changed(book, spoil))
    assert (unreadable.status_code, unreadable.json()["code"]) == (422, "invalid")
    price = sheet_column("unit_price")
    assert [error["pointer"] for error in unreadable.json()["errors"]] == [
        "/cells/F5",
        f"/cells/{price}{FIRST_ROW}",
        f"/cells/{price}{FIRST_ROW + 1}",
    ]

    def unlawful(sheet: Any) -> None:
        priced(9, 8, 7, until="2020-01-01")(sheet)
        sheet.cell(FIRST_ROW + 2, COLUMN["quantity"]).value = 101

    refused = sent(sales, content, changed(book, unlawful))
    assert [error["pointer"] for error in refused.json()["errors"]] == [
        "/cells/C4",
        f"/cells/{sheet_column('quantity')}{FIRST_ROW + 2}",
    ]
    other = publish(runtime, market, draft_command(market.suppliers, 1))
    assert sent(sales, other, book).json()["code"] == "quote-workbook-other"
    assert sales.get(f"/rfqs/{content.rfq.id}/quotes").json()["items"] == []


def sheet_column(name: str) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(COLUMN[name]))


def test_a_workbook_answers_the_version_and_the_round_that_it_was_made_for(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    sales = caller_for(client, runtime, market.sales[0])
    old = changed(saved(sales, content), priced(9, 8, 7))
    amend(
        runtime,
        market.purchaser,
        amendment(read(runtime, market.purchaser, content.rfq.id), line_changed(0, item_name="X")),
    )
    outdated = sent(sales, content, old)
    assert (outdated.status_code, outdated.json()["code"]) == (409, "rfq-amended")
    assert sent(sales, content, changed(saved(sales, content), priced(9, 8, 7)), key="book-two").status_code == 201
    close(runtime, market, content.rfq.id)
    closed = sales.get(f"/rfqs/{content.rfq.id}/quote-workbook")
    assert (closed.status_code, closed.json()["code"]) == (409, "rfq-not-open")
    open_round(runtime, market, content, market.suppliers[:1])
    worse = sent(sales, content, changed(saved(sales, content), priced(9, 8, 7.5)), key="book-three")
    assert (worse.status_code, worse.json()["code"]) == (409, "quote-got-worse")
    assert [error["pointer"] for error in worse.json()["errors"]] == [
        f"/cells/{sheet_column('unit_price')}{FIRST_ROW + 2}"
    ]
    assert sent(sales, content, changed(saved(sales, content), priced(9, 8, 6)), key="book-four").status_code == 201


def test_others_get_neither_workbook_nor_prices(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    buyer = caller_for(client, runtime, market.purchaser)
    for path in ("quote-workbook", "last-prices"):
        assert buyer.get(f"/rfqs/{content.rfq.id}/{path}").status_code == 403
    hidden = publish(runtime, market, draft_command(market.suppliers[:1], 1))
    other = caller_for(client, runtime, market.sales[1])
    for path in ("quote-workbook", "last-prices"):
        assert other.get(f"/rfqs/{hidden.rfq.id}/{path}").status_code == 404


def test_the_last_prices_of_a_request_are_the_own_ones(
    client: TestClient, runtime: Runtime, market: Market, content: RfqContent
) -> None:
    earlier = publish(runtime, market, draft_command(market.suppliers, 2))
    mine = submit(runtime, market.sales[0], earlier, ["9", "8"])
    submit(runtime, market.sales[1], earlier, ["7", "6"])
    found = caller_for(client, runtime, market.sales[0]).get(f"/rfqs/{content.rfq.id}/last-prices")
    assert found.status_code == 200, found.text
    assert [(one["line_id"], one["unit_price"], one["found_by"], one["quote_id"]) for one in found.json()["items"]] == [
        (str(content.lines[0].id), "9", "item_code", str(mine.quote.id)),
        (str(content.lines[1].id), "8", "item_code", str(mine.quote.id)),
    ]
