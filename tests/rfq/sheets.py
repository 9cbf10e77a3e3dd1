"""Reading exported comparisons back: cells by head, formulas worked out without a spreadsheet program."""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from io import BytesIO

import openpyxl
import pypdfium2
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from b2b_market.rfq.documents.comparison_xlsx import FIRST_ROW

HEAD = FIRST_ROW  # rows of openpyxl count from 1


class Book:
    """A workbook with its formulas, and what they come to, worked out from the typed numbers alone."""

    def __init__(self, content: bytes) -> None:
        self.formulas = openpyxl.load_workbook(BytesIO(content))
        self.stored = openpyxl.load_workbook(BytesIO(content), data_only=True)

    @property
    def main(self) -> Worksheet:
        return self.formulas.worksheets[0]

    def columns(self, supplier: str) -> dict[str, int]:
        """Return the columns of a supplier's block by their heads."""
        start = next(cell.column for cell in self.main[HEAD - 1] if cell.value == supplier)
        found: dict[str, int] = {}
        for column in range(start, self.main.max_column + 1):
            if column > start and self.main.cell(HEAD - 1, column).value:
                break
            found[str(self.main.cell(HEAD, column).value)] = column
        return found

    def row(self, label: str) -> int:
        """Return the row whose second column holds ``label``."""
        return next(row for row in range(HEAD + 1, self.main.max_row + 1) if self.main.cell(row, 2).value == label)

    def value(self, row: int, column: int, sheet: str | None = None) -> Decimal | None:
        """Work a cell out: SUM, SUMIF, ROUND and products of other cells."""
        cell = (self.main if sheet is None else self.formulas[sheet]).cell(row, column).value
        if cell is None:
            return None
        text = str(cell)
        return self._formula(text[1:]) if text.startswith("=") else Decimal(text)

    def all_formulas(self) -> Iterator[tuple[str, str]]:
        for row in self.main.iter_rows():
            for cell in row:
                if isinstance(cell.value, str) and cell.data_type == "f":
                    yield cell.coordinate, cell.value

    def _formula(self, text: str) -> Decimal:
        if match := re.fullmatch(r"SUM\(([A-Z]+\d+:[A-Z]+\d+)\)", text):
            return sum((value for value in self._range(match[1]) if value is not None), Decimal(0))
        if match := re.fullmatch(r"SUMIF\(([^,]+),1,([^,]+)\)", text):
            pairs = zip(self._range(match[1]), self._range(match[2]), strict=True)
            return sum((value or Decimal(0) for flag, value in pairs if flag == 1), Decimal(0))
        if match := re.fullmatch(r"ROUND\((.+),(\d)\)", text):
            return self._formula(match[1]).quantize(Decimal(1).scaleb(-int(match[2])), ROUND_HALF_UP)
        product = Decimal(1)
        for factor in text.split("*"):
            product *= self._cell(factor)
        return product

    def _range(self, text: str) -> list[Decimal | None]:
        left, top, right, bottom = range_boundaries(text)
        assert left == right
        return [self.value(row, int(left or 0)) for row in range(int(top or 0), int(bottom or 0) + 1)]

    def _cell(self, text: str) -> Decimal:
        sheet, _, address = text.rpartition("!")
        column, row, _, _ = range_boundaries(address.replace("$", ""))
        value = self.value(int(row or 0), int(column or 0), sheet.strip("'") or None)
        assert value is not None
        return value


def pages_of(content: bytes) -> list[str]:
    """Return the text of every page."""
    document = pypdfium2.PdfDocument(content)
    found = [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]
    document.close()
    return found


def sizes_of(content: bytes) -> set[tuple[int, int]]:
    """Return the sizes of the pages in millimetres."""
    document = pypdfium2.PdfDocument(content)
    found = {tuple(round(side / 72 * 25.4) for side in page.get_size()) for page in document}
    document.close()
    return {(width, height) for width, height in found}
