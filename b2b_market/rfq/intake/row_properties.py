"""The properties of one row: each column that holds one is named by its heading, one column may list several."""

from collections.abc import Iterator
from typing import Final

from b2b_market.rfq.commands.needs import Attribute
from b2b_market.rfq.intake import numerals
from b2b_market.rfq.intake.columns import Column
from b2b_market.rfq.intake.headings import lists_properties, property_name
from b2b_market.rfq.intake.row_reading import RowReading
from b2b_market.rfq.intake.values import CellKind, Field
from b2b_market.rfq.rules.needs import LONGEST, MAX_ATTRIBUTES, read_attributes, write_attributes

_SHOWN: Final = 60
Found = tuple[Attribute, int | None]
"""A property and the column it stands in; None where the user typed it."""


def read_properties(reading: RowReading) -> tuple[Attribute, ...]:
    """Return the properties of a row in the file's order, at most MAX_ATTRIBUTES, each name once.

    What is wrong with one is an error at its cell. What the user typed (``name: value; name: value``) stands for all.
    """
    typed = reading.context.choices.overrides.get(reading.row.number, {}).get(Field.PROPERTY)
    if typed is not None:
        found: list[Found] = [(one, None) for one in read_attributes(typed)]
    else:
        columns = reading.context.columns.get(Field.PROPERTY, ())
        found = [one for column in columns for one in _of_cell(reading, column)]
    sound = tuple(_sound(reading, found))
    if sound:
        reading.values[Field.PROPERTY] = write_attributes(sound)
    return sound


def cells_of(attributes: tuple[Attribute, ...], columns: tuple[Column, ...]) -> Iterator[tuple[int, str]]:
    """Yield what each column of properties holds of ``attributes``: those of its name, a list the others."""
    named = {property_name(column.heading).casefold() for column in columns if not lists_properties(column.heading)}
    for column in columns:
        own = property_name(column.heading).casefold()
        if lists_properties(column.heading):
            yield column.index, write_attributes(one for one in attributes if one.name.casefold() not in named)
        else:
            yield column.index, "; ".join(one.value for one in attributes if one.name.casefold() == own)


def _of_cell(reading: RowReading, column: Column) -> Iterator[Found]:
    text, kind = reading.row.cells[column.index], CellKind(reading.row.kinds[column.index])
    if kind in {CellKind.ERROR, CellKind.FORMULA}:
        code = "spreadsheet-error" if kind == CellKind.ERROR else "formula-without-result"
        reading.error(code, Field.PROPERTY, column.index, text=text)
    elif numerals.is_nothing(text):
        return
    elif lists_properties(column.heading):
        yield from ((one, column.index) for one in read_attributes(text))
    elif not property_name(column.heading):
        reading.error("property-unnamed", Field.PROPERTY, column.index)
    else:
        yield Attribute(property_name(column.heading), " ".join(text.split())), column.index


def _sound(reading: RowReading, found: list[Found]) -> Iterator[Attribute]:
    seen: set[str] = set()
    for one, column in found:
        name, longest = one.name.casefold(), max(len(one.name), len(one.value))
        if not name or not one.value:
            text = (one.name or one.value)[:_SHOWN]
            reading.error("property-unreadable", Field.PROPERTY, column, text=text)
        elif longest > LONGEST:
            reading.error("text-too-long", Field.PROPERTY, column, length=str(longest), limit=str(LONGEST))
        elif name in seen:
            reading.error("property-twice", Field.PROPERTY, column, name=one.name[:_SHOWN])
        elif len(seen) == MAX_ATTRIBUTES:
            reading.error("properties-too-many", Field.PROPERTY, column, most=str(MAX_ATTRIBUTES))
            return
        else:
            seen.add(name)
            yield one
