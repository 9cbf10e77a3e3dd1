"""How each column writes its numbers and dates: decided once per column, from all of its cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from b2b_market.rfq.intake import calendar_days, numerals
from b2b_market.rfq.intake.column_content import number_text
from b2b_market.rfq.intake.values import CellKind, DateOrder, Decimals, TableRow

_ASKING_DELIMITER: Final = ";"
"""Programs separate by semicolons where the comma writes decimals: 1.234 may be a thousand there."""


@dataclass(frozen=True, slots=True)
class Writing:
    """The ways of a column. None where it does not matter or has to be asked; then ``doubt`` is a cell that shows why.

    ``assumed`` is a cell that was read with a point for want of evidence; the user is told.
    """

    decimals: Decimals | None = None
    date_order: DateOrder | None = None
    doubt: str = ""
    assumed: str = ""


def decide_decimals(rows: Sequence[TableRow], numeric: Iterable[int], delimiter: str | None) -> dict[int, Writing]:
    """Decide for the ``numeric`` columns by index.

    A column follows its own certain cells; without any the one style the file's other columns prove; without that a
    point, unless the file is separated by semicolons. Certain cells of both styles in one column have to be asked.
    """
    cells = {index: _typed_numbers(rows, index) for index in numeric}
    seen = {index: numerals.styles_seen(found) for index, found in cells.items()}
    proven = {style for styles in seen.values() if len(styles) == 1 for style in styles}
    elsewhere = proven.pop() if len(proven) == 1 else None
    decided = {}
    for index, found in cells.items():
        doubtful = next((text for text, _ in found if numerals.is_ambiguous(text)), "")
        if len(seen[index]) == 1:
            decided[index] = Writing(decimals=next(iter(seen[index])))
        elif seen[index]:
            decided[index] = Writing(doubt=doubtful)
        elif elsewhere or not doubtful:
            decided[index] = Writing(decimals=elsewhere or Decimals.POINT)
        elif delimiter == _ASKING_DELIMITER:
            decided[index] = Writing(doubt=doubtful)
        else:
            decided[index] = Writing(decimals=Decimals.POINT, assumed=doubtful)
    return decided


def decide_dates(rows: Sequence[TableRow], index: int) -> Writing:
    """Decide the order of a column of dates; where nothing or both are proven, an ambiguous cell is the doubt."""
    cells = [(row.cells[index], row.kinds[index]) for row in rows if row.cells[index]]
    seen = calendar_days.orders_seen(cells)
    if len(seen) == 1:
        return Writing(date_order=next(iter(seen)))
    typed = (text for text, kind in cells if kind == CellKind.TEXT)
    return Writing(doubt=next((text for text in typed if calendar_days.is_ambiguous(text)), ""))


def _typed_numbers(rows: Sequence[TableRow], index: int) -> list[tuple[str, str]]:
    cells = ((row.cells[index], row.kinds[index]) for row in rows)
    return [
        (number_text(text), kind) for text, kind in cells if kind == CellKind.TEXT and not numerals.is_nothing(text)
    ]
