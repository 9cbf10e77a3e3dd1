"""Quoting in a spreadsheet: what the workbook locks, what comes back by row and column, and that nothing is stored."""

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.commands.requests import ReadQuote, ReadRfq
from b2b_market.rfq.documents.quote_columns import ANSWERS, FIRST_ANSWER
from b2b_market.rfq.service import quoting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.service.quoting import QuoteContent
from b2b_market.ui.security import CSRF_HEADER
from tests.rfq.forms import HTML, filled, followed, main, send, text_of, tree
from tests.rfq.test_quote_terms import rich
from tests.rfq.test_quote_terms import send as submit_rich
from tests.support.people import form_token, sign_in
from tests.support.rfqs import Market, draft_command, make_market, need, publish
from tests.support.works import work_for

COLUMN = {answer.name: FIRST_ANSWER + 1 + index for index, answer in enumerate(ANSWERS)}
FIRST_ROW = 9


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=1)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    lines = (need(1, "100"), replace(need(2, "1234567.123456"), item_name="=1+1"), need(3))
    return publish(runtime, market, replace(draft_command(market.suppliers), lines=lines))


@pytest.fixture
def sales(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.sales[0])


def saved(client: TestClient, content: RfqContent) -> bytes:
    answer = client.get(f"/rfqs/{content.rfq.id}/quote.xlsx", headers=HTML)
    assert answer.status_code == 200
    assert answer.headers["content-disposition"] == f'attachment; filename="{content.rfq.number}.xlsx"'
    return answer.content


def changed(data: bytes, change: Callable[[Any], None]) -> bytes:
    book = openpyxl.load_workbook(BytesIO(data))
    change(book.worksheets[0])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def uploaded(client: TestClient, content: RfqContent, data: bytes, name: str = "quote.xlsx") -> Any:
    url = f"/rfqs/{content.rfq.id}/quote/workbook"
    files = {"file": (name, data, "application/octet-stream")} if name else None
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER: form_token(client), **HTML}
    return client.post(url, files=files, headers=headers)


def own(runtime: Runtime, market: Market, content: RfqContent) -> QuoteContent | None:
    with work_for(runtime, market.sales[0]) as work:
        found = quoting.list_quotes(work, market.sales[0], ReadRfq(content.rfq.id))
        return quoting.read_quote(work, market.sales[0], ReadQuote(found[0].id)) if found else None


