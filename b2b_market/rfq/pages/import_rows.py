"""The rows of an import as its page shows them: what was understood, and fields where something has to be corrected."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.text import N_
from b2b_market.rfq.intake.columns import by_field
from b2b_market.rfq.intake.findings import FIELD_NAMES, SENTENCES, Finding
from b2b_market.rfq.intake.imports import ImportView
from b2b_market.rfq.intake.preview import Preview
from b2b_market.rfq.intake.rows import PreviewRow, RowStatus
from b2b_market.rfq.intake.values import SHARED_FIELDS, Field
from b2b_market.ui.viewer import Badge

CHUNK: Final = 100
BADGES: Final[Mapping[str, Badge]] = MappingProxyType(
    {
        RowStatus.READY: Badge(N_("Ready"), "ok"),
        RowStatus.WAITING: Badge(N_("Waits for an answer"), "violet"),
        RowStatus.ERROR: Badge(N_("To be corrected"), "bad"),
        RowStatus.OFFERED: Badge(N_("Probably no need: skip it?"), "warn"),
        RowStatus.SKIPPED: Badge(N_("Left out"), "neutral"),
    }
)
SHOWS: Final[Mapping[str, tuple[str, frozenset[RowStatus]]]] = MappingProxyType(
    {
        "all": (N_("All rows"), frozenset(RowStatus)),
        "error": (N_("To be corrected"), frozenset({RowStatus.ERROR, RowStatus.OFFERED})),
        "waiting": (N_("Waiting for an answer"), frozenset({RowStatus.WAITING})),
        "ready": (N_("Ready"), frozenset({RowStatus.READY})),
        "left": (N_("Left out"), frozenset({RowStatus.SKIPPED})),
    }
)
"""Which rows the page shows, by the value of ``?show=``."""

GROUPS: Final[Mapping[str, tuple[Field, ...]]] = MappingProxyType(
    {
        "item": (
            Field.ITEM_NAME,
            Field.ITEM_CODE,
            Field.SPECIFICATION,
            Field.CATEGORY,
            Field.PROPERTY,
            Field.NOTE,
        ),
        "quantity": (Field.QUANTITY, Field.UNIT, Field.BREAKS),
        "price": (Field.TARGET_PRICE, Field.CURRENCY, Field.TARGET_TOTAL),
        "day": (Field.REQUIRED_ON,),
        "place": (Field.DELIVERY_PLACE,),
    }
)
"""The columns of the page's table, and the fields each holds."""

EDITABLE: Final = tuple(field for fields in GROUPS.values() for field in fields)
_LIKELY_HEADINGS: Final = 10
_HEADING_LENGTH: Final = 80
_LONG: Final = frozenset({Field.SPECIFICATION, Field.PROPERTY, Field.NOTE})


@dataclass(frozen=True, slots=True)
class Said:
    """A finding in words: message ids, to be filled by ``facts``."""

    found: str
    right: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Input:
    """A field of a row that can be typed into. ``label`` is a message id."""

    name: str
    label: str
    value: str
    long: bool
    units: bool
    problems: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class RowView:
    """A row of the page. ``inputs`` are by group; a group without any shows what was understood.

    ``raw`` is the row as the file has it, for rows that are left out. ``amount`` is the target price while its currency
    is not known. ``waits`` are the names of the fields that an
    open question is about, as message ids.
    """

    number: int
    status: RowStatus
    taken: bool
    edited: bool
    raw: str
    item: str
    second: str
    quantity: Decimal | None
    unit: str
    breaks: str
    price: Money | None
    amount: Decimal | None
    day: date | None
    place: str
    defaulted: frozenset[str]
    inputs: Mapping[str, tuple[Input, ...]]
    waits: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def left_out(self) -> bool:
        """Tell whether the row does not become a line."""
        return self.status in (RowStatus.SKIPPED, RowStatus.OFFERED)


def shown_rows(preview: Preview, show: str) -> list[PreviewRow]:
    """Return the rows of a choice of SHOWS, in the file's order."""
    statuses = SHOWS[show][1]
    return [row for row in preview.rows if row.status in statuses]


