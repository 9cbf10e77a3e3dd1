"""The pages of an import: they work without scripts, keep what was decided, and lead to the draft."""

import re
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from openpyxl import load_workbook
from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.ui.security import CSRF_HEADER
from tests.rfq.imports import GAPS, SMALL
from tests.rfq.intake_files import workbook_of
from tests.support.people import form_token, make_person, post_form, sign_in, sign_out
from tests.support.rfqs import Market, make_market

HTML = {"accept": "text/html"}
FRAGMENT = {**HTML, "hx-request": "true"}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 0)


@pytest.fixture
def buyer(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


class Fields(HTMLParser):
    """What a browser would send of the form with the id ``import`` if nobody touched it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._form = False
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        own = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = own.get("id") == "import"
        if not self._form:
            return
        if tag == "select":
            self._select = own["name"]
        elif tag == "option" and self._select and ("selected" in own or self._select not in self.sent):
            self.sent[self._select] = own["value"]
        elif tag == "textarea":
            self._area = own["name"]
            self.sent[self._area] = ""
        elif tag == "input" and "name" in own:
            if own.get("type") in ("checkbox", "radio") and "checked" not in own:
                return
            self.sent[own["name"]] = own.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.removeprefix("\n")


def upload(client: TestClient, data: bytes | str = SMALL, name: str = "list.csv", **fields: str) -> Response:
    content = data.encode() if isinstance(data, str) else data
    headers = {"sec-fetch-site": "same-origin", CSRF_HEADER: form_token(client), **HTML}
    return client.post("/rfqs/import", files={"file": (name, content)}, data=fields, headers=headers)


def started(client: TestClient, data: bytes | str = SMALL, name: str = "list.csv", **fields: str) -> str:
    """Send a list and return the address of its page."""
    answer = upload(client, data, name, **fields)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def shown(client: TestClient, address: str) -> str:
    answer = client.get(address.partition("#")[0], headers=HTML)
    assert answer.status_code == 200, answer.text
    assert len(re.findall("<h1", answer.text)) == 1
    return answer.text


def send(client: TestClient, address: str, do: str = "check", *, page: str = "", **changes: str | None) -> Response:
    """Send the form as it is shown, but for ``changes``; None is a box that was unticked."""
    sent: dict[str, str | None] = {**Fields(page or shown(client, address)).sent, "do": do, **changes}
    sent = {name: value for name, value in sent.items() if value is not None}
    return post_form(client, address.partition("?")[0], sent)


def settle(client: TestClient, address: str, **changes: str | None) -> str:
    answer = send(client, address, "check", page="", **changes)
    assert answer.status_code == 303, answer.text
    return shown(client, answer.headers["location"])


def one(runtime: Runtime, statement: str) -> object:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found: object = session.execute(text(statement)).scalar_one_or_none()
        session.rollback()
    return found


def made(client: TestClient, runtime: Runtime) -> dict[str, Any]:
    """Return the only request there is, as its buyer sees it."""
    rfq_id = one(runtime, "SELECT id FROM rfq")
    found: dict[str, Any] = client.get(f"/api/v1/rfqs/{rfq_id}").json()
    return found


def priced(request: dict[str, Any]) -> int:
    return sum(line["target_price"] is not None for line in request["lines"])


class TestChoosing:
    def test_a_file_is_chosen_or_cells_are_pasted(self, buyer: TestClient) -> None:
        page = shown(buyer, "/rfqs/import")
        assert 'type="file"' in page
        assert 'name="cells"' in page
        assert 'enctype="multipart/form-data"' in page
        assert "/rfqs/import/template.xlsx" in page
        assert "Unfinished imports" not in page

    def test_who_may_not_draft_is_sent_away_before_the_file_is_read(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        assert sign_out(client).get("/rfqs/import", headers=HTML).headers["location"] == "/sign-in?next=/rfqs/import"
        sign_in(client, make_person(runtime, market.buyer_id, Role.BUYER_APPROVER))
        assert client.get("/rfqs/import", headers=HTML).status_code == 403
        assert upload(client, b"%PDF").status_code == 403

    def test_a_form_from_elsewhere_is_refused(self, buyer: TestClient, runtime: Runtime) -> None:
        answer = buyer.post("/rfqs/import", files={"file": ("list.csv", SMALL.encode())}, headers=HTML)
        assert answer.status_code == 403
        assert one(runtime, "SELECT count(*) FROM rfq_import") == 0

    def test_pasted_cells_go_through_the_same_reader(self, buyer: TestClient) -> None:
        many = "Item\tQty\r\n" + "".join(f'Bolt {n}\t"{n},5"\r\n' for n in range(1, 2001))
        headers = {"sec-fetch-site": "same-origin", CSRF_HEADER: form_token(buyer), **HTML}
        answer = buyer.post("/rfqs/import", data={"cells": many}, headers=headers)
        assert answer.status_code == 303, answer.text
        page = shown(buyer, answer.headers["location"])
        assert "<h1>Pasted cells</h1>" in page
        assert "1,900 more rows" in page

    def test_cells_may_be_as_long_as_a_file(self, buyer: TestClient) -> None:
        many = "Item\tQty\tSpec\n" + "".join(f"Bolt {n}\t{n}\t{'x' * 400}\n" for n in range(1, 4001))
        assert len(many) > 1_600_000
        headers = {"sec-fetch-site": "same-origin", CSRF_HEADER: form_token(buyer), **HTML}
        sent = buyer.post("/rfqs/import", data={"cells": many, "sheet": ""}, headers=headers)
        assert sent.status_code == 303, sent.text
        files = {"cells": (None, many), "sheet": (None, "")}
        assert buyer.post("/rfqs/import", files=files, headers=headers).status_code == 303
        longer = buyer.post("/rfqs/import", data={"cells": many * 7}, headers=headers)
        assert (longer.status_code, "at most 10 MB are read" in longer.text) == (422, True)

    def test_nothing_sent_is_said_at_the_field(self, buyer: TestClient) -> None:
        answer = post_form(buyer, "/rfqs/import", {"cells": "  ", "sheet": ""})
        assert answer.status_code == 422
        assert "Choose a file, or paste the cells of a spreadsheet." in answer.text

    def test_a_file_that_cannot_be_read_is_explained_and_what_was_set_stays(
        self, buyer: TestClient, runtime: Runtime
    ) -> None:
        answer = upload(buyer, "Größe".encode("latin-1"), encoding="utf-8", delimiter=";")
        assert answer.status_code == 422
        assert "This file is not written in the encoding you chose" in answer.text
        assert "Byte 3 is not valid in utf-8." in answer.text
        assert '<option value="utf-8" selected>' in answer.text
        assert '<option value=";" selected>' in answer.text
        assert one(runtime, "SELECT count(*) FROM rfq_import") == 0

    def test_another_sheet_is_read_from_the_same_file_sent_again(self, buyer: TestClient) -> None:
        book = workbook_of(Cover=[["Item", "Qty"], ["Lid", 1]], Bolts=[["Item", "Qty"], ["Bolt", 3]])
        address = started(buyer, book, "list.xlsx")
        page = shown(buyer, address)
        assert "sheet Cover" in page
        again = re.search(r'href="(/rfqs/import\?again=[^"]+)"', page)
        assert again is not None
        page = shown(buyer, again[1])
        assert '<option value="Cover" selected>' in page
        assert '<option value="Bolts">' in page
        assert "sheet Bolts" in shown(buyer, started(buyer, book, "list.xlsx", sheet="Bolts"))

    def test_unfinished_imports_are_offered_until_they_are_thrown_away(self, buyer: TestClient) -> None:
        address = started(buyer, name="bolts <b>.csv")
        assert f'<a href="{address}">bolts &lt;b&gt;.csv</a>' in shown(buyer, "/rfqs/import")
        answer = post_form(buyer, f"{address}/discard", {"version": "1"})
        assert (answer.status_code, answer.headers["location"]) == (303, "/rfqs/import")
        page = shown(buyer, "/rfqs/import")
        assert address not in page
        assert "The import was thrown away; nothing of it is kept." in page

    def test_the_template_speaks_the_reader_s_language(
        self, buyer: TestClient, runtime: Runtime, market: Market
    ) -> None:
        book = load_workbook(BytesIO(buyer.get("/rfqs/import/template.xlsx").content))
        assert book.worksheets[0]["A1"].value == "Item"
        sign_in(buyer, make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN"))
        book = load_workbook(BytesIO(buyer.get("/rfqs/import/template.xlsx").content))
        assert book.worksheets[0]["A1"].value == "物料"


class TestLooking:
    def test_questions_columns_and_rows_are_shown(self, buyer: TestClient) -> None:
        page = shown(buyer, started(buyer, GAPS))
        for said in (
            "In which unit are the quantities?",
            "In which currency are the prices?",
            "By when is it needed?",
            "Where shall it be delivered?",
            "Quantity: “many” is no quantity. Write one number, with its unit if you like: 12 or 12 kg.",
        ):
            assert said in page
        assert '<option value="quantity" selected>' in page
        assert 'value="many"' in page
        assert 'id="row-2"' not in page  # only what is wrong is shown first
        assert 'id="row-2"' in shown(buyer, f"{started(buyer, GAPS)}?show=all")

    def test_what_is_in_order_is_shown_as_it_would_be_imported(self, buyer: TestClient) -> None:
        page = shown(buyer, started(buyer))
        assert "Make a draft of 2 needs" in page
        assert "CNY 1.25" in page
        assert "The row adds up others: “Total”" in page
        assert '<a href="' in page
        assert "In which unit" not in page

    def test_it_is_all_there_in_chinese(self, buyer: TestClient, runtime: Runtime, market: Market) -> None:
        sign_in(buyer, make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN"))
        page = shown(buyer, started(buyer, GAPS))
        assert "数量用什么单位？" in page
        assert "数量：“many”不是数量。请只填一个数，可以带单位，例如 12 或 12 kg。" in page
        said = re.sub(r"<[^>]+>|Hex bolt|many|Item|Qty|Price|list.csv", " ", page.partition("<main")[2])
        assert not re.search(r"[a-z]{4,} [a-z]{3,} [a-z]{2,}", said)

    def test_many_rows_come_in_parts_with_and_without_scripts(self, buyer: TestClient) -> None:
        lines = "".join(f"Bolt {n},{n},pcs,2099-03-05,Shanghai\n" for n in range(1, 251))
        address = started(buyer, f"Item,Qty,Unit,Needed by,Ship to\n{lines}")
        page = shown(buyer, address)
        assert (page.count('name="rows-'), len(page) < 250_000) == (200, True)
        assert "150 more rows" in page
        part = buyer.get(f"{address}?show=all&start=200", headers=FRAGMENT).text
        assert ("<html" in part, part.count('<tr id="row-'), "Show the next rows" in part) == (False, 50, False)
        assert shown(buyer, f"{address}?show=all&start=200").count('<tr id="row-') == 50

    def test_a_row_is_edited_alone_with_scripts_and_within_the_page_without(self, buyer: TestClient) -> None:
        address = started(buyer)
        part = buyer.get(f"{address}?edit=3", headers=FRAGMENT).text
        assert (part.count("<tr"), part.count("<fieldset"), 'name="rows-3-item_name"' in part) == (1, 1, True)
        assert buyer.get(f"{address}?edit=99", headers=FRAGMENT).text.count("<tr") == 0
        page = shown(buyer, f"{address}?edit=3")
        assert page.count('<tr id="row-') == 3
        assert 'name="rows-3-item_name"' in page

    def test_a_stranger_s_import_is_not_there(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        sign_in(buyer, make_market(runtime, 0).purchaser)
        import_id = address.rpartition("/")[2]
        for path in (address, f"{address}/rows.xlsx", f"/rfqs/import?again={import_id}"):
            assert buyer.get(path, headers=HTML).status_code == 404
        assert post_form(buyer, address, {"version": "1", "title": "x"}).status_code == 404
        assert post_form(buyer, f"{address}/discard", {"version": "1"}).status_code == 404

    def test_rows_come_as_a_workbook(self, buyer: TestClient) -> None:
        answer = buyer.get(f"{started(buyer, GAPS)}/rows.xlsx")
        assert load_workbook(BytesIO(answer.content)).worksheets[0].max_row == 3


class TestSettling:
    def test_answers_are_given_once_and_stay_changeable(self, buyer: TestClient) -> None:
        address = started(buyer, "Item,Qty\nBolt,3\nNut,4\n")
        page = settle(buyer, address, unit="H87", date="2099-03-05", place="Gate 4")
        assert "Make a draft of 2 needs" in page
        assert Fields(page).sent["place"] == "Gate 4"
        page = settle(buyer, address, place="Gate 5")
        assert page.count("Gate 5") == 3  # the answer and both rows

    def test_a_cell_is_corrected_in_place(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, SMALL.replace("200", "many"))
        page = settle(buyer, address, **{"rows-3-quantity": "20"})
        assert "Make a draft of 2 needs" in page
        typed = one(runtime, "SELECT choices->'table'->'overrides' FROM rfq_import")
        assert typed == {"3": {"quantity": "20"}}

    def test_what_was_not_touched_is_no_decision(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, GAPS)
        page = shown(buyer, f"{address}?show=all&edit=2")
        sent = Fields(page).sent
        assert sent["rows-2-item_name"] == "Hex bolt"
        answer = send(buyer, address, page=page, unit="", date="", place="", currency="")
        assert answer.status_code == 303
        choices = one(runtime, "SELECT choices->'table' FROM rfq_import")
        assert isinstance(choices, dict)
        assert {name: value for name, value in choices.items() if value} == {"skip_offered": True}

    def test_rows_are_left_out_and_taken_back_in(self, buyer: TestClient) -> None:
        address = started(buyer)
        page = settle(buyer, address, **{"rows-2-take": None, "rows-4-take": "1"})
        assert "You chose to skip this row" in page
        assert "Quantity: The quantity is missing" in page  # the total line is a need now, and wrong
        page = settle(buyer, f"{address}?show=all", **{"rows-2-take": "1", "rows-4-take": None})
        assert "Make a draft of 2 needs" in page

    def test_a_column_means_what_its_reader_says(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        page = settle(buyer, address, **{"columns-1-field": "note"})
        assert "Chosen by you" in page
        assert one(runtime, "SELECT choices->'table'->'columns' FROM rfq_import") == {"1": "note"}

    def test_properties_are_shown_and_corrected_by_row(self, buyer: TestClient) -> None:
        text = "Item,Material,Torque class,Qty,Unit,Ship to,Due\nBolt,304,T7,5,pc,Hall 4,2098-03-01\n"
        address = started(buyer, text)
        page = settle(buyer, address, **{"columns-2-field": "property"})
        assert "Material: 304; Torque class: T7" in page
        edit = shown(buyer, f"{address}?edit=2")
        assert Fields(edit).sent["rows-2-property"] == "Material: 304; Torque class: T7"
        answer = send(buyer, f"{address}?edit=2", page=edit, **{"rows-2-property": "Material: brass; Colour"})
        assert answer.status_code == 303, answer.text
        assert "“Colour” is no property" in shown(buyer, answer.headers["location"])

    def test_another_row_may_hold_the_headings(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        settle(buyer, address, header_row="0")
        assert one(runtime, "SELECT choices->'table'->'header_row' FROM rfq_import") == 0

    def test_units_are_explained_by_name(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, SMALL.replace("pcs", "dings"))
        page = shown(buyer, address)
        assert "Which unit is meant by “dings”?" in page
        answer = send(buyer, address, **{"spellings-0-unit": "blurb"})
        assert answer.status_code == 422
        assert "No unit is called blurb; choose one of the list." in answer.text
        page = settle(buyer, address, **{"spellings-0-unit": "piece"})
        assert one(runtime, "SELECT choices->'table'->'unit_spellings' FROM rfq_import") == {"dings": "H87"}
        assert Fields(page).sent["spellings-0-unit"] == "piece"
        settle(buyer, address, **{"spellings-0-unit": ""})
        assert one(runtime, "SELECT choices->'table'->'unit_spellings' FROM rfq_import") == {}

    def test_unclear_numbers_and_dates_are_asked_by_column(self, buyer: TestClient, runtime: Runtime) -> None:
        rows = 'Bolt,"1,234",3/4/2099,pcs,Shanghai\nNut,"5,678",5/6/2099,pcs,Shanghai\n'
        address = started(buyer, f"Item,Qty,Needed by,Unit,Ship to\n{rows}")
        page = shown(buyer, address)
        assert "Does the day or the month come first in column C?" in page
        page = settle(buyer, address, **{"orders-2-way": "day_first"})
        assert "3 Apr 2099" in page
        assert one(runtime, "SELECT choices->'table'->'date_orders' FROM rfq_import") == {"2": "day_first"}

    def test_past_dates_are_replaced_by_one_answer(self, buyer: TestClient) -> None:
        address = started(buyer, SMALL.replace("2099-03-05", "2020-03-05"))
        page = shown(buyer, address)
        assert "Rows with a date that is past: 2" in page
        answer = send(buyer, address, replace_past="1")
        assert answer.status_code == 422
        assert "Give the date that replaces those that are past." in answer.text
        answer = send(buyer, address, replace_past="1", date="2020-03-05")
        assert "Give a date from" in answer.text
        page = settle(buyer, address, replace_past="1", date="2099-01-02")
        assert page.count("2 Jan 2099") == 2
        assert Fields(page).sent["replace_past"] == "1"

    def test_a_second_window_does_not_overwrite_the_first(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, GAPS)
        page = shown(buyer, address)
        settle(buyer, address, unit="H87")
        answer = send(buyer, address, page=page, unit="KGM")
        assert answer.status_code == 409
        assert "Load it again, then repeat your change." in answer.text
        assert one(runtime, "SELECT choices->'table'->>'unit_code' FROM rfq_import") == "H87"

    @pytest.mark.parametrize(
        ("name", "value"), [("unit", "QQQ"), ("currency", "XXX"), ("date", "soon"), ("title", ""), ("place", "x" * 501)]
    )
    def test_what_cannot_be_is_said_at_its_field(
        self, buyer: TestClient, runtime: Runtime, name: str, value: str
    ) -> None:
        answer = send(buyer, started(buyer, GAPS), **{name: value})
        assert answer.status_code == 422
        assert 'class="notice bad error-summary"' in answer.text
        assert f'href="#f-{name}"' in answer.text
        assert one(runtime, "SELECT version FROM rfq_import") == 1


class TestConfirming:
    def test_a_draft_is_made_and_opened(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        answer = send(buyer, address, "confirm", title="Bolts for spring")
        rfq_id = one(runtime, "SELECT id FROM rfq")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rfqs/{rfq_id}/edit")
        assert one(runtime, "SELECT title FROM rfq") == "Bolts for spring"
        page = shown(buyer, f"/rfqs/{rfq_id}/edit")
        number = one(runtime, "SELECT number FROM rfq")
        assert f"2 needs imported into the draft {number}. Rows left out: 1." in page
        assert buyer.get(address, headers=HTML).headers["location"] == f"/rfqs/{rfq_id}"

    def test_a_second_click_makes_no_second_draft(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        page = shown(buyer, address)
        send(buyer, address, "confirm", page=page)
        answer = send(buyer, address, "confirm", page=page)
        rfq_id = one(runtime, "SELECT id FROM rfq")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/rfqs/{rfq_id}")

    def test_answers_and_confirmation_may_come_together(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, "Item,Qty\nBolt,3\n")
        answer = send(buyer, address, "confirm", unit="H87", date="2099-03-05", place="Gate 4")
        assert answer.status_code == 303
        assert [line["delivery_place"] for line in made(buyer, runtime)["lines"]] == ["Gate 4"]

    def test_open_rows_stop_it_and_what_was_decided_is_kept(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, GAPS)
        answer = send(buyer, address, "confirm", unit="KGM")
        assert answer.status_code == 409
        assert "Some rows cannot be imported yet" in answer.text
        assert "1 rows need correction and 3 questions are open." in answer.text
        assert one(runtime, "SELECT choices->'table'->>'unit_code' FROM rfq_import") == "KGM"
        assert one(runtime, "SELECT count(*) FROM rfq") == 0
        again = send(buyer, address, page=answer.text, place="Gate 4")
        assert again.status_code == 303  # the page shown holds the new version

    def test_the_ready_rows_alone_where_asked(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer, SMALL.replace("200", "many"))
        assert "Import the rows that are ready" in shown(buyer, address)
        answer = send(buyer, address, "confirm", only_ready="1")
        assert answer.status_code == 303
        assert one(runtime, "SELECT line_count FROM rfq") == 1

    def test_prices_in_another_currency_stop_it_or_are_dropped(self, buyer: TestClient, runtime: Runtime) -> None:
        address = started(buyer)
        answer = send(buyer, address, "confirm", request_currency="EUR")
        assert answer.status_code == 409
        assert "Some target prices are in another currency" in answer.text
        assert one(runtime, "SELECT count(*) FROM rfq") == 0
        page = shown(buyer, address)
        assert "1 row is priced in another currency than the request." in page
        assert Fields(page).sent["request_currency"] == "EUR"
        answer = send(buyer, address, "confirm", drop_other_prices="1")
        assert answer.status_code == 303
        request = made(buyer, runtime)
        assert (request["currency"], len(request["lines"]), priced(request)) == ("EUR", 2, 0)

    def test_a_long_draft_opens_on_its_own_page(self, buyer: TestClient, runtime: Runtime) -> None:
        lines = "".join(f"Bolt {n},{n},pcs,2099-03-05,Shanghai\n" for n in range(1, 102))
        answer = send(buyer, started(buyer, f"Item,Qty,Unit,Needed by,Ship to\n{lines}"), "confirm")
        rfq_id = one(runtime, "SELECT id FROM rfq")
        assert answer.headers["location"] == f"/rfqs/{rfq_id}"

    def test_columns_are_understood_as_last_time(self, buyer: TestClient) -> None:
        send(buyer, started(buyer), "confirm", **{"columns-1-field": "note"})
        page = shown(buyer, started(buyer))
        assert "The columns are understood as in your last import of such a list." in page
        assert Fields(page).sent["columns-1-field"] == "note"


class TestRealLists:
    def test_a_parts_list_needs_two_answers(self, buyer: TestClient, runtime: Runtime, real_data: Path) -> None:
        file = real_data / "rfq" / "lumenpnp-mech-bom-1.1.0.csv"
        address = started(buyer, file.read_bytes(), file.name)
        page = shown(buyer, address)
        assert page.count('<tr id="row-') == 44
        assert "The row adds up others: “Total Unit Cost”" in page
        sent = Fields(page).sent
        assert (sent["unit"], sent["currency"], sent["request_currency"]) == ("H87", "USD", "USD")
        answer = send(buyer, address, "confirm", date="2099-03-05", place="Gate 4")
        assert answer.status_code == 303
        request = made(buyer, runtime)
        assert (request["currency"], len(request["lines"]), priced(request)) == ("USD", 43, 27)

    def test_the_standard_s_request_needs_one(self, buyer: TestClient, runtime: Runtime, real_data: Path) -> None:
        file = real_data / "ubl" / "UBL-RequestForQuotation-2.1-Example.xml"
        address = started(buyer, file.read_bytes(), file.name)
        page = shown(buyer, address)
        assert "2008-05-10 is past" in page
        assert "Column of the file" not in page
        answer = send(buyer, address, "confirm", date="2099-03-05")
        assert answer.status_code == 303
        assert one(runtime, "SELECT title FROM rfq") == "Bestilling af computere (G867B)"
        assert str(one(runtime, "SELECT description FROM rfq")).startswith("1% reduktion")
        assert one(runtime, "SELECT line_count FROM rfq") == 4
