"""Which of two price columns is the price of one unit: the one that times the quantity gives the other."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import permutations
from typing import Final

from b2b_market.rfq.intake import numerals
from b2b_market.rfq.intake.column_content import number_text
from b2b_market.rfq.intake.columns import Column, by_field
from b2b_market.rfq.intake.values import Field, TableRow

_PROVEN: Final = 95
_AGREEING_IN_100: Final = 80
_ROWS_LOOKED_AT: Final = 200
_AT_LEAST: Final = 2
_MOST_COLUMNS: Final = 6
_PRICES: Final = (Field.TARGET_PRICE, Field.TARGET_TOTAL)


def settle_prices(columns: Sequence[Column], body: Sequence[TableRow]) -> list[Column]:
    """Return the columns with unit price and total told apart by arithmetic, where a quantity and two prices are there.

    Only columns nobody chose are changed, and only if at least four in five rows (and two rows) multiply out.
    """
    quantity = by_field(columns).get(Field.QUANTITY, ())
    candidates = [column for column in columns if column.field in _PRICES or _could_be_price(column)]
    if not quantity or any(column.chosen for column in candidates) or not 1 < len(candidates) <= _MOST_COLUMNS:
        return list(columns)
    pair = _best_pair(quantity[0], candidates, body[:_ROWS_LOOKED_AT])
    if pair is None:
        return list(columns)
    result = [_unpriced(column) if column.field in _PRICES else column for column in columns]
    for column, field in zip(pair, _PRICES, strict=True):
        result[column.index] = column.means(field, max(column.confidence, _PROVEN))
    return result


def tolerance(price: Decimal, total: Decimal, quantity: Decimal) -> Decimal:
    """Return how far quantity × price may lie from the total if both were rounded to the digits they show."""
    return quantity * _half_a_digit(price) + _half_a_digit(total)


def _best_pair(
    quantity: Column, candidates: Sequence[Column], body: Sequence[TableRow]
) -> tuple[Column, Column] | None:
    amounts = {column.index: _values(column, body) for column in (quantity, *candidates)}
    best, most = None, (0, False)
    for unit, total in permutations(candidates, 2):
        share = _agreement(amounts[quantity.index], amounts[unit.index], amounts[total.index])
        # Where both directions agree (every quantity is 1) the headings decide.
        points = share, unit.field == Field.TARGET_PRICE or total.field == Field.TARGET_TOTAL
        if share >= _AGREEING_IN_100 and points > most:
            best, most = (unit, total), points
    return best


def _agreement(
    quantities: Sequence[Decimal | None], prices: Sequence[Decimal | None], totals: Sequence[Decimal | None]
) -> int:
    """Return the percentage of rows with three amounts that multiply out; 0 where there are too few."""
    rows = [
        abs(quantity * price - total) <= tolerance(price, total, quantity)
        for quantity, price, total in zip(quantities, prices, totals, strict=True)
        if quantity and price and total
    ]
    return sum(rows) * 100 // len(rows) if len(rows) >= _AT_LEAST else 0


def _values(column: Column, body: Sequence[TableRow]) -> list[Decimal | None]:
    return [
        numerals.read_cell(number_text(row.cells[column.index]), row.kinds[column.index], column.decimals)
        for row in body
    ]


def _half_a_digit(amount: Decimal) -> Decimal:
    exponent = amount.as_tuple().exponent
    return Decimal(5).scaleb(int(exponent) - 1)


def _could_be_price(column: Column) -> bool:
    return not column.confidence and column.decimals is not None


def _unpriced(column: Column) -> Column:
    return replace(column, field=Field.IGNORED, confidence=0, reason="column-unknown")
