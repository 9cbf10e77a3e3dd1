"""Imports over HTTP: a file is sent, looked at, settled and confirmed; what is wrong is told with its place."""

import json
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
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
from b2b_market.rfq.intake.values import Choices
from b2b_market.rfq.schemas.imports import ChoicesIn
from b2b_market.rfq.schemas.previews import ChoicesOut
from tests.rfq.imports import FAR, GAPS, SMALL, TENDER
from tests.rfq.intake_files import workbook_of
from tests.support.people import make_person, sign_in, sign_out
from tests.support.rfqs import Market, make_market

IMPORTS = "/api/v1/rfq-imports"
REQUEST = {"title": "Bolts", "currency": "CNY"}


@pytest.fixture
def market(runtime: Runtime) -> Market:
    return make_market(runtime, 1)


@pytest.fixture
def buyer(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def send(client: TestClient, data: bytes | str = SMALL, name: str = "list.csv", **ways: str) -> Response:
    content = data.encode() if isinstance(data, str) else data
    return client.post(IMPORTS, files={"file": (name, content)}, data=ways)


def started(client: TestClient, data: bytes | str = SMALL, name: str = "list.csv", **ways: str) -> dict[str, Any]:
    answer = send(client, data, name, **ways)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def patch(client: TestClient, found: Mapping[str, Any], changes: Mapping[str, Any]) -> Response:
    headers = {"If-Match": f'"v{found["version"]}"'}
    return client.patch(f"{IMPORTS}/{found['id']}", json=dict(changes), headers=headers)


def confirm(
    client: TestClient, found: Mapping[str, Any], body: Mapping[str, Any] = REQUEST, key: str = "a-key-of-mine"
) -> Response:
    headers = {"If-Match": f'"v{found["version"]}"', "Idempotency-Key": key}
    return client.post(f"{IMPORTS}/{found['id']}/confirm", json=dict(body), headers=headers)


def rows(client: TestClient, found: Mapping[str, Any], **query: object) -> list[dict[str, Any]]:
    answer = client.get(f"{IMPORTS}/{found['id']}/rows", params={key: str(value) for key, value in query.items()})
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def requests_stored(runtime: Runtime) -> int:
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found: int = session.execute(text("SELECT count(*) FROM rfq")).scalar_one()
        session.rollback()
    return found


class TestSending:
    def test_a_list_is_understood_and_nothing_of_a_request_is_stored(self, buyer: TestClient, runtime: Runtime) -> None:
        answer = send(buyer)
        found = answer.json()
        assert answer.status_code == 201
        assert answer.headers["location"] == f"{IMPORTS}/{found['id']}"
        assert answer.headers["etag"] == '"v1"'
        assert (found["status"], found["filename"], found["rfq_id"]) == ("preview", "list.csv", None)
        preview = found["preview"]
        assert preview["counts"] == {"ready": 2, "waiting": 0, "error": 0, "offered": 0, "skipped": 1}
        assert (preview["confirmable"], preview["encoding"], preview["delimiter"]) == (True, "utf-8", ",")
        assert [(column["letter"], column["field"]) for column in preview["columns"]] == [
            ("A", "item_name"),
            ("B", "item_code"),
            ("C", "quantity"),
            ("D", "unit"),
            ("E", "target_price"),
            ("F", "required_on"),
            ("G", "delivery_place"),
        ]
        assert preview["target_sums"] == [{"currency": "CNY", "amount": "125.00"}]
        assert buyer.get(f"{IMPORTS}/{found['id']}").json() == found
        assert requests_stored(runtime) == 0

    def test_sheet_encoding_and_separator_may_be_named(self, buyer: TestClient) -> None:
        book = workbook_of(Cover=[["Parts"]], Bolts=[["Item", "Qty"], ["Bolt", 3]])
        assert started(buyer, book, "list.xlsx", sheet="Bolts")["preview"]["sheet"] == "Bolts"
        gb = "物料名称;数量\n螺栓;3\n".encode("gb18030")
        preview = started(buyer, gb, encoding="gb18030", delimiter=";")["preview"]
        assert [column["heading"] for column in preview["columns"]] == ["物料名称", "数量"]

    def test_pasted_cells_are_read_as_a_file_is(self, buyer: TestClient, runtime: Runtime) -> None:
        cells = SMALL.replace(",", "\t").replace("Hex bolt", '"Hex ""M8""\nbolt"')
        answer = buyer.post(f"{IMPORTS}/pasted", json={"text": cells})
        assert answer.status_code == 201, answer.text
        found = answer.json()
        assert answer.headers["location"] == f"{IMPORTS}/{found['id']}"
        preview = found["preview"]
        assert (found["filename"], preview["delimiter"], preview["counts"]["ready"]) == ("", "\t", 2)
        assert rows(buyer, found)[0]["values"]["item_name"] == 'Hex "M8" bolt'
        assert confirm(buyer, found).status_code == 201
        assert requests_stored(runtime) == 1

    @pytest.mark.parametrize(
        ("body", "refusal"),
        [
            ({"text": " \n"}, (422, "import-file-empty")),
            ({"text": "a\tb\n" * 5100}, (413, "import-too-many-rows")),
            ({"text": "a\tb\n" * 3_000_000}, (413, "import-file-too-large")),
            ({"text": 'a\t"b\n'}, (422, "import-quote-not-closed")),
            ({"text": "a", "delimiter": "x"}, (422, "invalid")),
            ({"text": ""}, (422, "invalid")),
            ({}, (422, "invalid")),
        ],
    )
    def test_cells_that_cannot_be_read_are_refused(
        self, buyer: TestClient, body: dict[str, str], refusal: tuple[int, str]
    ) -> None:
        answer = buyer.post(f"{IMPORTS}/pasted", json=body)
        assert (answer.status_code, answer.json()["code"]) == refusal
        assert buyer.get(IMPORTS).json()["items"] == []

    def test_half_a_character_is_refused(self, buyer: TestClient) -> None:
        headers = {"content-type": "application/json"}
        answer = buyer.post(f"{IMPORTS}/pasted", content=b'{"text": "Item\\tQty\\nBolt\\ud83d\\t3"}', headers=headers)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/text")

    def test_a_tender_becomes_lines(self, buyer: TestClient) -> None:
        found = started(buyer, json.dumps(TENDER), "tender.json")
        preview = found["preview"]
        assert (preview["source"], preview["title"], preview["counts"]["ready"]) == ("ocds", "Wires", 1)
        assert [remark["code"] for remark in preview["remarks"]] == ["parts-left-out"]
        made = confirm(buyer, found, {"title": "Wires", "currency": "EUR"}).json()
        assert [(line["item_name"], line["quantity"], line["unit"]) for line in made["lines"]] == [
            ("Copper wire", "12.5", "KGM")
        ]
        assert made["lines"][0]["target_price"] == "9.9"

    @pytest.mark.parametrize(
        ("data", "name", "ways", "refusal"),
        [
            (b"", "list.csv", {}, (422, "import-file-empty")),
            (b"%PDF-1.7", "list.pdf", {}, (415, "import-format-unknown")),
            (b"PK\x03\x04broken", "list.csv", {}, (415, "import-format-contradicts")),
            (b"PK\x03\x04broken", "list.xlsx", {}, (422, "archive-damaged")),
            (b"\xff\xfea", "list.csv", {"encoding": "klingon"}, (422, "import-encoding-unclear")),
            (b"<Order/>", "list.xml", {}, (422, "import-not-a-request")),
            (b'{"a": [}', "tender.json", {}, (422, "import-json-broken")),
            (b'{"a": []}', "tender.json", {}, (422, "import-not-a-tender")),
            (b"a,b\n" * 5100, "list.csv", {}, (413, "import-too-many-rows")),
            (b"a,b\n" * 3_000_000, "list.csv", {}, (413, "import-file-too-large")),
            (b"a,b\n", "list.csv", {"delimiter": "x"}, (422, "invalid")),
        ],
    )
    def test_what_cannot_be_read_is_refused(
        self, buyer: TestClient, data: bytes, name: str, ways: dict[str, str], refusal: tuple[int, str]
    ) -> None:
        answer = send(buyer, data, name, **ways)
        assert (answer.status_code, answer.json()["code"]) == refusal
        assert buyer.get(IMPORTS).json()["items"] == []

    def test_a_form_without_a_file_is_refused(self, buyer: TestClient) -> None:
        answer = buyer.post(IMPORTS, data={"sheet": "a"})
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/file")

    def test_a_path_in_the_file_s_name_is_not_kept(self, buyer: TestClient) -> None:
        assert started(buyer, name="C:\\secret\\list\u202ecsv.csv")["filename"] == "listcsv.csv"

    def test_strangers_and_those_without_the_permission_are_refused_before_the_file_is_read(
        self, client: TestClient, runtime: Runtime, market: Market
    ) -> None:
        assert send(sign_out(client), b"%PDF").status_code == 401
        approver = make_person(runtime, market.buyer_id, Role.BUYER_APPROVER)
        assert send(sign_in(client, approver), b"%PDF").status_code == 403

    def test_another_site_s_page_cannot_send_a_file(self, buyer: TestClient) -> None:
        answer = buyer.post(
            IMPORTS, files={"file": ("list.csv", SMALL.encode())}, headers={"sec-fetch-site": "cross-site"}
        )
        assert answer.status_code == 403
        assert buyer.get(IMPORTS).json()["items"] == []


class TestReading:
    def test_rows_come_in_pages_and_by_status(self, buyer: TestClient) -> None:
        found = started(buyer, GAPS)
        answer = buyer.get(f"{IMPORTS}/{found['id']}/rows", params={"limit": 1}).json()
        assert [row["number"] for row in answer["items"]] == [2]
        following = buyer.get(f"{IMPORTS}/{found['id']}/rows", params={"cursor": answer["next_cursor"]}).json()
        assert ([row["number"] for row in following["items"]], following["next_cursor"]) == ([3], None)
        (wrong,) = rows(buyer, found, status="error")
        assert wrong["cells"] == ["Washer", "many", "2.50"]
        assert wrong["errors"][0] == {
            "code": "quantity-unreadable",
            "field": "quantity",
            "column": "B",
            "found": "“many” is no quantity",
            "right": "Write one number, with its unit if you like: 12 or 12 kg.",
            "facts": {"text": "many"},
        }

    def test_findings_are_told_in_the_reader_s_language(self, buyer: TestClient) -> None:
        found = started(buyer, GAPS)
        path = f"{IMPORTS}/{found['id']}"
        spoken = buyer.get(path, headers={"accept-language": "zh-CN"}).json()["preview"]["questions"]
        assert [question["asked"] for question in spoken if question["code"] == "ask-place"] == ["交货到哪里？"]
        (row,) = buyer.get(f"{path}/rows?status=error", headers={"accept-language": "zh-CN"}).json()["items"]
        assert row["errors"][0]["found"] == "“many”不是数量"

    @pytest.mark.parametrize("query", ["cursor=abc", "cursor=WyIiLCAieCJd", "limit=0", "status=red", "page=2"])
    def test_odd_queries_are_refused(self, buyer: TestClient, query: str) -> None:
        found = started(buyer)
        assert buyer.get(f"{IMPORTS}/{found['id']}/rows?{query}").status_code in (400, 422)

    def test_the_list_holds_unfinished_imports_only(self, buyer: TestClient) -> None:
        first, second = started(buyer, name="a.csv"), started(buyer, name="b.csv")
        assert confirm(buyer, second).status_code == 201
        assert [item["id"] for item in buyer.get(IMPORTS).json()["items"]] == [first["id"]]
        assert buyer.get(f"{IMPORTS}?cursor=WyIiLCAieCJd").status_code == 400

    def test_another_company_finds_nothing(self, buyer: TestClient, runtime: Runtime) -> None:
        found = started(buyer)
        sign_in(buyer, make_market(runtime, 0).purchaser)
        path = f"{IMPORTS}/{found['id']}"
        assert buyer.get(path).status_code == 404
        assert buyer.get(f"{path}/rows").status_code == 404
        assert buyer.get(f"{path}/error-workbook").status_code == 404
        assert patch(buyer, found, {"unit_code": "KGM"}).status_code == 404
        assert confirm(buyer, found).status_code == 404
        assert buyer.delete(path, headers={"If-Match": '"v1"'}).status_code == 404


class TestDeciding:
    def test_decisions_are_merged(self, buyer: TestClient) -> None:
        found = started(buyer, GAPS)
        changed = patch(buyer, found, {"unit_code": "H87", "overrides": {"3": {"quantity": "20"}}, "skip": [2]})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"v2"')
        changed = patch(buyer, changed.json(), {"overrides": {"3": {"note": "blue"}}, "columns": {"2": "note"}})
        choices = changed.json()["preview"]["choices"]
        assert choices["overrides"] == {"3": {"quantity": "20", "note": "blue"}}
        assert (choices["unit_code"], choices["skip"], choices["columns"]) == ("H87", [2], {"2": "note"})
        changed = patch(buyer, changed.json(), {"overrides": {"3": {"quantity": None}}, "columns": None, "skip": None})
        choices = changed.json()["preview"]["choices"]
        assert (choices["overrides"], choices["columns"], choices["skip"]) == ({"3": {"note": "blue"}}, {}, [])
        assert patch(buyer, changed.json(), {"overrides": {"3": None}}).json()["preview"]["choices"]["overrides"] == {}

    def test_one_answer_fills_all_rows(self, buyer: TestClient) -> None:
        found = started(buyer, "Item,Qty\nBolt,3\nNut,4 kg\n")
        assert [question["code"] for question in found["preview"]["questions"]] == ["ask-unit", "ask-date", "ask-place"]
        answers = {"unit_code": "H87", "required_on": FAR.isoformat(), "delivery_place": "Gate 4"}
        preview = patch(buyer, found, answers).json()["preview"]
        assert (preview["confirmable"], preview["questions"]) == (True, [])
        assert [row["values"]["unit"] for row in rows(buyer, found)] == ["H87", "KGM"]
        assert rows(buyer, found)[0]["defaulted"] == ["unit", "required_on", "delivery_place"]

    def test_spellings_are_kept_as_the_reader_compares_them(self, buyer: TestClient) -> None:
        found = started(buyer, SMALL.replace("pcs", "Dings"))
        assert [asked["facts"]["text"] for asked in found["preview"]["questions"]] == ["Dings"]
        preview = patch(buyer, found, {"unit_spellings": {" DINGS ": "H87"}}).json()["preview"]
        assert (preview["choices"]["unit_spellings"], preview["confirmable"]) == ({"dings": "H87"}, True)

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"unit_code": "QQQ"}, 422),
            ({"unit_code": "kg"}, 422),
            ({"currency": "XXX"}, 422),
            ({"columns": {"x": "note"}}, 422),
            ({"columns": {"1": "colour"}}, 422),
            ({"overrides": {"0": {"note": "x"}}}, 422),
            ({"overrides": {"3": {"note": "a\u202eb"}}}, 422),
            ({"skip": [True]}, 422),
            ({"skip": "3"}, 422),
            ({"required_on": "05.03.2027"}, 422),
            ({"delivery_place": "x" * 501}, 422),
            ({"colour": "red"}, 422),
        ],
    )
    def test_decisions_that_cannot_be_are_refused(
        self, buyer: TestClient, changes: dict[str, Any], status: int
    ) -> None:
        found = started(buyer)
        assert patch(buyer, found, changes).status_code == status
        assert buyer.get(f"{IMPORTS}/{found['id']}").json() == found

    def test_a_version_is_asked_for_and_compared(self, buyer: TestClient) -> None:
        found = started(buyer)
        assert buyer.patch(f"{IMPORTS}/{found['id']}", json={"unit_code": "KGM"}).status_code == 428
        assert patch(buyer, {**found, "version": 9}, {"unit_code": "KGM"}).status_code == 412

    def test_every_decision_can_be_sent_and_is_shown(self) -> None:
        names = [item.name for item in fields(Choices)]
        assert list(ChoicesIn.model_fields) == names
        assert list(ChoicesOut.model_fields) == names


