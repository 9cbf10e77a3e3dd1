"""The comparison as a workbook and as a PDF, from plain values."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from b2b_market.infra.documents.fonts import load_fonts
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.rfq import documents
from b2b_market.rfq.commands.requests import ExportFormat
from b2b_market.rfq.documents.comparison_pdf import SUPPLIERS_PER_TABLE, comparison_document, print_comparison
from b2b_market.rfq.documents.comparison_sheet import ComparisonSheet, Speech
from b2b_market.rfq.documents.comparison_xlsx import comparison_workbook
from b2b_market.rfq.documents.files import EXPORTING, export_file
from b2b_market.rfq.rules.exporting import ExportersBusy
from b2b_market.sourcing.public import Comparison, QuoteLine, compare
from b2b_market.ui.i18n import Catalogue
from b2b_market.ui.language import Language
from tests.rfq.sheets import HEAD, Book, pages_of, sizes_of
from tests.sourcing.markets import EUR_CNY, JPY_CNY, TODAY, basis, cny, need, offer, quote
from tests.sourcing.markets import partial as part_of

HOUSE = Path(documents.__file__).parents[2]
CATALOGUE = Catalogue([HOUSE / name for name in ("rfq", "sourcing", "ui", "contracts", "reference")])
EUR, JPY = Currency("EUR"), Currency("JPY")
AS_OF = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)


def speech(language: Language = Language.EN) -> Speech:
    return Speech(language, partial(CATALOGUE.translate, language))


def abroad(line: QuoteLine, currency: Currency) -> QuoteLine:
    return replace(line, unit_price=Money(line.unit_price.amount, currency))


def compared() -> Comparison:
    """Three suppliers in three currencies: a gap, a partial offer, an expired one, an alternative."""
    needs = [need(1, 30, target=cny("9.5")), need(2, "7.5"), need(3, 1000, target=cny("0.12"))]
    return compare(
        needs,
        [
            quote(1, {1: "10", 2: "20.333333", 3: "0.105"}),
            quote(
                2,
                [
                    replace(abroad(offer(1, "1.2"), EUR), lead_days=14, alternative=True, note="=2+2 stainless"),
                    abroad(part_of(2, "2.5", 5), EUR),
                    abroad(offer(3, "0.013337"), EUR),
                ],
                EUR,
            ),
            quote(
                3,
                [abroad(offer(1, "201.5"), JPY), replace(abroad(offer(3, "2"), JPY), valid_until=TODAY - timedelta(1))],
                JPY,
            ),
        ],
        basis(EUR_CNY, JPY_CNY),
    )


def sheet(comparison: Comparison | None = None, *, frozen: bool = True) -> ComparisonSheet:
    return ComparisonSheet(
        number="RFQ-2026-000007",
        title="Spare parts",
        buyer="Hengli Heavy Industry",
        as_of=AS_OF,
        frozen=frozen,
        comparison=compared() if comparison is None else comparison,
    )


@pytest.fixture(scope="module")
def book() -> Book:
    return Book(comparison_workbook(sheet(), speech()))


# ---- workbook


def test_totals_are_live_and_come_to_those_of_the_comparison(book: Book) -> None:
    at = book.row("Total")
    for column in compared().columns:
        own = book.columns(column.supplier)
        total = own[f"Total {column.currency}"]
        assert str(book.main.cell(at, total).value).startswith("=SUM(")
        assert book.value(at, total) == column.total.amount
        assert book.value(at, own["Total CNY"]) == column.converted_total.amount
        assert column.like_for_like is not None
        assert book.value(at + 2, own["Total CNY"]) == column.like_for_like.amount
        assert book.value(at + 1, own["Total CNY"]) == column.covered
        assert column.place is not None
        assert book.value(at + 3, own["Total CNY"]) == column.place.rank
    target = compared().target_total
    assert target is not None
    assert book.value(at, 7) == target.amount


def test_every_stored_value_is_what_its_formula_comes_to(book: Book) -> None:
    formulas = dict(book.all_formulas())
    assert len(formulas) > 25
    for address, text in formulas.items():
        stored = book.stored.worksheets[0][address].value
        assert Decimal(str(stored)) == book._formula(text[1:]), address


def test_lines_are_rounded_like_on_the_page(book: Book) -> None:
    own = book.columns("Supplier 2")
    cell = compared().rows[2].cells[1]
    assert cell is not None
    assert book.main.cell(HEAD + 3, own["Unit price EUR"]).value == 0.013337
    assert book.value(HEAD + 3, own["Total EUR"]) == cell.total.amount == Decimal("13.34")
    assert book.value(HEAD + 3, own["Total CNY"]) == cell.converted_total.amount
    assert book.value(HEAD + 3, own["Unit price CNY"]) == cell.price.amount


def test_numbers_are_numbers_and_gaps_are_empty(book: Book) -> None:
    first, third = book.columns("Supplier 1"), book.columns("Supplier 3")
    assert book.main.cell(HEAD + 1, first["Unit price CNY"]).value == 10
    assert book.main.cell(HEAD + 2, 4).value == 7.5
    assert [book.main.cell(HEAD + 2, column).value for column in third.values()] == [None] * len(third)
    assert book.main.cell(HEAD + 1, third["Total JPY"]).number_format == "#,##0"
    assert book.main.cell(HEAD + 1, third["Total CNY"]).number_format == "#,##0.00"
    assert "Total CNY" in first
    assert "Unit price EUR" not in first


def test_what_a_supplier_wrote_is_never_a_formula(book: Book) -> None:
    own = book.columns("Supplier 2")
    cell = book.main.cell(HEAD + 1, own["Remarks"])
    assert cell.value == "Best price · Alternative · =2+2 stainless"
    assert cell.data_type == "s"
    assert book.main.cell(HEAD + 1, own["Lead time, days"]).value == 14
    evil = replace(sheet(), title="=cmd()", comparison=compare([need(1)], [quote(1, {1: "1"})], basis()))
    made = Book(comparison_workbook(replace(evil, number="=1"), speech()))
    assert made.main["A1"].data_type == "s"


def test_rates_stand_on_their_own_sheet_with_their_source(book: Book) -> None:
    rates = book.formulas["Exchange rates"]
    assert [[cell.value for cell in row] for row in rates.iter_rows(max_row=3)] == [
        ["One unit of", "is in", "Rate", "Source", "As of"],
        ["EUR", "CNY", 7.8123, "ECB", "2026-11-20"],
        ["JPY", "CNY", 0.0487, "ECB", "2026-11-20"],
    ]
    assert rates["A5"].value == "The rates are frozen at the close of the request."
    moving = Book(comparison_workbook(sheet(frozen=False), speech()))
    assert moving.formulas["Exchange rates"]["A5"].value == "The request is open: these are the rates of the day."


def test_heads_stay_in_sight(book: Book) -> None:
    assert book.main.freeze_panes == "C6"
    assert book.main.print_title_rows == "$4:$5"
    assert book.main.page_setup.orientation == "landscape"


def test_in_chinese_everything_is_chinese() -> None:
    made = Book(comparison_workbook(sheet(), speech(Language.ZH)))
    assert made.formulas.sheetnames == ["比价", "汇率"]
    own = made.columns("Supplier 2")
    assert list(own) == ["报价数量", "单价 EUR", "单价 CNY", "合计 EUR", "合计 CNY", "交期（天）", "备注"]
    total = made.value(made.row("合计"), own["合计 CNY"])
    assert total == compared().columns[1].converted_total.amount


def test_a_comparison_without_quotations_is_a_list_of_needs() -> None:
    made = Book(comparison_workbook(sheet(compare([need(1)], [], basis())), speech()))
    assert made.main.cell(HEAD + 1, 2).value == "item 1"
    assert made.main.max_column == 9


# ---- paper


def test_pages_are_landscape_numbered_and_repeat_their_heads() -> None:
    many = compare(
        [need(number) for number in range(1, 121)],
        [quote(number, {line: str(line + number) for line in range(1, 121)}) for number in (1, 2, 3)],
        basis(),
    )
    printed = print_comparison(sheet(many), speech())
    pages = pages_of(printed.content)
    assert len(pages) == printed.pages > 3
    assert sizes_of(printed.content) == {(297, 210)}
    for number, text in enumerate(pages, start=1):
        assert f"Page {number} of {len(pages)}" in text
        assert "RFQ-2026-000007" in text
    assert all("Supplier 2" in text for text in pages)
    whole = "\n".join(pages)
    assert [number for number in range(1, 121) if f"item {number}\n" not in whole + "\n"] == []
    assert printed.missing == ()


def test_paper_says_what_the_page_says() -> None:
    (page,) = pages_of(print_comparison(sheet(), speech()).content)
    text = page.replace("\n", " ")
    for column in compared().columns:
        assert f"{column.converted_total.amount:,}" in text
    for said in (
        "Comparison of quotations",
        "Hengli Heavy Industry",
        "State of 2026-11-22 08:30 UTC",
        "Best price",
        "Partial",
        "Expired",
        "14 d",
        "Ranks compare the",
        "1 EUR 7.8123 CNY · ECB · 2026-11-20",
        "The rates are frozen at the close of the request.",
    ):
        assert said in text
    assert "—" in text


def test_paper_speaks_chinese() -> None:
    printed = print_comparison(sheet(frozen=False), speech(Language.ZH))
    text = "".join(pages_of(printed.content)).replace("\n", "")
    for said in ("报价比较表", "按可比行排名", "最低价", "汇率", "询价尚未截止"):
        assert said in text
    assert "第 1 页，共 1 页" in text
    assert printed.missing == ()


def test_many_suppliers_are_divided_over_tables() -> None:
    many = SUPPLIERS_PER_TABLE + 2
    comparison = compare([need(1)], [quote(number, {1: "5"}) for number in range(1, many + 1)], basis())
    text = "".join(pages_of(print_comparison(sheet(comparison), speech()).content))
    assert f"Suppliers 1 to {SUPPLIERS_PER_TABLE} of {many}" in text
    assert f"Suppliers {SUPPLIERS_PER_TABLE + 1} to {many} of {many}" in text
    assert "All suppliers cover the same lines" in text
    assert "Exchange rates" not in text


def test_paper_without_quotations_says_so() -> None:
    document = comparison_document(sheet(compare([need(1)], [], basis())), speech())
    assert len(document.blocks) == 1
    (page,) = pages_of(print_comparison(sheet(compare([need(1)], [], basis())), speech()).content)
    assert "No quotation to compare yet" in page


# ---- files


@pytest.mark.parametrize("file_format", ExportFormat)
@pytest.mark.parametrize("language", Language)
def test_equal_sheets_give_equal_bytes(file_format: ExportFormat, language: Language) -> None:
    first = export_file(sheet(), speech(language), file_format)
    assert export_file(sheet(), speech(language), file_format).content == first.content
    later = export_file(replace(sheet(), as_of=AS_OF + timedelta(minutes=1)), speech(language), file_format)
    assert later.content != first.content
    assert first.name == f"RFQ-2026-000007-comparison.{file_format}"


def test_a_second_export_waits_and_is_told_when_to_come_back() -> None:
    hasty = replace(EXPORTING, patience=0.01)
    load_fonts()
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with hasty.held():
            held.set()
            done.wait()

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    with pytest.raises(ExportersBusy) as refused, hasty.held():
        pass
    done.set()
    other.join()
    assert refused.value.facts == {"retry_after": 0}
    with hasty.held():
        pass
