"""Files for the intake tests: workbooks written cell by cell, and the short way from a table to its preview."""

from collections.abc import Sequence
from datetime import date
from io import BytesIO

import xlsxwriter

from b2b_market.rfq.intake.preview import Preview, make_preview
from b2b_market.rfq.intake.reading import read_table
from b2b_market.rfq.intake.rows import PreviewRow
from b2b_market.rfq.intake.values import Choices, Table

TODAY = date(2026, 11, 22)
NEXT_YEAR = date(2027, 3, 5)
ANSWERS = Choices(unit_code="H87", delivery_place="Shanghai", required_on=NEXT_YEAR, currency="USD")


def csv_table(text: str, delimiter: str | None = None) -> Table:
    """Read CSV text as an upload of UTF-8 bytes would be."""
    return read_table(text.encode(), delimiter=delimiter)


def preview_of(text: str, choices: Choices = ANSWERS) -> Preview:
    """Preview CSV text with everything answered that a file may leave out."""
    return make_preview(csv_table(text), choices, TODAY)


def only_row(text: str, choices: Choices = ANSWERS) -> PreviewRow:
    """Preview CSV text of headings and one line."""
    (row,) = preview_of(text, choices).rows
    return row


def codes(row: PreviewRow) -> tuple[list[str], list[str], list[str]]:
    """Return the codes of a row's errors, waits and notices."""
    return (
        [found.code for found in row.errors],
        [found.code for found in row.waits],
        [found.code for found in row.notices],
    )


def workbook_of(**sheets: Sequence[Sequence[object]]) -> bytes:
    """Write sheets of plain values: texts stay texts, numbers numbers."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as workbook:
        for name, rows in sheets.items():
            sheet = workbook.add_worksheet(name)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row)
    return out.getvalue()
