"""Saving a comparison as a file: over the API and from its page, with the rights and audit entry of a look at it."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.reference.demo import seed_rates
from b2b_market.rfq.documents.comparison_pdf import PDF_TYPE
from b2b_market.rfq.documents.comparison_xlsx import XLSX_TYPE
from b2b_market.rfq.documents.files import EXPORTING
from b2b_market.rfq.service import exporting
from b2b_market.rfq.service.drafting import RfqContent
from b2b_market.rfq.states import RfqStatus
from tests.rfq.forms import HTML, page, text_of, tree
from tests.rfq.sheets import Book, pages_of
from tests.support.people import make_person, sign_in, sign_out
from tests.support.rfqs import Market, close, draft_command, make_draft, make_market, publish, read, submit
from tests.support.works import work_for

NOTED = text(
    "SELECT actor_user_id, channel, visible_to FROM audit_event "
    "WHERE action = 'rfq.comparison_exported' AND object_id = :id ORDER BY id"
)


@pytest.fixture
def market(runtime: Runtime) -> Market:
    seed_rates(runtime)
    return make_market(runtime)


@pytest.fixture
def content(runtime: Runtime, market: Market) -> RfqContent:
    """A closed request with quotations in two currencies; the third supplier leaves a line out."""
    made = publish(runtime, market, draft_command(market.suppliers, 3))
    for sales, prices, currency in zip(
        market.sales,
        (("9.123456", "8", "7"), ("1.3", "1.111111", "0.9"), ("10", None, "6")),
        ("CNY", "EUR", "CNY"),
        strict=True,
    ):
        submit(runtime, sales, made, prices, currency)
    close(runtime, market, made.rfq.id)
    return made


@pytest.fixture
def purchaser(client: TestClient, market: Market) -> TestClient:
    return sign_in(client, market.purchaser)


def noted(runtime: Runtime, market: Market, rfq_id: UUID) -> list[tuple[UUID, str, list[UUID]]]:
    with work_for(runtime, market.purchaser) as work:
        return [tuple(row) for row in work.session.execute(NOTED, {"id": rfq_id})]


def test_the_workbook_comes_to_the_totals_of_the_api(purchaser: TestClient, content: RfqContent) -> None:
    url = f"/api/v1/rfqs/{content.rfq.id}/comparison"
    answer = purchaser.get(f"{url}/xlsx", params={"language": "en"})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == XLSX_TYPE
    name = f"{content.rfq.number}-comparison.xlsx"
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    assert answer.headers["cache-control"] == "private, no-store"
    book, told = Book(answer.content), purchaser.get(url).json()
    at = book.row("Total")
    for column in told["columns"]:
        own = book.columns(column["supplier"])
        assert book.value(at, own[f"Total {column['currency']}"]) == Decimal(column["total"])
        assert book.value(at, own["Total CNY"]) == Decimal(column["converted_total"])
        assert book.value(at + 1, own["Total CNY"]) == column["covered"]
        assert book.value(at + 2, own["Total CNY"]) == Decimal(column["like_for_like"])
        assert book.value(at + 3, own["Total CNY"]) == column["rank"]
    assert book.value(at, 7) == Decimal(told["target_total"])
    (rate,) = told["rates"]
    assert book.formulas["Exchange rates"]["D2"].value == rate["source"]


def test_the_first_export_starts_the_evaluation_and_the_next_is_the_same_file(
    runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
) -> None:
    url = f"/api/v1/rfqs/{content.rfq.id}/comparison/pdf"
    first = purchaser.get(url, headers={"accept-language": "zh"})
    assert (first.status_code, first.headers["content-type"]) == (200, PDF_TYPE)
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.EVALUATING
    said = "".join(pages_of(first.content))
    assert "报价比较表" in said
    assert "Hengli Heavy Industry" in said
    assert purchaser.get(url, params={"language": "zh-CN"}).content == first.content
    assert purchaser.get(url, params={"language": "en"}).content != first.content


def test_every_export_is_audited_and_only_the_buyer_sees_it(
    runtime: Runtime, market: Market, purchaser: TestClient, content: RfqContent
) -> None:
    assert purchaser.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx").status_code == 200
    assert purchaser.get(f"/rfqs/{content.rfq.id}/comparison/pdf", headers=HTML).status_code == 200
    assert noted(runtime, market, content.rfq.id) == [
        (market.purchaser.user_id, "api", [market.buyer_id]),
        (market.purchaser.user_id, "page", [market.buyer_id]),
    ]
    history = text_of(page(purchaser, f"/rfqs/{content.rfq.id}"))
    assert "saved the comparison as a file" in history


@pytest.mark.parametrize("role", [Role.BUYER_EVALUATOR, Role.BUYER_APPROVER])
def test_whoever_may_compare_may_export(
    runtime: Runtime, client: TestClient, market: Market, content: RfqContent, role: Role
) -> None:
    client = sign_in(client, make_person(runtime, market.buyer_id, role))
    assert client.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx").status_code == 200


def test_nobody_else_may_and_nothing_is_noted(
    runtime: Runtime, client: TestClient, market: Market, content: RfqContent
) -> None:
    rival = make_market(runtime, suppliers=1)
    for person, status in ((market.sales[0], 403), (rival.purchaser, 404)):
        sign_in(client, person)
        for url in (f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx", f"/rfqs/{content.rfq.id}/comparison/pdf"):
            assert client.get(url, headers=HTML if url.startswith("/rfqs") else {}).status_code == status, url
    sign_out(client)
    assert client.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/pdf").status_code == 401
    assert noted(runtime, market, content.rfq.id) == []
    assert read(runtime, market.purchaser, content.rfq.id).rfq.status is RfqStatus.CLOSED


def test_a_draft_has_nothing_to_export(runtime: Runtime, market: Market, purchaser: TestClient) -> None:
    draft = make_draft(runtime, market)
    answer = purchaser.get(f"/api/v1/rfqs/{draft.rfq.id}/comparison/xlsx")
    assert (answer.status_code, answer.json()["code"]) == (409, "illegal-step")
    assert noted(runtime, market, draft.rfq.id) == []


def test_sealed_quotations_are_in_no_file_before_they_are_opened(
    runtime: Runtime, market: Market, purchaser: TestClient
) -> None:
    made = publish(runtime, market, draft_command(market.suppliers, 2, sealed=True))
    submit(runtime, market.sales[0], made, ("123.45", "67.89"))
    book = Book(purchaser.get(f"/api/v1/rfqs/{made.rfq.id}/comparison/xlsx", params={"language": "en"}).content)
    assert book.main.max_column == 9
    paper = "".join(pages_of(purchaser.get(f"/api/v1/rfqs/{made.rfq.id}/comparison/pdf").content))
    assert "123.45" not in paper
    assert "Supplier 1" not in paper


@pytest.mark.parametrize("path", ["docx", "xlsx?language=fr", "xlsx?sheet=1"])
def test_other_formats_and_languages_are_not_understood(purchaser: TestClient, content: RfqContent, path: str) -> None:
    assert purchaser.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/{path}").status_code == 422


def test_a_busy_process_says_when_to_come_back(
    purchaser: TestClient, content: RfqContent, monkeypatch: pytest.MonkeyPatch
) -> None:
    hasty = replace(EXPORTING, patience=0.01)
    monkeypatch.setattr(exporting, "EXPORTING", hasty)
    with hasty.held():
        answer = purchaser.get(f"/api/v1/rfqs/{content.rfq.id}/comparison/xlsx")
    assert (answer.status_code, answer.json()["code"]) == (503, "exporters-busy")
    assert "retry-after" in answer.headers


def test_the_page_offers_both_files_in_the_readers_language(
    runtime: Runtime, client: TestClient, market: Market, content: RfqContent
) -> None:
    url = f"/rfqs/{content.rfq.id}/comparison"
    client = sign_in(client, make_person(runtime, market.buyer_id, Role.BUYER_PURCHASER, locale="zh-CN"))
    html = page(client, url)
    links = [link.get("href") for link in tree(html).xpath("//a[@download]")]
    assert links == [f"{url}/xlsx?language=zh-CN", f"{url}/pdf?language=zh-CN"]
    assert "导出工作簿" in html
    saved = client.get(links[0], headers=HTML)
    assert saved.status_code == 200
    assert Book(saved.content).formulas.sheetnames == ["比价", "汇率"]


def test_a_page_without_quotations_offers_no_file(runtime: Runtime, market: Market, purchaser: TestClient) -> None:
    made = publish(runtime, market, draft_command(market.suppliers, 1))
    html = page(purchaser, f"/rfqs/{made.rfq.id}/comparison")
    assert tree(html).xpath("//a[@download]") == []
