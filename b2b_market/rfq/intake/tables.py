"""Raw rows of any reader to one clean, rectangular, bounded table."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from b2b_market.kernel.text import is_clean
from b2b_market.rfq.intake.refusals import FileEmpty, TooManyColumns, TooManyRows, TooMuchText
from b2b_market.rfq.intake.values import MAX_CELL, MAX_COLUMNS, MAX_ROWS, CellKind, Remark, Table, TableRow

ROWS_ABOVE: Final = 20
"""How many rows besides the needs a table may have: titles and the headings."""

SCAN_ROWS: Final = 20_000
"""How far down a file is read at all; blank lines count here and nowhere else."""

MAX_TEXT: Final = 6_000_000
_LINE_ENDS: Final = str.maketrans({"\r": "\n", "\v": "\n", "\f": "\n"})
_KEPT: Final = MAX_CELL + 1  # one more than allowed, so that the row can be told its cell is too long


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row as a reader found it; ``kinds`` has one CellKind letter per cell, or is empty where all is text."""

    number: int
    cells: Sequence[str]
    kinds: str = ""


def build_table(table: Table, raw: Sequence[RawRow]) -> Table:
    """Return ``table`` with the rows: NFC, no control characters, padded to one width, without the blanks around.

    Blank rows at the end and blank columns at the right are cut; what lies between stays. Raises FileEmpty,
    TooManyRows, TooManyColumns or TooMuchText.
    """
    kept = _until_last_filled(raw)
    width = _width(kept)
    rows, altered, text = [], 0, 0
    for row in kept:
        cells = [clean_cell(cell) for cell in row.cells[:width]]
        altered += sum(clean != nfc for clean, nfc in cells)
        text += sum(len(clean) for clean, _ in cells)
        if text > MAX_TEXT:
            raise TooMuchText(limit=str(MAX_TEXT))
        blanks = width - len(cells)
        kinds = (row.kinds or CellKind.TEXT * len(cells))[:width] + CellKind.TEXT * blanks
        rows.append(TableRow(row.number, (*(clean for clean, _ in cells), *[""] * blanks), kinds))
    remarks = table.remarks
    if altered:
        remarks += (Remark("control-characters", {"cells": str(altered)}),)
    return replace(table, width=width, rows=tuple(rows), remarks=remarks)


def clean_cell(text: str) -> tuple[str, str]:
    r"""Return the text as it is kept, and as it would be with its invisible controls: the two differ where some went.

    Both are NFC, with ``\\n`` for line ends and without blanks around; text beyond the longest cell is cut.
    """
    lines = text[: _KEPT * 2].replace("\r\n", "\n").translate(_LINE_ENDS)
    nfc = unicodedata.normalize("NFC", lines).strip()[:_KEPT]
    if nfc.isprintable() or is_clean(nfc):  # whatever is printable is clean; the first question is much the quicker
        return nfc, nfc
    clean = "".join(character for character in nfc if is_clean(character))
    return unicodedata.normalize("NFC", clean).strip(), nfc


def column_letter(index: int) -> str:
    """Return the name of a column as spreadsheets write it: 0 is A, 26 is AA."""
    name = ""
    while index >= 0:
        index, rest = divmod(index, 26)
        name = chr(ord("A") + rest) + name
        index -= 1
    return name


def _until_last_filled(raw: Sequence[RawRow]) -> Sequence[RawRow]:
    filled = [index for index, row in enumerate(raw) if any(cell.strip() for cell in row.cells)]
    if not filled:
        raise FileEmpty
    if len(filled) > MAX_ROWS + ROWS_ABOVE:
        raise TooManyRows(limit=str(MAX_ROWS), row=str(raw[filled[MAX_ROWS + ROWS_ABOVE]].number))
    return raw[: filled[-1] + 1]


def _width(rows: Sequence[RawRow]) -> int:
    widest = 0
    for row in rows:
        last = next((index for index in range(len(row.cells) - 1, -1, -1) if row.cells[index].strip()), -1)
        if last >= MAX_COLUMNS:
            raise TooManyColumns(limit=str(MAX_COLUMNS), row=str(row.number), column=column_letter(last))
        widest = max(widest, last + 1)
    return widest