class TestConfirming:
    def test_a_draft_is_made_once_per_key(self, buyer: TestClient, runtime: Runtime, market: Market) -> None:
        found = started(buyer)
        body = {**REQUEST, "supplier_ids": [str(market.suppliers[0])], "closes_at": "2098-01-01T00:00:00Z"}
        first = confirm(buyer, found, body)
        assert first.status_code == 201, first.text
        made = first.json()
        assert first.headers["location"] == f"/api/v1/rfqs/{made['id']}"
        assert (made["title"], made["currency"], made["closes_at"]) == ("Bolts", "CNY", "2098-01-01T00:00:00Z")
        assert [line["item_name"] for line in made["lines"]] == ["Hex bolt", "Washer"]
        assert [item["supplier_id"] for item in made["invitations"]] == [str(market.suppliers[0])]
        again = confirm(buyer, found, body)
        assert (again.status_code, again.json(), again.headers["idempotent-replay"]) == (201, made, "true")
        assert requests_stored(runtime) == 1
        done = buyer.get(f"{IMPORTS}/{found['id']}").json()
        assert (done["status"], done["rfq_id"], done["preview"]) == ("confirmed", made["id"], None)
        assert done["outcome"] == {"lines": 2, "left": [{"row": 4, "code": "total-line"}]}

    def test_after_the_end_only_the_outcome_is_read(self, buyer: TestClient) -> None:
        found = started(buyer)
        confirm(buyer, found)
        path = f"{IMPORTS}/{found['id']}"
        assert buyer.get(f"{path}/rows").json()["code"] == "illegal-step"
        assert buyer.get(f"{path}/error-workbook").status_code == 409
        done = buyer.get(path).json()
        assert patch(buyer, done, {"unit_code": "KGM"}).status_code == 409
        assert confirm(buyer, done, key="another-key").status_code == 409
        assert buyer.delete(path, headers={"If-Match": f'"v{done["version"]}"'}).status_code == 409

    def test_what_is_open_is_named_with_its_place(self, buyer: TestClient, runtime: Runtime) -> None:
        answer = confirm(buyer, started(buyer, GAPS))
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (409, "import-not-ready")
        assert problem["facts"] == {"problems": "1", "questions": "4"}
        assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
            ("/questions/unit", "ask-unit"),
            ("/questions/currency", "ask-currency"),
            ("/questions/required_on", "ask-date"),
            ("/questions/delivery_place", "ask-place"),
            ("/rows/3/quantity", "quantity-unreadable"),
        ]
        assert requests_stored(runtime) == 0

    def test_other_currencies_are_refused_or_their_prices_dropped(self, buyer: TestClient, runtime: Runtime) -> None:
        found = started(buyer)
        euro = {"title": "Bolts", "currency": "EUR"}
        refused = confirm(buyer, found, euro)
        assert (refused.status_code, refused.json()["code"]) == (409, "import-currency-differs")
        assert refused.json()["errors"][0]["detail"] == "The price is in CNY, the request is in EUR."
        assert requests_stored(runtime) == 0
        made = confirm(buyer, found, {**euro, "drop_other_prices": True})
        assert [line["target_price"] for line in made.json()["lines"]] == [None, None]

    def test_only_the_ready_rows_where_asked(self, buyer: TestClient) -> None:
        found = started(buyer, SMALL.replace("200", "many"))
        assert confirm(buyer, found).status_code == 409
        made = confirm(buyer, found, {**REQUEST, "only_ready": True})
        assert [line["item_name"] for line in made.json()["lines"]] == ["Hex bolt"]

    def test_a_key_a_version_and_a_title_are_asked_for(self, buyer: TestClient, runtime: Runtime) -> None:
        found = started(buyer)
        path = f"{IMPORTS}/{found['id']}/confirm"
        key = {"Idempotency-Key": "a-key-of-mine"}
        assert buyer.post(path, json=REQUEST, headers={"If-Match": '"v1"'}).status_code == 428
        assert buyer.post(path, json=REQUEST, headers=key).status_code == 428
        assert confirm(buyer, {**found, "version": 2}).status_code == 412
        assert confirm(buyer, found, {"currency": "CNY"}, "another-key-1").status_code == 422
        assert confirm(buyer, found, {**REQUEST, "title": " "}, "another-key-2").status_code == 422
        assert requests_stored(runtime) == 0

    def test_categories_and_properties_become_the_lines_own(self, buyer: TestClient) -> None:
        text = (
            "Item,Category,Material,Torque class,Qty,Unit,Ship to,Due\nBolt,Fasteners,304,T7,5,pc,Hall 4,2098-03-01\n"
        )
        found = started(buyer, text)
        assert [column["field"] for column in found["preview"]["columns"]][1:4] == ["category", "property", "ignored"]
        chosen = patch(buyer, found, {"columns": {"3": "property"}}).json()
        (row,) = buyer.get(f"{IMPORTS}/{found['id']}/rows").json()["items"]
        assert (row["values"]["category"], row["values"]["property"]) == (
            "Fasteners",
            "Material: 304; Torque class: T7",
        )
        (line,) = confirm(buyer, chosen).json()["lines"]
        assert (line["category"], line["specification"]) == ("Fasteners", "")
        assert line["attributes"] == [
            {"name": "Material", "value": "304"},
            {"name": "Torque class", "value": "T7"},
        ]
        (again,) = buyer.get(f"{IMPORTS}/mappings").json()["items"]
        assert [one["field"] for one in again["columns"]][1:4] == ["category", "property", "property"]

    def test_an_upload_sent_twice_with_one_key_is_one_import(self, buyer: TestClient) -> None:
        key = {"Idempotency-Key": "a-key-of-mine"}
        first, again, other = (
            buyer.post(IMPORTS, files={"file": ("list.csv", data)}, headers=key)
            for data in (SMALL.encode(), SMALL.encode(), SMALL.replace("200", "300").encode())
        )
        assert (first.status_code, "idempotent-replay" in first.headers) == (201, False)
        assert (again.status_code, again.json(), again.headers["idempotent-replay"]) == (201, first.json(), "true")
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        assert len(buyer.get(IMPORTS).json()["items"]) == 1