class TestTheWorkbook:
    def test_what_is_asked_is_locked_and_typed_and_answers_are_open(
        self, content: RfqContent, sales: TestClient
    ) -> None:
        data = saved(sales, content)
        assert data == saved(sales, content)
        sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
        assert sheet.protection.sheet
        assert (sheet.row_dimensions[1].hidden, sheet.column_dimensions["A"].hidden) == (True, True)
        asked = [sheet.cell(FIRST_ROW + 1, column) for column in range(2, FIRST_ANSWER + 1)]
        assert all(cell.protection.locked for cell in asked)
        assert [cell.value for cell in asked][:2] == [2, "=1+1"]
        assert (asked[1].data_type, asked[4].value) == ("s", 1234567.123456)
        answers = [sheet.cell(FIRST_ROW, column) for column in COLUMN.values()]
        assert not any(cell.protection.locked for cell in answers)
        assert all(cell.value is None for cell in answers)

    def test_a_live_quotation_comes_back_as_it_is(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        submit_rich(runtime, market.sales[0], rich(content))
        data = saved(sales, content)
        sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
        assert sheet.cell(FIRST_ROW, COLUMN["tiers"]).value == "100: 11.3; 400: 10.17"
        assert (sheet.cell(FIRST_ROW, COLUMN["setup_cost"]).value, sheet.cell(3, 3).value) == (226, "CNY")
        quote = own(runtime, market, content)
        assert quote is not None
        beside = [sheet.cell(row, 6).value for row in range(3, 7)]
        assert beside[:2] == [quote.quote.incoterm, quote.quote.incoterm_place]
        assert [Decimal(str(one)) for one in beside[2:]] == [quote.quote.stated_freight, quote.quote.tax_percent]
        answer = uploaded(sales, content, data)
        assert answer.status_code == 200
        page = main(answer)
        assert "The workbook is in order" in text_of(page)
        after = own(runtime, market, content)
        assert after is not None
        assert after.quote.revision == 1
        followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", filled(page, "quote-form")))
        revised = own(runtime, market, content)
        assert revised is not None
        assert (revised.quote.revision, revised.quote.lines_digest) == (2, after.quote.lines_digest)
        assert (revised.quote.bundles, revised.quote.freight) == (after.quote.bundles, after.quote.freight)


class TestReadingItAgain:
    def test_filled_in_it_is_shown_first_and_sent_as_a_quotation(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        def fill(sheet: Any) -> None:
            sheet.cell(3, 3).value = "EUR"
            for row, value in enumerate(("FCA", "Hamburg", 120.5, 19), start=3):
                assert not sheet.cell(row, 6).protection.locked
                sheet.cell(row, 6).value = value
            sheet.cell(FIRST_ROW, COLUMN["unit_price"]).value = 9.25
            sheet.cell(FIRST_ROW, COLUMN["lead_days"]).value = 14
            sheet.cell(FIRST_ROW + 2, COLUMN["unit_price"]).value = "1,250.5"

        answer = uploaded(sales, content, changed(saved(sales, content), fill))
        assert answer.status_code == 200
        page = main(answer)
        assert "quote.xlsx was read: 2 of 3 lines are quoted." in text_of(page)
        assert own(runtime, market, content) is None
        followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", filled(page, "quote-form")))
        stored = own(runtime, market, content)
        assert stored is not None
        assert [(str(line.unit_price.normalize()), line.lead_days) for line in stored.lines] == [
            ("9.25", 14),
            ("1250.5", None),
        ]
        said = stored.quote
        assert (said.incoterm, said.incoterm_place, said.freight, said.tax_percent) == (
            "FCA",
            "Hamburg",
            Decimal("120.5"),
            Decimal(19),
        )
        assert said.currency == "EUR"

    def test_a_workbook_of_before_the_terms_stood_in_it_leaves_them_as_they_are(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        submit_rich(runtime, market.sales[0], rich(content))

        def as_before(sheet: Any) -> None:
            for row in range(3, 7):
                sheet.cell(row, 1).value = sheet.cell(row, 1).value.partition("|")[0]
                sheet.cell(row, 6).value = "lost"

        page = main(uploaded(sales, content, changed(saved(sales, content), as_before)))
        assert "The workbook is in order" in text_of(page)
        assert filled(page, "quote-form")["incoterm"] != "lost"

    def test_what_is_wrong_is_told_by_row_and_column(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        def spoil(sheet: Any) -> None:
            sheet.cell(3, 3).value = "XYZ"
            sheet.cell(FIRST_ROW, COLUMN["unit_price"]).value = "cheap"
            sheet.cell(FIRST_ROW + 1, COLUMN["unit_price"]).value = 5
            sheet.cell(FIRST_ROW + 1, COLUMN["origin_country"]).value = "XX"
            sheet.cell(FIRST_ROW + 2, COLUMN["unit_price"]).value = "=1/0"
            sheet.cell(FIRST_ROW + 3, 1).value = str(content.rfq.id)
            sheet.cell(FIRST_ROW + 3, COLUMN["unit_price"]).value = 3

        answer = uploaded(sales, content, changed(saved(sales, content), spoil))
        assert answer.status_code == 422
        rows = tree(main(answer)).xpath("//section[@id='sheet-problems']//tbody/tr")
        told = [tuple(cell.text_content() for cell in row.xpath("td"))[:2] for row in rows]
        assert told == [("3", "C"), ("9", "K"), ("10", "V"), ("11", "K"), ("12", "A")]
        assert own(runtime, market, content) is None

    def test_rules_are_judged_too_and_nothing_is_stored(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        def fill(sheet: Any) -> None:
            sheet.cell(FIRST_ROW, COLUMN["unit_price"]).value = 9
            sheet.cell(FIRST_ROW, COLUMN["multiple_quantity"]).value = 30

        answer = uploaded(sales, content, changed(saved(sales, content), fill))
        assert answer.status_code == 422
        said = text_of(main(answer))
        assert re.search(r"9N100 is no multiple of 30. Offer 90 instead", said)
        assert own(runtime, market, content) is None

    def test_other_files_are_refused(
        self, runtime: Runtime, market: Market, content: RfqContent, sales: TestClient
    ) -> None:
        other = publish(runtime, market)
        for data, name, said in (
            (b"Item;Price\nBolt;1\n", "a.csv", "this file is another one"),
            (saved(sales, other), "quote.xlsx", "the workbook of another request"),
            (b"%PDF-1.7", "a.pdf", "PDF"),
        ):
            answer = uploaded(sales, content, data, name)
            assert answer.status_code == 422
            assert said in text_of(main(answer))
        assert uploaded(sales, content, b"", "").status_code == 422

    def test_a_workbook_of_an_earlier_version_says_so(self, content: RfqContent, sales: TestClient) -> None:
        def age(sheet: Any) -> None:
            sheet.cell(1, 3).value = "7"
            sheet.cell(FIRST_ROW, COLUMN["unit_price"]).value = 9

        answer = uploaded(sales, content, changed(saved(sales, content), age))
        assert "The workbook was made for version 7" in text_of(main(answer))

    def test_a_long_workbook_is_shown_in_part_and_sent_whole(
        self, runtime: Runtime, market: Market, sales: TestClient
    ) -> None:
        content = publish(runtime, market, draft_command(market.suppliers, 45))

        def fill(sheet: Any) -> None:
            for row in range(45):
                sheet.cell(FIRST_ROW + row, COLUMN["unit_price"]).value = row + 1
            sheet.cell(FIRST_ROW + 43, COLUMN["tiers"]).value = "200: 40"
            sheet.cell(FIRST_ROW + 44, COLUMN["setup_cost"]).value = 7

        page = main(uploaded(sales, content, changed(saved(sales, content), fill)))
        assert "5 more lines of the workbook are sent with these." in text_of(page)
        assert len(tree(page).xpath("//market-grid//input[@inputmode][contains(@name, 'unit_price')]")) == 40
        followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", filled(page, "quote-form")))
        stored = own(runtime, market, content)
        assert stored is not None
        assert [int(line.unit_price) for line in stored.lines] == list(range(1, 46))
        assert (len(stored.lines[43].tiers), stored.lines[44].setup_cost) == (2, Decimal(7))
