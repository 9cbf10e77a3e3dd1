"""How numbers, money, quantities and moments are written in each language; the only place that decides it.

The formatters are fixed and fast: nothing parses a locale per call (a matrix of 50 x 8 prices formats 1,500 values).
Values are exact: no function here rounds money or quantities; only percentages, KPI figures and file sizes are rounded,
half away from zero. ``NONE`` stands for an absent value, never 0.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Protocol

from b2b_market.ui.language import Language

NONE: Final = "—"
NBSP: Final = "\u00a0"
UNIT_PRICE_PLACES: Final = 6
_KILO: Final = 1000
_TENTH: Final = Decimal("0.1")
_NO_TENTHS: Final = Decimal("0.0")
_LONG: Final = Context(prec=400, traps=[InvalidOperation])

_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
DAY_UNIT: Final[Mapping[Language, str]] = MappingProxyType({Language.ZH: "天", Language.EN: "d"})
_KPI_STEPS: Final[Mapping[Language, tuple[tuple[Decimal, str], ...]]] = MappingProxyType(
    {
        Language.ZH: ((Decimal(10) ** 8, "亿"), (Decimal(10) ** 4, "万")),
        Language.EN: ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K")),
    }
)


class CurrencyLike(Protocol):
    """What a currency must tell: its ISO 4217 code and how many decimals its smallest coin has."""

    @property
    def code(self) -> str:
        """The ISO 4217 code."""
        ...

    @property
    def minor_digits(self) -> int:
        """Decimals of the smallest coin."""
        ...


class MoneyLike(Protocol):
    """An exact amount in a currency, such as the kernel's Money."""

    @property
    def amount(self) -> Decimal:
        """The exact number."""
        ...

    @property
    def currency(self) -> CurrencyLike:
        """What the number counts."""
        ...


def number(value: Decimal | int, least: int = 0) -> str:
    """Write a number with ',' every three digits, '.' as the point, at least ``least`` decimals and no idle zeros."""
    text = (
        f"{value.copy_abs():,f}" if isinstance(value, Decimal) else f"{abs(value):,}"
    )  # abs() would round to 28 digits
    whole, _, part = text.partition(".")
    part = part.rstrip("0").ljust(least, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{part}" if part else f"{sign}{whole}"


def amount(value: MoneyLike | None) -> str:
    """Write an amount without its currency: at least the currency's decimals, more only where they are not zero."""
    return NONE if value is None else number(value.amount, value.currency.minor_digits)


def money(value: MoneyLike | None, language: Language) -> str:
    """Write money: zh ``¥1,234.50`` for CNY (other currencies by ISO code), en ``CNY 1,234.50``; None is ``—``."""
    if value is None:
        return NONE
    digits = number(value.amount.copy_abs(), value.currency.minor_digits)
    return ("-" if value.amount < 0 else "") + _with_currency(digits, value.currency.code, language)


def unit_price(price: MoneyLike | None, language: Language) -> str:
    """Write a price per unit with up to six decimals, as quoted; a finer price is a programming error (ValueError)."""
    if price is not None and len(number(price.amount).partition(".")[2]) > UNIT_PRICE_PLACES:
        message = "a unit price has at most six decimals"
        raise ValueError(message)
    return money(price, language)


def kpi(value: MoneyLike | None, language: Language) -> str:
    """Write money shortened for a KPI card: zh ``¥123.46万``, en ``CNY 1.23M``; two decimals, half away from zero."""
    if value is None:
        return NONE
    size = value.amount.copy_abs()
    for step, suffix in _KPI_STEPS[language]:
        if size >= step:
            short = (size / step).quantize(Decimal("0.01"), ROUND_HALF_UP)
            text = _with_currency(f"{short:,f}{suffix}", value.currency.code, language)
            return ("-" if value.amount < 0 else "") + text
    return money(value, language)


def percent(ratio: Decimal | Fraction | None) -> str:
    """Write a ratio as a percentage with one decimal: ``Decimal("0.117")`` is ``11.7%``."""
    if ratio is None:
        return NONE
    return f"{_tenths(ratio):,f}%"


def delta_percent(ratio: Decimal | Fraction | None) -> str:
    """Write a change as a percentage with one decimal and its sign always: ``+11.7%``, ``-2.0%``, ``±0.0%``."""
    if ratio is None:
        return NONE
    tenths = _tenths(ratio)
    sign = "±" if tenths == 0 else "+" if tenths > 0 else "-"
    return f"{sign}{tenths.copy_abs():,f}%"


def delta_money(change: MoneyLike | None, language: Language) -> str:
    """Write a change of money with its sign always: ``+¥12.00``, ``-CNY 3.50``, ``±CNY 0.00``."""
    if change is None:
        return NONE
    digits = number(change.amount.copy_abs(), change.currency.minor_digits)
    sign = "±" if change.amount == 0 else "+" if change.amount > 0 else "-"
    return sign + _with_currency(digits, change.currency.code, language)


def date_text(value: date | None, language: Language) -> str:
    """Write a calendar date: zh ``2026-11-22``, en ``22 Nov 2026``."""
    if value is None:
        return NONE
    if language is Language.ZH:
        return f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime | None, zone: tzinfo, language: Language) -> str:
    """Write an aware moment to the minute on the clock of ``zone``; a naive one is a programming error (ValueError)."""
    if value is None:
        return NONE
    local = _aware(value).astimezone(zone)
    return f"{date_text(local, language)} {local.hour:02d}:{local.minute:02d}"


