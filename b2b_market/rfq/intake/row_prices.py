"""The target price of a row: unit price or total, and the currency meant by its mark."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from b2b_market.kernel.quantity import Unit
from b2b_market.rfq.intake import numerals
from b2b_market.rfq.intake.prices import tolerance
from b2b_market.rfq.intake.row_reading import MOST_DECIMALS, RowReading
from b2b_market.rfq.intake.values import CellKind, Field

_PRICE_BELOW: Final = Decimal(10) ** 14
_STEP: Final = Decimal(1).scaleb(-MOST_DECIMALS)
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class _Price:
    value: Decimal
    column: int | None
    mark: str
    currencies: tuple[str, ...]


def read_price(reading: RowReading, quantity: Decimal | None, unit: Unit | None) -> tuple[Decimal | None, str | None]:
    """Return the price of one unit and its currency, or neither.

    The unit price counts; without one the total is divided by the quantity. Zero means that there is no target. Prices
    are rounded half up to 6 decimals, with a notice.
    """
    price = _read_amount(reading, Field.TARGET_PRICE, unit)
    total = _read_total(reading, price)
    if total is not None and quantity is not None and price is not None and price.value:
        _compare(reading, price, total, quantity)
    elif total is not None and total.value and quantity is not None and not reading.broken(Field.TARGET_PRICE):
        reading.notice(
            "price-from-total", Field.TARGET_TOTAL, total.column, total=show(total.value), quantity=show(quantity)
        )
        price = _Price(total.value / quantity, total.column, total.mark, total.currencies)
    for zero, field in ((price, Field.TARGET_PRICE), (total, Field.TARGET_TOTAL)):
        if zero is not None and not zero.value and (price is None or not price.value):
            reading.notice("price-zero", field, zero.column)
            break
    if price is None or not price.value:
        return None, None
    currency = _read_currency(reading, [found for found in (price, total) if found is not None])
    value = _rounded(reading, price)
    return (value, currency) if value is not None and currency is not None else (None, None)


def show(amount: Decimal) -> str:
    """Return a number without exponent and without needless zeros behind the point."""
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _read_amount(reading: RowReading, field: Field, unit: Unit | None) -> _Price | None:
    cell = reading.cell(field)
    if cell is None:
        return None
    amount = numerals.Amount(cell.text) if cell.kind == CellKind.NUMBER else numerals.take_amount(cell.text)
    value = numerals.read_cell(amount.number, cell.kind, cell.decimals)
    text = cell.text[:_SHOWN]
    if value is None and cell.decimals is None and numerals.is_ambiguous(amount.number):
        reading.wait("ask-decimals", field, cell.column, example=amount.number)
    elif value is None:
        reading.error("price-unreadable", field, cell.column, text=text)
    elif value < 0:
        reading.error("price-negative", field, cell.column, text=text)
    elif value >= _PRICE_BELOW:
        reading.error("price-too-large", field, cell.column, text=text)
    elif amount.per and unit is not None and reading.context.unit_named(amount.per) != unit:
        reading.error("price-per-unit", field, cell.column, per=amount.per[:_SHOWN], unit=unit.code)
    else:
        return _Price(value, cell.column, amount.mark, amount.currencies)
    return None


def _read_total(reading: RowReading, price: _Price | None) -> _Price | None:
    """Read the total; where a unit price stands, what is wrong with the total is only told."""
    errors, waits = len(reading.errors), len(reading.waits)
    total = _read_amount(reading, Field.TARGET_TOTAL, None)
    if price is not None and (len(reading.errors), len(reading.waits)) != (errors, waits):
        wrong = next(iter((*reading.errors[errors:], *reading.waits[waits:])))
        del reading.errors[errors:], reading.waits[waits:]
        text = wrong.facts.get("text", wrong.facts.get("example", ""))
        reading.notice("total-unreadable", Field.TARGET_TOTAL, wrong.column, text=text)
    return total


def _compare(reading: RowReading, price: _Price, total: _Price, quantity: Decimal) -> None:
    computed = quantity * price.value
    if abs(computed - total.value) > tolerance(price.value, total.value, quantity):
        reading.notice(
            "total-differs",
            Field.TARGET_TOTAL,
            total.column,
            quantity=show(quantity),
            price=show(price.value),
            computed=show(computed),
            stated=show(total.value),
        )


def _rounded(reading: RowReading, price: _Price) -> Decimal | None:
    if price.value >= _PRICE_BELOW:  # a total divided by a tiny quantity
        reading.error("price-too-large", Field.TARGET_PRICE, price.column, text=show(price.value)[:_SHOWN])
        return None
    value = price.value
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MOST_DECIMALS:
        value = value.quantize(_STEP, ROUND_HALF_UP)
        if value != price.value:
            facts = {"exact": show(price.value)[:_SHOWN], "rounded": show(value)}
            reading.notice("price-rounded", Field.TARGET_PRICE, price.column, **facts)
    if not value:
        return None
    reading.values[Field.TARGET_PRICE] = show(value)
    return value


def _read_currency(reading: RowReading, prices: Sequence[_Price]) -> str | None:
    """Return the currency all sources of the row agree on; None after noting an error or a question.

    What stands in the row is binding; what stands beside the heading or in the document only narrows it down.
    """
    stated = _stated_currency(reading)
    if reading.broken(Field.CURRENCY):
        return None
    possible = stated
    for price in prices:
        if price.currencies:
            common = _common(possible, price.currencies)
            if not common:
                reading.error(
                    "currencies-differ", Field.CURRENCY, price.column, first=price.mark, second=", ".join(possible)
                )
                return None
            possible = common
    possible = _narrowed(reading, possible)
    currency = possible[0] if len(possible) == 1 else _chosen(reading, possible, prices)
    if currency is not None:
        reading.values[Field.CURRENCY] = currency
    return currency


def _stated_currency(reading: RowReading) -> tuple[str, ...]:
    cell = reading.cell(Field.CURRENCY)
    if cell is None:
        return ()
    currencies = numerals.currencies_of(cell.text)
    if not currencies:
        reading.error("currency-unknown", Field.CURRENCY, cell.column, text=cell.text[:_SHOWN])
    return currencies


def _narrowed(reading: RowReading, possible: tuple[str, ...]) -> tuple[str, ...]:
    columns = [
        column
        for field in (Field.TARGET_PRICE, Field.TARGET_TOTAL)
        for column in reading.context.columns.get(field, ())
    ]
    hints = [numerals.currencies_of(hint) for column in columns for hint in column.hints]
    document = reading.context.facts.currency
    for source in (*hints, numerals.currencies_of(document) if document else ()):
        possible = _common(possible, source) or possible
    return possible


def _chosen(reading: RowReading, possible: tuple[str, ...], prices: Sequence[_Price]) -> str | None:
    """Let the user's choice decide among ``possible`` (all, where the file says nothing); else note the question."""
    choice = reading.context.choices.currency
    column = prices[0].column
    mark = next((price.mark for price in prices if price.mark), "")
    if choice is not None and (not possible or choice in possible):
        reading.defaulted.append(Field.CURRENCY)
        return choice
    if not possible:
        reading.wait("ask-currency", Field.CURRENCY, column)
        return None
    facts = {"mark": mark or possible[0], "options": ", ".join(possible)}
    if choice is None:
        reading.wait("ask-currency-mark", Field.CURRENCY, column, **facts)
    else:
        reading.wait("ask-currency-other", Field.CURRENCY, column, chosen=choice, **facts)
    return None


def _common(possible: tuple[str, ...], source: tuple[str, ...]) -> tuple[str, ...]:
    """Return what both allow; an empty tuple allows everything."""
    if not possible or not source:
        return possible or source
    return tuple(code for code in possible if code in source)