def row_view(row: PreviewRow, view: ImportView, preview: Preview, *, edit: bool = False) -> RowView:
    """Return a row for the page; with ``edit`` every field can be typed into, else only what is wrong."""
    wrong = {error.field for error in row.errors}
    inputs = {
        group: tuple(_input(row, field, view, preview) for field in fields if edit or field in wrong)
        for group, fields in GROUPS.items()
    }
    values = row.values
    code, price = values.get(Field.CURRENCY), values.get(Field.TARGET_PRICE)
    second = [values.get(field, "") for field in GROUPS["item"][1:]]
    return RowView(
        number=row.number,
        status=row.status,
        taken=row.status not in (RowStatus.SKIPPED, RowStatus.OFFERED),
        edited=edit,
        raw=" · ".join(filter(None, row.cells)),
        item=values.get(Field.ITEM_NAME, ""),
        second=" · ".join(filter(None, second)),
        quantity=Decimal(values[Field.QUANTITY]) if Field.QUANTITY in values else None,
        unit=values.get(Field.UNIT, ""),
        breaks=values.get(Field.BREAKS, ""),
        price=Money(Decimal(price), Currency(code)) if price is not None and code is not None else None,
        amount=Decimal(price) if price is not None else None,
        day=date.fromisoformat(values[Field.REQUIRED_ON]) if Field.REQUIRED_ON in values else None,
        place=values.get(Field.DELIVERY_PLACE, ""),
        defaulted=frozenset(str(field) for field in row.defaulted),
        inputs=inputs,
        waits=tuple(dict.fromkeys(FIELD_NAMES[wait.field] for wait in row.waits if wait.field is not None)),
        said=_said_beside(row, preview),
    )


def typed_text(row: PreviewRow, field: Field, view: ImportView, preview: Preview) -> str:
    """Return what a field's input holds before anybody types: what was typed earlier, else what the file says."""
    typed = view.choices.overrides.get(row.number, {}).get(field)
    if typed is not None:
        return typed
    columns = by_field(preview.columns).get(field, ())
    if field is Field.PROPERTY or (field in SHARED_FIELDS and len(columns) > 1):
        return row.values.get(field, "")
    return row.cells[columns[0].index] if columns else ""


def input_name(number: int, field: Field) -> str:
    """Return the name of a row's field in the form; the fields of a refusal have the same."""
    return f"rows-{number}-{field}"


def _input(row: PreviewRow, field: Field, view: ImportView, preview: Preview) -> Input:
    problems = tuple(said(error, preview) for error in row.errors if error.field == field)
    return Input(
        input_name(row.number, field),
        FIELD_NAMES[field],
        typed_text(row, field, view, preview),
        field in _LONG,
        field is Field.UNIT,
        problems,
    )


def _said_beside(row: PreviewRow, preview: Preview) -> tuple[Said, ...]:
    """Return what no field of the row shows: why it is left out, and what should be known."""
    found: Sequence[Finding] = (*([row.offer] if row.offer is not None else []), *row.notices)
    return tuple(said(finding, preview) for finding in found)


def said(finding: Finding, preview: Preview) -> Said:
    """Return a finding in words."""
    sentence = SENTENCES[finding.code]
    letter = "" if finding.column is None else preview.columns[finding.column].letter
    return Said(sentence.found, sentence.right, {"rows": "1", "column": letter, **finding.facts})


def tabs(preview: Preview, address: str, current: str) -> list[tuple[str, str, bool, int]]:
    """Return (message id, address, current, rows) of every choice of rows that has any; all rows always."""
    counted = [(name, label, len(shown_rows(preview, name))) for name, (label, _) in SHOWS.items()]
    return [
        (label, f"{address}?show={name}#rows", name == current, count)
        for name, label, count in counted
        if count or name == "all"
    ]


def heading_rows(preview: Preview) -> list[tuple[int, str]]:
    """Return (number, text) of the rows that may be the headings: the first ones, and the present one."""
    found = {row.number: row.cells for row in preview.rows[:_LIKELY_HEADINGS] if any(row.cells)}
    if preview.header_row:
        found[preview.header_row] = tuple(column.heading for column in preview.columns)
    return [(number, " · ".join(filter(None, cells))[:_HEADING_LENGTH]) for number, cells in sorted(found.items())]
