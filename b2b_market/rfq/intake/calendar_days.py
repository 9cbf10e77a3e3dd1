"""Days as people write them: ISO, Chinese, day or month first, with names of months, and spreadsheet serials."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from b2b_market.rfq.intake.numerals import plain
from b2b_market.rfq.intake.values import CellKind, DateOrder

_YEAR_FIRST: Final = re.compile(
    r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?:[t ][\d:.]{4,15}(?:z|[+-][\d:]{2,6})?)?", re.ASCII
)
_COMPACT: Final = re.compile(r"(20\d{2})(\d{2})(\d{2})", re.ASCII)
_CHINESE: Final = re.compile(r"(\d{4}) ?年 ?(\d{1,2}) ?月 ?(\d{1,2}) ?[日号]?", re.ASCII)
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?: [\d:]{4,8})?", re.ASCII)
_DAY_MONTH: Final = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-. ]{1,2}([a-z]{3,9})[-., ]{1,2}(\d{4}|\d{2})", re.ASCII)
_MONTH_DAY: Final = re.compile(r"([a-z]{3,9})[. ]{1,2}(\d{1,2})(?:st|nd|rd|th)?,? (\d{4}|\d{2})", re.ASCII)
_MONTHS: Final = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SERIAL: Final = re.compile(r"[2-7]\d{4}(?:\.\d+)?", re.ASCII)
_SERIAL_ZERO: Final = date(1899, 12, 30)
"""Day 0 of the 1900 date system as it counts after February 1900 (ECMA-376 part 1, 18.17.4.1)."""

_CENTURY: Final = 2000
_TWO_DIGITS: Final = 100
_LAST_MONTH: Final = 12
_LONGEST: Final = 40
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


def read_day(text: str, order: DateOrder | None) -> date | None:
    """Read a day between 2000 and 2099; ``order`` decides 3/4/2026 and is needed for nothing else.

    None where the text is no such day, and where it is ambiguous and no order is given.
    """
    spelled = plain(text)
    if len(spelled) > _LONGEST:
        return None
    certain = _certain(spelled.casefold())
    if certain is not None:
        return _day(*certain)
    parts = _two_orders(spelled)
    if parts is None:
        return None
    first, second, year = parts
    known = order_evidence(spelled) or order or (DateOrder.DAY_FIRST if first == second else None)
    if known is None:
        return None
    return _day(year, second, first) if known == DateOrder.DAY_FIRST else _day(year, first, second)


def order_evidence(text: str) -> DateOrder | None:
    """Return the order a text proves by itself: 13/4/2026 and 3.4.2026 are day first, 4/13/2026 is month first."""
    spelled = plain(text)
    parts = _two_orders(spelled) if len(spelled) <= _LONGEST else None
    if parts is None:
        return None
    first, second, _ = parts
    if "." in spelled.partition(" ")[0] or first > _LAST_MONTH:
        return DateOrder.DAY_FIRST
    return DateOrder.MONTH_FIRST if second > _LAST_MONTH else None


def is_ambiguous(text: str) -> bool:
    """Tell whether a text is a different day in either order."""
    days = {read_day(text, order) for order in DateOrder}
    return len(days) > 1 and None not in days


def orders_seen(cells: Iterable[tuple[str, str]]) -> frozenset[DateOrder]:
    """Return the orders that some (text, kind) cell proves; dates written by a program prove nothing."""
    return frozenset(order for text, kind in cells if kind == CellKind.TEXT and (order := order_evidence(text)))


def _certain(text: str) -> tuple[int, int, int] | None:
    for pattern in (_YEAR_FIRST, _CHINESE, _COMPACT):
        found = pattern.fullmatch(text)
        if found:
            year, month, day = (int(part) for part in found.groups() if part.isdecimal())
            return year, month, day
    found = _DAY_MONTH.fullmatch(text)
    if found and (month := _month(found[2])):
        return _full_year(found[3]), month, int(found[1])
    found = _MONTH_DAY.fullmatch(text)
    if found and (month := _month(found[1])):
        return _full_year(found[3]), month, int(found[2])
    if _SERIAL.fullmatch(text):
        counted = _SERIAL_ZERO + timedelta(days=int(text.partition(".")[0]))
        return counted.year, counted.month, counted.day
    return None


def _two_orders(text: str) -> tuple[int, int, int] | None:
    found = _YEAR_LAST.fullmatch(text)
    return (int(found[1]), int(found[3]), _full_year(found[4])) if found else None


def _full_year(text: str) -> int:
    return int(text) if int(text) >= _TWO_DIGITS else _CENTURY + int(text)


def _month(name: str) -> int:
    """Return the number of a month's English name or its beginning of three letters or more; 0 for any other word."""
    wanted = "sep" if name == "sept" else name
    return next((number for number, month in enumerate(_MONTHS, 1) if month.startswith(wanted)), 0)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found if EARLIEST <= found <= LATEST else None
