"""A table laid out: which row holds the headings, what stands above it, what each column means."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from b2b_market.rfq.intake.column_content import is_day, is_number
from b2b_market.rfq.intake.columns import Column, guess_columns
from b2b_market.rfq.intake.headings import recognised_headings
from b2b_market.rfq.intake.prices import settle_prices
from b2b_market.rfq.intake.tables import ROWS_ABOVE
from b2b_market.rfq.intake.values import CellKind, Choices, Table, TableRow

_AT_LEAST: Final = 2
_TITLE_LENGTH: Final = 200


@dataclass(frozen=True, slots=True)
class Layout:
    """``header`` is the row of headings, if there is one; ``above`` the rows before it; ``body`` those after it."""

    header: TableRow | None
    above: tuple[TableRow, ...]
    body: tuple[TableRow, ...]
    columns: tuple[Column, ...]

    @property
    def title(self) -> str | None:
        """The first line above the headings that stands alone in its row."""
        lone = (next(filter(None, row.cells)) for row in self.above if sum(map(bool, row.cells)) == 1)
        return next((text for text in lone if len(text) <= _TITLE_LENGTH), None)


def lay_out(table: Table, choices: Choices) -> Layout:
    """Find the headings (or take the user's row) and guess the columns (or take the user's choices)."""
    position = _header_position(table, choices)
    above = table.rows[:position] if position is not None else ()
    body = table.rows[position + 1 :] if position is not None else table.rows
    header = table.rows[position] if position is not None else None
    headings = table.headings or (header.cells if header else ("",) * table.width)
    columns = guess_columns(table, headings, body, choices)
    return Layout(header, above, body, tuple(settle_prices(columns, body)))


def looks_like_headings(row: TableRow) -> bool:
    """Tell whether a row names at least two different fields and holds hardly any number or date."""
    if sum(cell[:1].isdigit() for cell in row.cells) * 3 > sum(map(bool, row.cells)):
        return False  # nearly every need has a cell that begins with a digit; the rest of the test takes longer
    recognised = recognised_headings(row.cells)
    return recognised >= _AT_LEAST and _values_in(row) * 3 <= recognised


def _header_position(table: Table, choices: Choices) -> int | None:
    if table.headings is not None or choices.header_row == 0:
        return None
    if choices.header_row is not None:
        numbers = [row.number for row in table.rows]
        return numbers.index(choices.header_row) if choices.header_row in numbers else None
    first = table.rows[: ROWS_ABOVE + 1]
    likely = [index for index, row in enumerate(first) if looks_like_headings(row)]
    if likely:
        return max(likely, key=lambda index: (recognised_headings(first[index].cells), -index))
    return _unrecognised_header(first)


def _unrecognised_header(rows: Sequence[TableRow]) -> int | None:
    """Words over numbers, or of which one is recognised: the first well-filled row may be headings of another kind."""
    index = next((index for index, row in enumerate(rows) if sum(map(bool, row.cells)) * 2 >= len(row.cells)), None)
    if index is None or _values_in(rows[index]):
        return None
    row = rows[index]
    below = next((later for later in rows[index + 1 :] if not later.blank), None)
    over_values = below is not None and any(
        cell and _is_value(value, kind) for cell, value, kind in zip(row.cells, below.cells, below.kinds, strict=True)
    )
    return index if over_values or recognised_headings(row.cells) else None


def _values_in(row: TableRow) -> int:
    return sum(_is_value(cell, kind) for cell, kind in zip(row.cells, row.kinds, strict=True))


def _is_value(cell: str, kind: str) -> bool:
    return kind in {CellKind.NUMBER, CellKind.DATE} or is_number(cell) or is_day(cell)
