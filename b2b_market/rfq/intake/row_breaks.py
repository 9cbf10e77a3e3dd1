"""The quantities at which one row asks for prices: ``10; 100; 1000`` in one cell."""

from decimal import Decimal
from typing import Final

from b2b_market.rfq.intake.row_reading import RowReading
from b2b_market.rfq.intake.values import Field
from b2b_market.rfq.rules.breaks import break_errors
from b2b_market.rfq.rules.notation import UnreadableNotation, read_quantities, write_quantities

_SHOWN: Final = 60
_CODES: Final = {"too-many": "breaks-too-many", "range": "breaks-range", "order": "breaks-order"}


def read_breaks(reading: RowReading) -> tuple[Decimal, ...]:
    """Return the price breaks of a row, none where it says nothing; what cannot be one is an error at its cell."""
    cell = reading.cell(Field.BREAKS)
    if cell is None:
        return ()
    try:
        found = read_quantities(cell.text)
    except UnreadableNotation:
        reading.error("breaks-unreadable", Field.BREAKS, cell.column, text=cell.text[:_SHOWN])
        return ()
    wrong = next(iter(break_errors(found, "")), None)
    if wrong is not None:
        reading.error(_CODES[wrong.code], Field.BREAKS, cell.column, text=cell.text[:_SHOWN])
        return ()
    reading.values[Field.BREAKS] = write_quantities(found)
    return found
