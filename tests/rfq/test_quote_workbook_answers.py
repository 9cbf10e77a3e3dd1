"""Answers to a request's criteria in its workbook: out with their choices, back in, and what is wrong by cell."""

from io import BytesIO
from typing import Any

import openpyxl
import pytest
from fastapi.testclient import TestClient

from b2b_market.infra.runtime import Runtime
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.service.drafting import RfqContent
from tests.rfq.forms import filled, followed, main, send, text_of
from tests.rfq.test_criteria_answers import CRITERIA, YES, answer, asking
from tests.rfq.test_quote_workbook import COLUMN, changed, own, saved, uploaded
from tests.rfq.test_quote_workbook_api import sent
from tests.support.calling import caller_for
from tests.support.people import sign_in
from tests.support.rfqs import Market, make_market


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, suppliers=2)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    return asking(runtime, market, *CRITERIA)


def rows_of(data: bytes) -> tuple[Any, dict[str, int]]:
    """Return the sheet and its rows by their hidden keys, of two the first."""
    sheet = openpyxl.load_workbook(BytesIO(data)).worksheets[0]
    keys = (str(sheet.cell(row, 1).value) for row in range(1, sheet.max_row + 1))
    return sheet, {key.partition("|")[0]: row for row, key in enumerate(keys, start=1)}


def write(data: bytes, content: RfqContent, **answers: str) -> bytes:
    """Fill in a price and answers, by key with underscores for dashes."""
    _, rows = rows_of(data)

    def fill(sheet: Any) -> None:
        sheet.cell(rows["currency"], 3).value = "CNY"
        sheet.cell(rows["valid_until"], 3).value = "2099-01-31"
        sheet.cell(rows[str(content.lines[0].id)], COLUMN["unit_price"]).value = 10
        for key, text in answers.items():
            sheet.cell(rows[f"answer-{key.replace('_', '-')}"], 3).value = text

    return changed(data, fill)


def test_they_go_out_with_their_choices_and_come_back_on_the_page(
    runtime: Runtime, client: TestClient, market: Market, content: RfqContent
) -> None:
    sales = sign_in(client, market.sales[0])
    data = saved(sales, content)
    sheet, rows = rows_of(data)
    asked = {key: rows[f"answer-{key}"] for key in ("own-2", "own-3", "own-4")}
    assert [sheet.cell(row, 2).value for row in asked.values()] == ["ISO 9001 *", "Warranty months", "Service"]
    assert (sheet.cell(asked["own-2"], 5).value, sheet.cell(asked["own-4"], 5).value) == ("Choose: yes / no", None)
    assert not any(sheet.cell(row, 3).protection.locked for row in asked.values())
    assert [one.formula1 for one in sheet.data_validations.dataValidation if "C" in str(one.sqref)] == ['"yes,no"']
    missing = uploaded(sales, content, write(data, content))
    assert (missing.status_code, "The request asks for an answer: ISO 9001." in text_of(main(missing))) == (422, True)
    wrong = uploaded(sales, content, write(data, content, own_2="yes", own_3="long"))
    assert (wrong.status_code, f"{asked['own-3']}CThe criterion has no score" in text_of(main(wrong))) == (422, True)
    answered = write(data, content, own_2="yes", own_3="12", own_4="two engineers in Dalian")
    page = main(uploaded(sales, content, answered))
    followed(sales, send(sales, f"/rfqs/{content.rfq.id}/quote", filled(page, "quote-form")))
    quote = own(runtime, market, content)
    assert quote is not None
    assert {one["key"]: one["value"] for one in quote.quote.answers} == {
        "own-2": "yes",
        "own-3": "12",
        "own-4": "two engineers in Dalian",
    }


def test_over_the_api_they_are_sent_and_live_ones_go_out(
    runtime: Runtime, client: TestClient, market: Market, content: RfqContent
) -> None:
    live = answer(runtime, market, content, YES, CriterionAnswer("own-3", "6"))
    caller = caller_for(client, runtime, market.sales[0])
    data = caller.get(f"/rfqs/{content.rfq.id}/quote-workbook?language=zh-CN").content
    sheet, rows = rows_of(data)
    assert (sheet.cell(rows["answer-own-2"], 3).value, sheet.cell(rows["answer-own-3"], 3).value) == ("yes", "6")
    assert sheet.cell(rows["answer-own-2"], 5).value == "\u53ef\u9009\uff1ayes / no"
    refused = sent(caller, content, write(data, content, own_2="perhaps"), version=live.quote.version)
    assert refused.status_code == 422
    assert f"/cells/C{rows['answer-own-2']}" in [one["pointer"] for one in refused.json()["errors"]]
    taken = sent(caller, content, write(data, content, own_3="24"), key="book-two", version=live.quote.version)
    assert taken.status_code == 201, taken.text
    assert {one["key"]: one["value"] for one in taken.json()["answers"]} == {"own-2": "yes", "own-3": "24"}
