"""Reading what people type or paste: one text in, one exact value out, or Unreadable with what would be right."""

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar
from uuid import UUID

from b2b_market.kernel.text import N_

E = TypeVar("E", bound=StrEnum)

FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2100

# 1250 · 1250.5 · .5 · 1,250.50 · 1 250.50; 12,34,567 is refused, because groups have three digits
_PLAIN: Final = re.compile(r"[+-]?(\d{1,20}(\.\d{0,18})?|\.\d{1,18})")
_GROUPED: Final = re.compile(r"[+-]?\d{1,3}(?P<mark>[, '])\d{3}((?P=mark)\d{3}){0,5}(\.\d{0,18})?")
_MOMENT: Final = re.compile(r"(?P<day>[0-9-]{10})[T ](?P<hour>[01][0-9]|2[0-3]):(?P<minute>[0-5][0-9])(:00)?")
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Unreadable(ValueError):
    """The text is not such a value; ``message`` is a message id that says what would be right, ``facts`` fill it."""

    def __init__(self, message: str, /, **facts: str) -> None:
        """Keep the sentence and its facts."""
        super().__init__(message)
        self.message = message
        self.facts = facts


def parse_decimal(text: str) -> Decimal | None:
    """Return the exact number ``text`` writes, or None where it is not one or could mean two.

    Full-width digits and points (as Chinese input methods type them) are read; comma, blank or apostrophe group
    thousands, a point divides decimals. ``1.234,56``, ``12,5`` and exponents are refused.
    """
    plain = unicodedata.normalize("NFKC", text).strip().replace("\u2212", "-")
    if not plain.isascii():
        return None
    if _PLAIN.fullmatch(plain):
        return Decimal(plain)
    match = _GROUPED.fullmatch(plain)
    return Decimal(plain.replace(match["mark"], "")) if match else None


def read_text(value: str, *, limit: int, lines: bool) -> str:
    """Return the text if it has at most ``limit`` characters, and one line unless ``lines``."""
    if len(value) > limit:
        raise Unreadable(N_("Use at most {limit} characters."), limit=str(limit))
    if not lines and "\n" in value:
        raise Unreadable(N_("Use one line only."))
    return value


def read_decimal(value: str, *, places: int, least: Decimal | None, most: Decimal | None) -> Decimal:
    """Return an exact number with at most ``places`` decimals between ``least`` and ``most`` (both included)."""
    number = parse_decimal(value)
    if number is None:
        raise Unreadable(N_("Write a number such as 1250 or 1,250.50."))
    if len(format(number, "f").partition(".")[2].rstrip("0")) > places:
        raise Unreadable(N_("Use at most {places} decimals."), places=str(places))
    if least is not None and number < least:
        raise Unreadable(N_("Use {least} or more."), least=format(least, "f"))
    if most is not None and number > most:
        raise Unreadable(N_("Use {most} or less."), most=format(most, "f"))
    return number


def read_choice(value: str, kind: type[E]) -> E:
    """Return the member of ``kind`` with that value."""
    try:
        return kind(value)
    except ValueError:
        raise Unreadable(N_("Choose one of the list.")) from None


def read_one_of(value: str, allowed: Iterable[str]) -> str:
    """Return the value if it is one of ``allowed``."""
    if value not in frozenset(allowed):
        raise Unreadable(N_("Choose one of the list."))
    return value


def read_uuid(value: str) -> UUID:
    """Return an identifier in its canonical spelling (RFC 9562, lower or upper case)."""
    try:
        found = UUID(value)
    except ValueError:
        raise Unreadable(N_("Choose one of the list.")) from None
    if str(found) != value.lower():
        raise Unreadable(N_("Choose one of the list."))
    return found


def read_day(value: str) -> date:
    """Return a date written ``2026-11-22``, from 2000 to 2100."""
    found = _day(value)
    if found is None:
        raise Unreadable(N_("Write a date such as 2026-11-22."))
    return found


def read_moment(value: str, *, zone: tzinfo) -> datetime:
    """Return a local time of ``zone`` written ``2026-11-22T14:30`` as aware UTC.

    A time that the zone's clock skips is refused; one that it shows twice means the first.
    """
    match = _MOMENT.fullmatch(value)
    day = _day(match["day"]) if match else None
    if match is None or day is None:
        raise Unreadable(N_("Write a date and time such as 2026-11-22 14:30."))
    local = datetime(day.year, day.month, day.day, int(match["hour"]), int(match["minute"]), tzinfo=zone)
    utc = local.astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise Unreadable(N_("The clock of this zone skips that time. Choose another."))
    return utc


def _day(value: str) -> date | None:
    if not _DAY.fullmatch(value):
        return None
    try:
        found = date.fromisoformat(value)
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None
