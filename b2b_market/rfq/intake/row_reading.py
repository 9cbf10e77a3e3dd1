"""One row read field by field: what it says, what is wrong with it, what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from b2b_market.kernel.quantity import Unit
from b2b_market.kernel.units import UNITS, UnknownUnit, find_unit, unit
from b2b_market.rfq.intake import calendar_days, numerals
from b2b_market.rfq.intake.columns import Column
from b2b_market.rfq.intake.findings import Finding
from b2b_market.rfq.intake.values import (
    DECLARED,
    MAX_LENGTH,
    SHARED_FIELDS,
    CellKind,
    Choices,
    DateOrder,
    Decimals,
    Facts,
    Field,
    Source,
    TableRow,
)

MOST_DECIMALS: Final = 6
_QUANTITY_BELOW: Final = Decimal(10) ** 12
_MANY_LINED: Final = frozenset({Field.SPECIFICATION, Field.NOTE})
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Context:
    """What all rows of an import are read with. The defaults are in force: given, and not past."""

    source: Source
    columns: Mapping[Field, tuple[Column, ...]]
    choices: Choices
    facts: Facts
    today: date
    unit: Unit | None
    place: str | None
    required_on: date | None

    def unit_named(self, text: str) -> Unit | None:
        """Return the unit a text names: as the user explained it, as the format's code, or by its common names."""
        spelled = numerals.plain(text)
        explained = self.choices.unit_spellings.get(spelled.casefold())
        if explained is not None:
            return UNITS.get(explained)
        return (UNITS.get(spelled) if self.source in DECLARED else None) or find_unit(spelled)


@dataclass(frozen=True, slots=True)
class Cell:
    """The text of one field in one row and how to read it; ``column`` is None where the user typed it and none is."""

    text: str
    kind: str
    column: int | None
    decimals: Decimals | None = None
    date_order: DateOrder | None = None


@dataclass(slots=True)
class RowReading:
    """A row while it is read: findings gather, values are what a page shows."""

    context: Context
    row: TableRow
    errors: list[Finding] = field(default_factory=list)
    notices: list[Finding] = field(default_factory=list)
    waits: list[Finding] = field(default_factory=list)
    defaulted: list[Field] = field(default_factory=list)
    values: dict[Field, str] = field(default_factory=dict)

    def cell(self, wanted: Field) -> Cell | None:
        """Return the filled cell of a field, what the user typed first; None where it says nothing or is broken.

        A spreadsheet error and a formula without its result are noted as errors; :meth:`broken` tells.
        """
        columns = self.context.columns.get(wanted, ())
        column = columns[0] if columns else None
        index = column.index if column else None
        typed = self.context.choices.overrides.get(self.row.number, {}).get(wanted)
        if typed is not None:
            text, kind = typed, CellKind.TEXT
        elif column is not None:
            text, kind = self.row.cells[column.index], CellKind(self.row.kinds[column.index])
        else:
            return None
        if kind in {CellKind.ERROR, CellKind.FORMULA}:
            if not self.broken(wanted):
                code = "spreadsheet-error" if kind == CellKind.ERROR else "formula-without-result"
                self.error(code, wanted, index, text=text)
            return None
        if numerals.is_nothing(text):
            return None
        if column is None:
            return Cell(text, kind, None)
        return Cell(text, kind, index, column.decimals, column.date_order)

    def broken(self, wanted: Field) -> bool:
        """Tell whether an error about this field is noted already."""
        return any(error.field == wanted for error in self.errors)

    def error(self, code: str, about: Field, column: int | None, /, **facts: str) -> None:
        """Note what is wrong."""
        self.errors.append(Finding(code, about, column, facts))

    def notice(self, code: str, about: Field, column: int | None, /, **facts: str) -> None:
        """Note what the user should know but need not change."""
        self.notices.append(Finding(code, about, column, facts))

    def wait(self, code: str, about: Field, column: int | None, /, **facts: str) -> None:
        """Note the question this row waits for."""
        self.waits.append(Finding(code, about, column, facts))


def read_text(reading: RowReading, wanted: Field) -> str:
    """Return the text of a field, at most its longest; several columns of one field are joined line by line."""
    columns = reading.context.columns.get(wanted, ())
    typed = wanted in reading.context.choices.overrides.get(reading.row.number, {})
    if wanted in SHARED_FIELDS and len(columns) > 1 and not typed:
        cells = [(column, reading.row.cells[column.index]) for column in columns]
        lines = [f"{column.heading}: {text}" for column, text in cells if not numerals.is_nothing(text)]
        text = "\n".join(lines)
        at: int | None = columns[0].index
    else:
        cell = reading.cell(wanted)
        if cell is None:
            return ""
        text, at = cell.text, cell.column
    text = text.strip() if wanted in _MANY_LINED else " ".join(text.split())
    if len(text) > MAX_LENGTH[wanted]:
        reading.error("text-too-long", wanted, at, length=str(len(text)), limit=str(MAX_LENGTH[wanted]))
    if text:
        reading.values[wanted] = text
    return text


