"""What the cells of a column look like, whatever its heading says."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from b2b_market.kernel.units import find_unit
from b2b_market.rfq.intake import calendar_days, numerals
from b2b_market.rfq.intake.values import CellKind, DateOrder, Decimals, Field, TableRow

_SHORT: Final = 12
_LONG: Final = 60
_WHOLE: Final = 100
_A_COUNT: Final = 3
_LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True)
class Content:
    """Shares are in percent of the filled cells; blanks, ``--`` and ``n/a`` are not filled."""

    filled: int
    numbers: int
    marked: int
    days: int
    units: int
    currencies: int
    lettered: int
    short: int
    long: int
    length: int
    longest: int
    row_numbers: bool

    def fit(self, field: Field) -> int:
        """Return from 0 to 100 how well the cells suit ``field``."""
        fits = {
            Field.QUANTITY: 0 if self.marked else self.numbers,
            Field.TARGET_PRICE: self.numbers,
            Field.TARGET_TOTAL: self.numbers,
            # An unknown spelling is still a short word; "ASAP" is a poor date but no reason to lose the column.
            Field.UNIT: max(self.units, min(self.short, _WHOLE - self.numbers) // 2),
            Field.CURRENCY: self.currencies,
            Field.REQUIRED_ON: max(self.days, (_WHOLE - self.numbers) // 2),
            Field.ITEM_NAME: self.lettered,
            Field.ITEM_CODE: _WHOLE - self.long,
        }
        return fits.get(field, _WHOLE)


def examine(rows: Iterable[TableRow], index: int) -> Content:
    """Look at the first filled cells of column ``index``."""
    cells = [(row.cells[index], row.kinds[index]) for row in rows if not numerals.is_nothing(row.cells[index])]
    cells = cells[:_LOOKED_AT]
    texts = [text for text, _ in cells]
    return Content(
        filled=len(cells),
        numbers=_share([kind == CellKind.NUMBER or is_number(number_text(text)) for text, kind in cells]),
        marked=_share([bool(numerals.take_amount(text).mark) for text in texts]),
        days=_share([kind == CellKind.DATE or is_day(text) for text, kind in cells]),
        units=_share([find_unit(text) is not None and not is_number(text) for text in texts]),
        currencies=_share([bool(numerals.currencies_of(text)) for text in texts]),
        lettered=_share([any(character.isalpha() for character in text) for text in texts]),
        short=_share([len(text) <= _SHORT for text in texts]),
        long=_share([len(text) > _LONG for text in texts]),
        length=sum(map(len, texts)) // max(1, len(texts)),
        longest=max(map(len, texts), default=0),
        row_numbers=texts[:_LOOKED_AT] == [str(number) for number in range(1, len(texts) + 1)]
        and len(texts) >= _A_COUNT,
    )


def number_text(text: str) -> str:
    """Return the number inside a cell without its currency or unit: ``$1,200`` is 1,200 and ``12 pcs`` is 12."""
    amount = numerals.take_amount(text)
    if is_number(amount.number):
        return amount.number
    number, unit = numerals.take_quantity(text)
    return number if unit and find_unit(unit) is not None else amount.number


def is_number(text: str) -> bool:
    """Tell whether a text is a number in either way of writing decimals."""
    return any(numerals.read_number(text, style) is not None for style in Decimals)


def is_day(text: str) -> bool:
    """Tell whether a text is a day in either order."""
    return any(calendar_days.read_day(text, order) is not None for order in DateOrder)


def _share(answers: Sequence[bool]) -> int:
    return sum(answers) * _WHOLE // max(1, len(answers))
