"""What a company's lists look like: the headings that tell one kind of list from another, and what they came to mean.

The same headings in another order, or written in capitals, are the same kind of list.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

from b2b_market.rfq.commands.imports import ColumnMeaning, HeadingMapping, HeadingRow
from b2b_market.rfq.intake.layout import Layout, lay_out
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.tables import ROWS_ABOVE
from b2b_market.rfq.intake.values import DECLARED, Choices, Field, Table, TableRow

_BLANKS: Final = re.compile(r"[\s_\-./:*#]+")
_AT_LEAST: Final = 2


def heading_rows(table: Table, layout: Layout) -> tuple[HeadingRow, ...]:
    """Return the rows that may hold the headings, the one found first; none where the format names its columns."""
    if table.source in DECLARED:
        return ()
    found = layout.header.number if layout.header is not None else 0
    likely = sorted(table.rows[: ROWS_ABOVE + 1], key=lambda row: row.number != found)
    return tuple(_heading_row(row, found) for row in likely if sum(map(bool, row.cells)) >= _AT_LEAST)


def mapping_of(table: Table, preview: Preview, choices: Choices) -> HeadingMapping | None:
    """Return what the columns of a confirmed list meant; None where it has no headings or none was of use.

    Columns that were left out are remembered only where the user said so: an empty one may be filled next time.
    """
    header = lay_out(table, choices).header
    if table.source in DECLARED or header is None:
        return None
    row = _heading_row(header, header.number)
    columns = tuple(
        ColumnMeaning(
            place,
            column.heading,
            column.field,
            choices.decimals.get(column.index, ""),
            choices.date_orders.get(column.index, ""),
        )
        for column, place in zip(preview.columns, row.places, strict=True)
        if place and (column.field != Field.IGNORED or column.index in choices.columns)
    )
    return HeadingMapping(row.key, columns, tuple(sorted(choices.unit_spellings.items()))) if columns else None


def _heading_row(row: TableRow, found: int) -> HeadingRow:
    places = tuple(_places(row.cells))
    digest = hashlib.sha256("\x1f".join(sorted(filter(None, places))).encode()).hexdigest()
    return HeadingRow(row.number, digest, places, row.number == found)


def _places(headings: Sequence[str]) -> Iterator[str]:
    """Name each column by its heading in one spelling; of several with the same one, the later ones by their count."""
    seen: dict[str, int] = {}
    for heading in headings:
        plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", heading).casefold()).strip()
        seen[plain] = seen.get(plain, 0) + 1
        yield f"{plain}\x1e{seen[plain]}" if plain and seen[plain] > 1 else plain