def read_quantity(reading: RowReading) -> tuple[Decimal | None, str]:
    """Return the quantity and the unit written beside it; None after noting what is wrong or waited for."""
    cell = reading.cell(Field.QUANTITY)
    if cell is None:
        if not reading.broken(Field.QUANTITY):
            column = next(iter(reading.context.columns.get(Field.QUANTITY, ())), None)
            reading.error("quantity-missing", Field.QUANTITY, column.index if column else None)
        return None, ""
    number, unit_text = (cell.text, "") if cell.kind == CellKind.NUMBER else numerals.take_quantity(cell.text)
    readable = not any(map(str.isdecimal, unit_text)) or reading.context.unit_named(unit_text) is not None
    value = numerals.read_cell(number, cell.kind, cell.decimals) if readable else None
    if value is None:
        if cell.decimals is None and numerals.is_ambiguous(number):
            reading.wait("ask-decimals", Field.QUANTITY, cell.column, example=number)
        else:
            reading.error("quantity-unreadable", Field.QUANTITY, cell.column, text=cell.text[:_SHOWN])
        return None, unit_text
    wrong = _wrong_quantity(value)
    if wrong:
        reading.error(wrong, Field.QUANTITY, cell.column, text=cell.text[:_SHOWN])
        return None, unit_text
    reading.values[Field.QUANTITY] = format(value, "f")
    return value, unit_text


def read_unit(reading: RowReading, beside: str) -> Unit | None:
    """Return the unit: of the unit column, else ``beside`` the quantity, else beside the heading, else the default."""
    context = reading.context
    cell = reading.cell(Field.UNIT)
    quantity = next(iter(context.columns.get(Field.QUANTITY, ())), None)
    written = [(cell.text, cell.column)] if cell else []
    written += [(beside, quantity.index if quantity else None)] if beside else []
    named = [(text, column, context.unit_named(text)) for text, column in written]
    for text, column, known in named:
        if known is None:
            reading.wait("ask-unit-spelling", Field.UNIT, column, text=text[:_SHOWN], close=close_units(text))
            return None
    found = [known for _, _, known in named if known is not None]
    if len(found) > 1 and (found[0].dimension, found[0].factor) != (found[1].dimension, found[1].factor):
        reading.error("units-differ", Field.UNIT, named[0][1], first=named[1][0], second=named[0][0])
        return None
    if reading.broken(Field.UNIT):
        return None
    hinted = (context.unit_named(hint) for hint in quantity.hints) if quantity else iter(())
    unit_found = next(iter(found), None) or next(filter(None, hinted), None)
    if unit_found is None:
        if context.unit is None:
            reading.wait("ask-unit", Field.UNIT, None)
            return None
        unit_found = context.unit
        reading.defaulted.append(Field.UNIT)
    reading.values[Field.UNIT] = unit_found.code
    return unit_found


def read_required_on(reading: RowReading) -> date | None:
    """Return the day, of the row or the default; a past one is an error unless the user had past dates replaced."""
    context = reading.context
    cell = reading.cell(Field.REQUIRED_ON)
    if cell is None:
        return None if reading.broken(Field.REQUIRED_ON) else _default_day(reading)
    day = calendar_days.read_day(cell.text, cell.date_order)
    if day is None:
        if cell.date_order is None and calendar_days.is_ambiguous(cell.text):
            reading.wait("ask-date-order", Field.REQUIRED_ON, cell.column, example=cell.text[:_SHOWN])
        else:
            reading.error(
                "date-unreadable",
                Field.REQUIRED_ON,
                cell.column,
                text=cell.text[:_SHOWN],
                example=context.today.isoformat(),
            )
        return None
    if day < context.today:
        if context.choices.replace_past_dates and context.required_on is not None:
            reading.notice("date-replaced", Field.REQUIRED_ON, cell.column, date=day.isoformat())
            return _default_day(reading)
        reading.error(
            "date-past", Field.REQUIRED_ON, cell.column, date=day.isoformat(), today=context.today.isoformat()
        )
        return None
    reading.values[Field.REQUIRED_ON] = day.isoformat()
    return day


def read_place(reading: RowReading) -> str:
    """Return the delivery place, of the row or the default; empty while it is waited for."""
    place = read_text(reading, Field.DELIVERY_PLACE)
    if place or reading.broken(Field.DELIVERY_PLACE):
        return place
    if reading.context.place is None:
        reading.wait("ask-place", Field.DELIVERY_PLACE, None)
        return ""
    reading.defaulted.append(Field.DELIVERY_PLACE)
    reading.values[Field.DELIVERY_PLACE] = reading.context.place
    return reading.context.place


def close_units(text: str) -> str:
    """Return codes of units spelled much like ``text``, separated by commas."""
    try:
        return unit(numerals.plain(text)).code
    except UnknownUnit as unknown:
        return str(unknown.facts["suggestions"])


def _default_day(reading: RowReading) -> date | None:
    day = reading.context.required_on
    if day is None:
        reading.wait("ask-date", Field.REQUIRED_ON, None)
        return None
    reading.defaulted.append(Field.REQUIRED_ON)
    reading.values[Field.REQUIRED_ON] = day.isoformat()
    return day


def _wrong_quantity(value: Decimal) -> str:
    if value <= 0:
        return "quantity-not-positive"
    if value >= _QUANTITY_BELOW:
        return "quantity-too-large"
    exponent = value.normalize().as_tuple().exponent
    return "quantity-too-precise" if isinstance(exponent, int) and -exponent > MOST_DECIMALS else ""
