"""The preview of an import: everything the file says, everything that is wrong or asked, and what would be imported.

A preview is a pure function of the table, the user's choices and the day. A page stores table and choices as its draft
(``wire``) and makes the preview anew for each answer; nothing of a request exists before ``confirmation.confirm``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.kernel.refusal import FieldError, Invalid
from b2b_market.kernel.text import N_
from b2b_market.kernel.units import unit
from b2b_market.rfq.intake.columns import Column, by_field
from b2b_market.rfq.intake.findings import Finding
from b2b_market.rfq.intake.layout import Layout, lay_out
from b2b_market.rfq.intake.questions import Question, gather_questions
from b2b_market.rfq.intake.refusals import TooManyRows
from b2b_market.rfq.intake.row_reading import Context
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus, read_row
from b2b_market.rfq.intake.values import (
    MAX_LENGTH,
    MAX_ROWS,
    Choices,
    Facts,
    Field,
    Remark,
    Source,
    Table,
)


@dataclass(frozen=True, slots=True)
class Default:
    """A value that fills what rows leave out: from the user's answer, or from what the file says once for all."""

    field: Field
    value: str
    from_file: bool


@dataclass(frozen=True, slots=True)
class Preview:
    """An import as it stands. ``header_row`` is the number of the row of headings, 0 where there is none.

    ``rows`` are all rows but the headings, in the file's order. ``target_sums`` add up quantity × price of the ready
    rows by currency, each line rounded to the minor unit. ``today`` is the day against which dates were judged.
    """

    source: Source
    today: date
    facts: Facts
    header_row: int
    columns: tuple[Column, ...]
    rows: tuple[PreviewRow, ...]
    questions: tuple[Question, ...]
    defaults: tuple[Default, ...]
    remarks: tuple[Remark, ...]
    target_sums: Mapping[str, Decimal]
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    delimiter: str | None = None

    def counts(self) -> dict[RowStatus, int]:
        """Return how many rows stand where, every status named."""
        found = Counter(row.status for row in self.rows)
        return {status: found[status] for status in RowStatus}

    @property
    def confirmable(self) -> bool:
        """Tell whether every row is ready or skipped, and at least one is ready."""
        counts = self.counts()
        return counts[RowStatus.READY] + counts[RowStatus.SKIPPED] == len(self.rows) and counts[RowStatus.READY] > 0


def make_preview(table: Table, choices: Choices, today: date) -> Preview:
    """Read ``table`` with ``choices``; ``today`` is the day in the buyer's time zone.

    Raises TooManyRows, and for choices that cannot be: UnknownUnit, UnknownCurrency, Invalid. Whatever is wrong in the
    file itself is said in the preview.
    """
    _check(choices)
    layout = lay_out(table, choices)
    if len(layout.body) > MAX_ROWS:
        raise TooManyRows(limit=str(MAX_ROWS), row=str(layout.body[MAX_ROWS].number))
    facts = replace(table.facts, title=table.facts.title or layout.title)
    context = _context(table, layout, choices, today)
    rows = [read_row(row, layout, context, above=True) for row in layout.above]
    rows += _marked_doubles([read_row(row, layout, context) for row in layout.body])
    return Preview(
        source=table.source,
        today=today,
        facts=facts,
        header_row=layout.header.number if layout.header else 0,
        columns=layout.columns,
        rows=tuple(rows),
        questions=gather_questions(rows, context),
        defaults=_defaults(context),
        remarks=(*table.remarks, *_missing_columns(context)),
        target_sums=_target_sums(rows),
        sheet=table.sheet,
        sheets=table.sheets,
        encoding=table.encoding,
        delimiter=table.delimiter,
    )


def _check(choices: Choices) -> None:
    for code in (*([choices.unit_code] if choices.unit_code else []), *choices.unit_spellings.values()):
        unit(code)
    if choices.currency is not None:
        Currency(choices.currency)
    place, limit = choices.delivery_place or "", MAX_LENGTH[Field.DELIVERY_PLACE]
    if len(place) > limit:
        facts = {"length": str(len(place)), "limit": str(limit)}
        raise Invalid(
            errors=[FieldError("/delivery_place", "text-too-long", N_("At most {limit} are kept; shorten it."), facts)]
        )


def _context(table: Table, layout: Layout, choices: Choices, today: date) -> Context:
    days = (choices.required_on, table.facts.required_on)
    return Context(
        source=table.source,
        columns=by_field(layout.columns),
        choices=choices,
        facts=table.facts,
        today=today,
        unit=unit(choices.unit_code) if choices.unit_code else None,
        place=(choices.delivery_place or "").strip() or table.facts.delivery_place,
        required_on=next((day for day in days if day is not None and day >= today), None),
    )


def _defaults(context: Context) -> tuple[Default, ...]:
    choices = context.choices
    found = (
        (Field.UNIT, context.unit.code if context.unit else None, None),
        (Field.DELIVERY_PLACE, context.place, context.facts.delivery_place),
        (
            Field.REQUIRED_ON,
            context.required_on.isoformat() if context.required_on else None,
            context.facts.required_on.isoformat() if context.facts.required_on else None,
        ),
        (Field.CURRENCY, choices.currency or context.facts.currency, context.facts.currency),
    )
    return tuple(Default(field, value, value == of_file) for field, value, of_file in found if value)


def _missing_columns(context: Context) -> tuple[Remark, ...]:
    codes = {Field.ITEM_NAME: "no-name-column", Field.QUANTITY: "no-quantity-column"}
    return tuple(Remark(code) for field, code in codes.items() if not context.columns.get(field))


def _marked_doubles(rows: Sequence[PreviewRow]) -> list[PreviewRow]:
    """Note on a ready row the earlier one with the same item, day and place: probably one need written twice."""
    first: dict[object, int] = {}
    result = []
    for row in rows:
        line = row.line
        if line is not None:
            item = line.item_code or (line.item_name, line.specification, line.attributes)
            earlier = first.setdefault((item, line.unit_code, line.required_on, line.delivery_place), row.number)
            if earlier != row.number:
                double = Finding("same-as", Field.ITEM_NAME, None, {"row": str(earlier)})
                row = replace(row, notices=(*row.notices, double))  # noqa: PLW2901 - the row with its notice takes its place
        result.append(row)
    return result


def _target_sums(rows: Iterable[PreviewRow]) -> dict[str, Decimal]:
    lines: dict[str, list[Money]] = {}
    for row in rows:
        if row.line is not None and row.line.target_price is not None and row.line.target_currency is not None:
            price = Money(row.line.target_price, Currency(row.line.target_currency))
            lines.setdefault(row.line.target_currency, []).append(line_total(price, row.line.quantity))
    return {code: total_of(amounts, Currency(code)).amount for code, amounts in sorted(lines.items())}