class TestWorkbooks:
    def test_the_template_is_recognised_when_it_comes_back(self, buyer: TestClient) -> None:
        answer = buyer.get(f"{IMPORTS}/template?language=zh-CN")
        assert answer.headers["content-disposition"] == 'attachment; filename="needs.xlsx"'
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert [cell.value for cell in sheet[1]][:4] == ["物料", "物料编码", "规格", "数量"]
        assert load_workbook(BytesIO(buyer.get(f"{IMPORTS}/template").content)).worksheets[0]["A1"].value == "Item"
        assert buyer.get(f"{IMPORTS}/template?language=fr").status_code == 422

    def test_wrong_rows_come_with_their_reasons_and_may_be_sent_again(self, buyer: TestClient) -> None:
        found = started(buyer, GAPS)
        answer = buyer.get(f"{IMPORTS}/{found['id']}/error-workbook")
        sheet = load_workbook(BytesIO(answer.content)).worksheets[0]
        assert [cell.value for cell in sheet[1]] == ["Row in the file", "What is wrong", "Item", "Qty", "Price"]
        assert "“many” is no quantity" in str(sheet["B3"].value)
        again = started(buyer, answer.content, "rows.xlsx")["preview"]
        assert [column["field"] for column in again["columns"]] == [
            "ignored",
            "ignored",
            "item_name",
            "quantity",
            "target_price",
        ]
        few = buyer.get(f"{IMPORTS}/{found['id']}/error-workbook?problems_only=true&language=en")
        assert load_workbook(BytesIO(few.content)).worksheets[0].max_row == 3

    def test_only_who_may_import_gets_the_template(self, client: TestClient) -> None:
        assert sign_out(client).get(f"{IMPORTS}/template").status_code == 401


