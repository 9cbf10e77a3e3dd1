"""What becomes of each row: offered for skipping with a reason, in error, waiting for an answer, or ready as a need."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from b2b_market.rfq.intake.columns import Column
from b2b_market.rfq.intake.findings import Finding
from b2b_market.rfq.intake.layout import Layout, looks_like_headings
from b2b_market.rfq.intake.numerals import is_nothing, plain
from b2b_market.rfq.intake.row_breaks import read_breaks
from b2b_market.rfq.intake.row_prices import read_price
from b2b_market.rfq.intake.row_properties import cells_of, read_properties
from b2b_market.rfq.intake.row_reading import (
    Context,
    RowReading,
    read_place,
    read_quantity,
    read_required_on,
    read_text,
    read_unit,
)
from b2b_market.rfq.intake.values import DECLARED, CellKind, Field, NeedLine, TableRow
from b2b_market.rfq.rules.needs import read_attributes

_WIDE: Final = 3
_TOTAL_LENGTH: Final = 30
_TOTAL: Final = re.compile(
    r"(?:(?:grand|sub|overall|net|gross|order|page)[ -]?)?(?:total|sum)s?"
    r"(?: (?:unit|line|item|parts?|price|cost|amount|value|sum|quantity|qty|net|gross|due|budget|estimate)s?)*"
    r"|(?:本页|本表|金额|数量)?(?:合 ?计|总 ?计|小 ?计|共 ?计|累 ?计|总价|总额|总金额)"
    r"(?:金额|数量|价格|总价|人民币|大写|小写|\(.*\)|:.*)*"
)


class RowStatus(StrEnum):
    """Where a row stands. An offer to skip is OFFERED until the user decides, SKIPPED once accepted."""

    READY = "ready"
    WAITING = "waiting"
    ERROR = "error"
    OFFERED = "offered"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """One row of the file as it would be imported. ``cells`` are the file's, with what the user typed in their place.

    ``values`` are what was understood, by field, as text; ``defaulted`` the fields filled from what was asked once;
    ``offer`` the reason why skipping is offered (or done); ``line`` stands exactly when the status is ready.
    """

    number: int
    cells: tuple[str, ...]
    kinds: str
    status: RowStatus
    offer: Finding | None = None
    errors: tuple[Finding, ...] = ()
    notices: tuple[Finding, ...] = ()
    waits: tuple[Finding, ...] = ()
    defaulted: tuple[Field, ...] = ()
    values: Mapping[Field, str] = field(default_factory=dict)
    line: NeedLine | None = None


def read_row(row: TableRow, layout: Layout, context: Context, *, above: bool = False) -> PreviewRow:
    """Read one row; those skipped are read no further. ``above`` the headings every row is offered for skipping."""
    choices = context.choices
    offer = find_offer(row, layout, context)
    if above and not row.blank and row.number not in choices.overrides:
        offer = Finding("above-headings")
    shown = _with_typed(row, context)
    if row.number in choices.skip:
        return PreviewRow(row.number, *shown, RowStatus.SKIPPED, offer or Finding("skipped-by-you"))
    undecided = offer is not None and row.number not in choices.keep
    if undecided and choices.skip_offered:
        return PreviewRow(row.number, *shown, RowStatus.SKIPPED, offer)
    reading = RowReading(context, row)
    line = _read_line(reading)
    status = RowStatus.READY if line else RowStatus.ERROR if reading.errors else RowStatus.WAITING
    return PreviewRow(
        row.number,
        *shown,
        RowStatus.OFFERED if undecided else status,
        offer,
        tuple(reading.errors),
        tuple(reading.notices),
        tuple(reading.waits),
        tuple(reading.defaulted),
        reading.values,
        None if undecided else line,
    )


def _with_typed(row: TableRow, context: Context) -> tuple[tuple[str, ...], str]:
    """Return cells and kinds with the user's values in the first column of each field, properties in their own."""
    cells, kinds = list(row.cells), list(row.kinds)
    for typed, text in context.choices.overrides.get(row.number, {}).items():
        column = _first(context, typed)
        if typed is Field.PROPERTY:
            for index, value in cells_of(read_attributes(text), context.columns.get(typed, ())):
                cells[index], kinds[index] = value, CellKind.TEXT
        elif column is not None:
            cells[column.index], kinds[column.index] = text, CellKind.TEXT
    return tuple(cells), "".join(kinds)


def _read_line(reading: RowReading) -> NeedLine | None:
    name = read_text(reading, Field.ITEM_NAME)
    if not name and not reading.broken(Field.ITEM_NAME):
        column = _first(reading.context, Field.ITEM_NAME)
        reading.error("name-missing", Field.ITEM_NAME, column.index if column else None)
    code = read_text(reading, Field.ITEM_CODE)
    specification = read_text(reading, Field.SPECIFICATION)
    category = read_text(reading, Field.CATEGORY)
    attributes = read_properties(reading)
    quantity, beside = read_quantity(reading)
    unit = read_unit(reading, beside)
    price, currency = read_price(reading, quantity, unit)
    required_on = read_required_on(reading)
    place = read_place(reading)
    breaks = read_breaks(reading)
    note = read_text(reading, Field.NOTE)
    if reading.errors or reading.waits or quantity is None or unit is None or required_on is None:
        return None
    return NeedLine(
        name,
        code or None,
        specification,
        quantity,
        unit.code,
        price,
        currency,
        required_on,
        place,
        note,
        category,
        attributes,
        breaks,
    )


def find_offer(row: TableRow, layout: Layout, context: Context) -> Finding | None:
    """Return why a row is probably no need: blank, a total, headings again, a lone text; None for a need.

    A row the user has typed something into is a need, and so is every line of a format that has no other rows.
    """
    if context.source in DECLARED or context.choices.overrides.get(row.number):
        return None
    if row.blank:
        return Finding("blank-line")
    total = _total_word(row, context)
    if total:
        return Finding("total-line", facts={"text": total})
    if layout.header is not None and (row.cells == layout.header.cells or looks_like_headings(row)):
        return Finding("repeated-headings")
    return _offer_of_gaps(row, context)


def _offer_of_gaps(row: TableRow, context: Context) -> Finding | None:
    used = [column for field, columns in context.columns.items() if field != Field.IGNORED for column in columns]
    if all(is_nothing(row.cells[column.index]) for column in used):
        return Finding("no-need")  # lists are often numbered further down than they are filled
    if len(used) >= _WIDE and sum(not is_nothing(cell) for cell in row.cells) == 1:
        return Finding("lone-text")
    return None


def _total_word(row: TableRow, context: Context) -> str:
    """Return the word for a total, if the row has one and names nothing else."""
    name = _first(context, Field.ITEM_NAME)
    code = _first(context, Field.ITEM_CODE)
    named = {column.index for column in (name, code) if column is not None}
    for index in named:
        if not is_nothing(row.cells[index]) and not _is_total(row.cells[index]):
            return ""
    return next((cell for cell in row.cells if _is_total(cell)), "")


def _is_total(cell: str) -> bool:
    spelled = plain(cell).casefold().rstrip(":： ")
    return len(spelled) <= _TOTAL_LENGTH and _TOTAL.fullmatch(spelled) is not None


def _first(context: Context, wanted: Field) -> Column | None:
    return next(iter(context.columns.get(wanted, ())), None)
