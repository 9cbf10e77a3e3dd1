"""How a rate is found among those stored: direct, else inverse, else across one other currency. Never guessed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Rate
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_

PLACES = 12
MAX_AGE = timedelta(days=31)
MAX_SOURCE = 200
LARGEST = Decimal(10) ** 12
# Preferred for crossing, in this order, because they are quoted against most currencies; any other follows by code.
_PIVOTS = ("EUR", "USD", "CNY")
_STEP = Decimal(1).scaleb(-PLACES)


class RateMissing(Refusal):
    """No stored rate relates the two currencies on that day."""

    code = "rate-missing"
    title = N_("An exchange rate is missing")
    advice = N_(
        "No rate from {base} to {quote}, direct, inverse or across one other currency, is stored for {day} or the "
        "{days} days before it. Ask the platform operator to enter one, or use another currency."
    )


class RateAlreadyEntered(Refusal):
    """The pair has a rate of that day already."""

    code = "rate-already-entered"
    title = N_("This rate is entered already")
    advice = N_("1 {base} = {value} {quote} is stored for {day}, from {source}. Withdraw it first if it is wrong.")


class RateWithdrawn(Refusal):
    """The rate was taken back before."""

    code = "rate-withdrawn"
    title = N_("This rate was withdrawn before")
    advice = N_("Nothing is left to do: it is not used any more. Enter the right rate as a new one.")


@dataclass(frozen=True, slots=True)
class StoredRate:
    """One entered rate: on ``day``, by ``source``, one ``base`` was ``value`` ``quote``."""

    base: str
    quote: str
    value: Decimal
    day: date
    source: str
    demo: bool = False


@dataclass(frozen=True, slots=True)
class _Leg:
    """A usable rate in the direction wanted; exact until it is stored."""

    value: Fraction
    day: date
    source: str


def choose_rate(stored: Iterable[StoredRate], base: Currency, quote: Currency, day: date) -> Rate:
    """Return the rate of ``day`` from ``base`` to ``quote``; raise RateMissing where none can be had.

    Of each pair the latest rate on or before ``day`` counts, if it is not older than MAX_AGE (demonstration rates do
    not age). A direct rate goes before an inverse one, that before a cross rate; among several crossings EUR, USD and
    CNY go first, then the order of codes. Inverse and cross rates are rounded half to even to 12 decimals; the result
    names every source, and the older day of the two legs.
    """
    if base == quote:
        return Rate(base, quote, Decimal(1), "", day.isoformat())
    usable = [rate for rate in stored if rate.day <= day and (rate.demo or day - rate.day <= MAX_AGE)]
    leg = _leg(usable, base.code, quote.code) or _crossed(usable, base.code, quote.code)
    value = Decimal(0) if leg is None else _rounded(leg.value)
    if leg is None or not value:  # a rate too small for 12 decimals would turn any price into nothing
        raise RateMissing(base=base.code, quote=quote.code, day=day.isoformat(), days=str(MAX_AGE.days))
    return Rate(base, quote, value, leg.source, leg.day.isoformat())


def _leg(usable: Sequence[StoredRate], base: str, quote: str) -> _Leg | None:
    direct = _latest(usable, base, quote)
    if direct is not None:
        return _Leg(Fraction(direct.value), direct.day, direct.source)
    inverse = _latest(usable, quote, base)
    if inverse is not None:
        return _Leg(1 / Fraction(inverse.value), inverse.day, inverse.source)
    return None


def _latest(usable: Sequence[StoredRate], base: str, quote: str) -> StoredRate | None:
    pair = [rate for rate in usable if rate.base == base and rate.quote == quote]
    return max(pair, key=lambda rate: rate.day, default=None)


def _crossed(usable: Sequence[StoredRate], base: str, quote: str) -> _Leg | None:
    named = {rate.base for rate in usable} | {rate.quote for rate in usable}
    for pivot in (*_PIVOTS, *sorted(named - set(_PIVOTS))):
        first, second = _leg(usable, base, pivot), _leg(usable, pivot, quote)
        if pivot not in (base, quote) and first is not None and second is not None:
            sources = dict.fromkeys((first.source, second.source))
            return _Leg(first.value * second.value, min(first.day, second.day), f"{'; '.join(sources)} ({pivot})")
    return None


def _rounded(value: Fraction) -> Decimal:
    """Round half to even to PLACES decimals, exactly."""
    units = round(value * 10**PLACES)
    return Decimal(units).scaleb(-PLACES, Context(prec=100)).normalize(Context(prec=100))


def last_day(now: datetime) -> date:
    """Return the latest date anywhere on earth at ``now``: Shanghai enters a day's rate before London's day begins."""
    return (now + timedelta(hours=14)).date()


def require_rate(rate: StoredRate, today: date) -> None:
    """Refuse a rate of one currency to itself, of a future day, not above zero, too fine, or without a source."""
    errors = []
    if rate.base == rate.quote:
        errors.append(FieldError("/quote", "same-currency", N_("Choose two different currencies.")))
    if rate.day > today:
        errors.append(
            FieldError("/day", "future-day", N_("Use today or an earlier day."), {"today": today.isoformat()})
        )
    if not 0 < rate.value < LARGEST or rate.value != rate.value.quantize(_STEP, ROUND_HALF_EVEN, Context(prec=100)):
        detail = N_("Write a number above zero with at most {places} decimals.")
        errors.append(FieldError("/value", "rate-value", detail, {"places": str(PLACES)}))
    if not rate.source.strip() or len(rate.source) > MAX_SOURCE:
        errors.append(
            FieldError("/source", "source-required", N_("Say who publishes this rate, such as a central bank."))
        )
    if errors:
        raise Invalid(errors=errors)