def test_an_import_can_be_thrown_away(buyer: TestClient) -> None:
    found = started(buyer)
    path = f"{IMPORTS}/{found['id']}"
    assert buyer.delete(path).status_code == 428
    assert buyer.delete(path, headers={"If-Match": '"v1"'}).status_code == 204
    assert buyer.get(path).status_code == 404


class TestRealLists:
    def test_a_parts_list_becomes_forty_three_needs(self, buyer: TestClient, real_data: Path) -> None:
        file = real_data / "rfq" / "lumenpnp-mech-bom-1.1.0.csv"
        found = started(buyer, file.read_bytes(), file.name)
        assert found["preview"]["counts"] == {"ready": 0, "waiting": 43, "error": 0, "offered": 0, "skipped": 1}
        assert [row["offer"]["found"] for row in rows(buyer, found, status="skipped")] == [
            "The row adds up others: “Total Unit Cost”"
        ]
        answers = {"unit_code": "H87", "currency": "USD", "required_on": "2099-03-05", "delivery_place": "Gate 4"}
        found = patch(buyer, found, answers).json()
        assert (found["preview"]["confirmable"], found["preview"]["target_sums"]) == (
            True,
            [{"currency": "USD", "amount": "427.57"}],
        )
        zero = [row["number"] for row in rows(buyer, found, limit=200) if row["notices"]]
        assert zero == list(range(29, 45))
        made = confirm(buyer, found, {"title": "LumenPnP", "currency": "USD"}).json()
        assert len(made["lines"]) == 43
        assert sum(line["target_price"] is not None for line in made["lines"]) == 27
        assert Decimal(made["lines"][0]["target_price"]) == Decimal("8.50")

    def test_the_standard_s_request_is_settled_by_one_date(self, buyer: TestClient, real_data: Path) -> None:
        file = real_data / "ubl" / "UBL-RequestForQuotation-2.1-Example.xml"
        found = started(buyer, file.read_bytes(), file.name)
        (question,) = found["preview"]["questions"]
        assert (question["code"], question["rows"], question["facts"]["date"]) == ("ask-date-past", 4, "2008-05-10")
        found = patch(buyer, found, {"required_on": "2099-03-05"}).json()
        made = confirm(buyer, found, {"title": found["preview"]["title"], "currency": "DKK"}).json()
        assert (made["title"], len(made["lines"])) == ("Bestilling af computere", 4)
        assert {line["required_on"] for line in made["lines"]} == {"2099-03-05"}