def utc_stamp(value: datetime) -> str:
    """Write an aware moment to the second in UTC, the same in both languages: ``2026-11-22 06:30:00 UTC``."""
    return f"{_aware(value).astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def iso(value: datetime) -> str:
    """Write an aware moment for machines (``datetime`` attributes, scripts): ``2026-11-22T06:30:00.000Z``."""
    utc = _aware(value).astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def zone_offset(value: datetime, zone: tzinfo) -> str:
    """Write the offset of ``zone`` at that moment: ``UTC+08:00``."""
    offset = _aware(value).astimezone(zone).utcoffset() or timedelta(0)
    minutes = int(offset.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{abs(minutes) // 60:02d}:{abs(minutes) % 60:02d}"


def countdown(left: timedelta, language: Language) -> str:
    """Write the time left to the second: zh ``3天 02:14:37``, en ``3d 02:14:37``; nothing left is ``00:00:00``."""
    seconds = max(0, left.days * 86400 + left.seconds)
    days, rest = divmod(seconds, 86400)
    clock = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}"
    return f"{days}{DAY_UNIT[language]} {clock}" if days else clock


def file_size(size: int) -> str:
    """Write a number of bytes in decimal units: ``812 B``, ``1.2 MB``; one decimal from kB up."""
    if size < _KILO:
        return f"{size}{NBSP}B"
    value = Decimal(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= _KILO
        rounded = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if rounded < _KILO:
            return f"{rounded}{NBSP}{unit}"
    return f"{value:.1f}{NBSP}TB"


def _with_currency(digits: str, code: str, language: Language) -> str:
    """Put the currency before the digits. Only CNY has a sign, and only in Chinese: ¥ elsewhere could be JPY."""
    return f"¥{digits}" if language is Language.ZH and code == "CNY" else f"{code}{NBSP}{digits}"


def _tenths(ratio: Decimal | Fraction) -> Decimal:
    if isinstance(ratio, Decimal):  # the same without fractions, which take ten times as long; zero has no sign
        return ratio.scaleb(2, _LONG).quantize(_TENTH, ROUND_HALF_UP, _LONG) or _NO_TENTHS
    thousandths = Fraction(ratio) * 1000
    whole, rest = divmod(abs(thousandths.numerator), thousandths.denominator)
    whole += 1 if 2 * rest >= thousandths.denominator else 0
    return Decimal(-whole if thousandths < 0 else whole).scaleb(-1)


def _aware(value: datetime) -> datetime:
    if value.utcoffset() is None:
        message = "a moment without a zone cannot be shown"
        raise ValueError(message)
    return value
