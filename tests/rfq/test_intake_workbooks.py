from datetime import date, datetime, time
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
import xlsxwriter

from b2b_market.infra.zip_inspection import ArchiveUnsafe
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.refusals import (
    FileEmpty,
    FormatContradicts,
    FormatUnknown,
    SheetUnknown,
    TooManyColumns,
    TooManyRows,
    WorkbookLocked,
    XmlBroken,
    XmlUnsafe,
)
from b2b_market.rfq.intake.values import Remark, Source
from tests.rfq.intake_files import workbook_of

LIST: list[list[object]] = [["名称", "数量"], ["螺栓", 12], ["螺母", 3]]


def changed(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    """Return the workbook with one part's bytes replaced."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(out, "w", ZIP_DEFLATED) as target:
        for entry in source.infolist():
            content = source.read(entry)
            assert entry.filename != part or old in content
            target.writestr(entry.filename, content.replace(old, new) if entry.filename == part else content)
    return out.getvalue()


def test_values_become_text_with_their_kind() -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        day, moment = book.add_format({"num_format": "yyyy-mm-dd"}), book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        clock = book.add_format({"num_format": "hh:mm"})
        sheet.write_row(0, 0, ["text", 12, 0.1, 12.3 + 1e-15, 6901234567892, True])
        sheet.write_datetime(0, 6, datetime(2026, 3, 5), day)  # noqa: DTZ001 - spreadsheets know no zones
        sheet.write_datetime(0, 7, datetime(2026, 3, 5, 10, 30), moment)  # noqa: DTZ001 - spreadsheets know no zones
        sheet.write_datetime(0, 8, time(3, 4), clock)
        sheet.write_number(0, 9, 1e20)
        sheet.write_number(0, 10, -2.50)
    (row,) = read_table(out.getvalue(), name="list.xlsx").rows
    assert row.cells == (
        "text",
        "12",
        "0.1",
        "12.3",
        "6901234567892",
        "TRUE",
        "2026-03-05",
        "2026-03-05 10:30:00",
        "03:04:00",
        "100000000000000000000",
        "-2.5",
    )
    assert row.kinds == "tnnnntddtnn"


def test_the_sheet_with_the_best_headings_is_read() -> None:
    data = workbook_of(Cover=[["Purchase list", "by", "Ada"], ["Some notes", "more", "words"]], Needs=LIST)
    table = read_table(data)
    assert (table.source, table.sheet, table.sheets) == (Source.XLSX, "Needs", ("Cover", "Needs"))
    assert [row.cells for row in table.rows] == [("名称", "数量"), ("螺栓", "12"), ("螺母", "3")]


def test_of_equal_sheets_the_first_is_read_and_another_can_be_chosen() -> None:
    data = workbook_of(One=LIST, Two=[["item", "qty"], ["nut", 7]])
    assert read_table(data).sheet == "One"
    assert read_table(data, sheet="Two").rows[1].cells == ("nut", "7")


def test_hidden_sheets_are_not_read_unasked() -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.add_worksheet("Shown").write_row(0, 0, ["something", "else"])
        hidden = book.add_worksheet("Hidden")
        hidden.write_row(0, 0, ["item", "quantity"])
        hidden.hide()
    table = read_table(out.getvalue())
    assert (table.sheet, table.sheets) == ("Shown", ("Shown",))


def test_an_unknown_sheet_is_refused_with_those_there_are() -> None:
    with pytest.raises(SheetUnknown) as caught:
        read_table(workbook_of(One=LIST, Two=LIST), sheet="Three")
    assert caught.value.facts == {"sheet": "Three", "sheets": "One, Two"}


def test_rows_keep_the_number_of_the_sheet() -> None:
    table = read_table(workbook_of(S=[[], ["Title"], [], *LIST]))
    assert [row.number for row in table.rows] == [1, 2, 3, 4, 5, 6]
    assert table.rows[0].blank


def test_numbers_beyond_fifteen_digits_are_remarked() -> None:
    codes: list[list[object]] = [[10**15 + n, 1] for n in range(7)]
    table = read_table(workbook_of(S=[["物料编码", "数量"], *codes]))
    assert table.rows[1].cells[0] == "1000000000000000"
    assert table.remarks == (Remark("long-numbers", {"cells": "A2, A3, A4, A5, A6, …"}),)
    assert read_table(workbook_of(S=[["code"], [999_999_999_999_999]])).remarks == ()


def test_formulas_without_result_and_errors_are_marked() -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["item", "qty"], ["bolt", "=1+1"], ["nut", 3]):
        sheet.append(row)
    out = BytesIO()
    book.save(out)
    table = read_table(out.getvalue())
    assert [(row.cells[1], row.kinds[1]) for row in table.rows] == [("qty", "t"), ("", "f"), ("3", "n")]

    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as written:
        page = written.add_worksheet()
        page.write_row(0, 0, ["item", "qty"])
        page.write_formula(1, 0, '="bolt"', None, "bolt")
        page.write_formula(1, 1, "=6*2", None, 12)
        page.write_formula(2, 1, "=1/0", None, "#DIV/0!")
    table = read_table(out.getvalue())
    assert [(row.cells, row.kinds) for row in table.rows[1:]] == [(("bolt", "12"), "tn"), (("", "#DIV/0!"), "te")]


def test_texts_merged_downwards_are_repeated_and_numbers_are_not() -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate([["item", "place", "qty"], ["bolt", "", 1], ["nut", "", ""], ["washer", "Ulm", 5]]):
            sheet.write_row(at, 0, row)
        sheet.merge_range(1, 1, 2, 1, "Aix")
        sheet.merge_range(1, 2, 2, 2, 7)
        sheet.merge_range(5, 0, 5, 2, "remark")
    table = read_table(out.getvalue())
    assert [row.cells for row in table.rows[1:4]] == [("bolt", "Aix", "7"), ("nut", "Aix", ""), ("washer", "Ulm", "5")]
    assert table.rows[5].cells == ("remark", "", "")


@pytest.mark.parametrize(
    ("cell", "refusal"), [((20_000, 0), TooManyRows), ((3, 400), TooManyColumns), ((3, 70), TooManyColumns)]
)
def test_a_cell_far_outside_is_named(cell: tuple[int, int], refusal: type[Exception]) -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["item", "qty"])
        sheet.write_string(*cell, "far away")
    with pytest.raises(refusal) as caught:
        read_table(out.getvalue())
    facts = getattr(caught.value, "facts", {})
    assert facts["row"] == str(cell[0] + 1)


def test_formatting_far_outside_does_not_matter() -> None:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["item", "qty"])
        sheet.write_row(1, 0, ["bolt", 1])
        sheet.write_blank(1_000_000, 16_000, None, book.add_format({"bold": True}))
    assert len(read_table(out.getvalue()).rows) == 2


def test_a_sheet_that_is_too_large_stands_aside_for_one_that_fits() -> None:
    big: list[list[object]] = [["item", "qty"], *[["x", 1]] * 20_001]
    assert read_table(workbook_of(Data=big, Needs=LIST)).sheet == "Needs"
    with pytest.raises(TooManyRows):
        read_table(workbook_of(Data=big))


def test_an_empty_workbook_is_empty() -> None:
    with pytest.raises(FileEmpty):
        read_table(workbook_of(One=[], Two=[[]]))


@pytest.mark.parametrize(
    ("parts", "found"),
    [
        ({"word/document.xml": b"<w/>"}, "DOCX"),
        ({"xl/workbook.bin": b"x"}, "XLSB"),
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "ODS"),
        ({"anything.txt": b"x"}, "ZIP"),
    ],
)
def test_other_containers_are_named(parts: dict[str, bytes], found: str) -> None:
    out = BytesIO()
    with ZipFile(out, "w") as container:
        for name, data in parts.items():
            container.writestr(name, data)
    with pytest.raises(FormatUnknown) as caught:
        read_table(out.getvalue())
    assert caught.value.facts == {"found": found}


def test_excel_97_and_encrypted_workbooks_are_told_apart() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
    with pytest.raises(FormatUnknown) as caught:
        read_table(ole)
    assert caught.value.facts == {"found": "XLS"}
    with pytest.raises(WorkbookLocked):
        read_table(ole + "EncryptedPackage".encode("utf-16-le"))


def test_a_workbook_called_csv_is_refused_with_the_right_ending() -> None:
    with pytest.raises(FormatContradicts) as caught:
        read_table(workbook_of(S=LIST), name="needs.csv")
    assert caught.value.facts == {"name": "needs.csv", "found": "XLSX", "extension": "xlsx"}
    with pytest.raises(FormatContradicts) as caught:
        read_table(b"item,qty\nbolt,1\n", name="Needs.XLSX")
    assert caught.value.facts == {"name": "Needs.XLSX", "found": "CSV", "extension": "csv"}


def test_document_types_in_any_part_that_is_read_are_refused() -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    for part in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"):
        data = changed(workbook_of(S=LIST), part, b"?>\n", b"?>\n" + doctype)
        with pytest.raises(XmlUnsafe):
            read_table(data)


def test_a_broken_sheet_is_refused_with_its_place() -> None:
    data = changed(workbook_of(S=LIST), "xl/worksheets/sheet1.xml", b"</sheetData>", b"")
    with pytest.raises(XmlBroken) as caught:
        read_table(data)
    assert caught.value.facts["line"] == "2"


def test_a_sheet_that_is_named_but_missing_is_left_out() -> None:
    data = changed(workbook_of(A=LIST, B=LIST), "xl/_rels/workbook.xml.rels", b"sheet1.xml", b"nowhere.xml")
    assert read_table(data).sheets == ("B",)


def test_embedded_files_are_refused() -> None:
    out = BytesIO(workbook_of(S=LIST))
    with ZipFile(out, "a") as container:
        container.writestr("xl/embeddings/oleObject1.bin", workbook_of(S=LIST))
    with pytest.raises(ArchiveUnsafe) as caught:
        read_table(out.getvalue())
    assert caught.value.facts["rule"] == "archive inside the file"


def test_cells_without_references_are_placed_in_order() -> None:
    data = workbook_of(S=[["item", "qty"], ["bolt", 5]])
    for reference in (b' r="A1"', b' r="B1"', b' r="A2"', b' r="B2"'):
        data = changed(data, "xl/worksheets/sheet1.xml", b"<c" + reference, b"<c")
    assert [row.cells for row in read_table(data).rows] == [("item", "qty"), ("bolt", "5")]


def test_dates_are_dates_of_the_product_too() -> None:
    assert (
        read_table(workbook_of(S=[["item", "date"], ["bolt", date(2026, 3, 5).isoformat()]])).rows[1].cells[1]
        == "2026-03-05"
    )
