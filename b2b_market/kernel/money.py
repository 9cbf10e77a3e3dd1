"""Exact money: an amount never travels without its currency, and nothing rounds unless its name says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

from b2b_market.kernel.currency import Currency

_DIGITS = 400
_EXACT = Context(prec=_DIGITS, traps=[Inexact, InvalidOperation])
"""Raises Inexact where Python's own would silently round to 28 digits. Threads share it: nobody reads its flags."""
_WIDE = Context(prec=_DIGITS)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount in one currency.

    Arithmetic keeps every digit; :meth:`rounded` brings an amount to the currency's minor unit. Floats, NaN, infinities
    and mixed currencies raise TypeError or ValueError: they are programming errors, not business refusals.
    """

    amount: Decimal
    currency: Currency

    def __post_init__(self) -> None:
        """Refuse anything but a finite Decimal and a Currency."""
        if not isinstance(self.amount, Decimal) or not isinstance(self.currency, Currency):
            message = "Money takes a Decimal and a Currency"
            raise TypeError(message)
        if not self.amount.is_finite():
            message = "Money must be finite"
            raise ValueError(message)

    @classmethod
    def of(cls, amount: str, currency: str) -> "Money":
        """Read an amount written with a point, such as ``Money.of("12.50", "EUR")``."""
        return cls(Decimal(amount), Currency(currency))

    @classmethod
    def zero(cls, currency: Currency) -> "Money":
        """Return nothing, in ``currency``."""
        return cls(Decimal(0), currency)

    def __add__(self, other: "Money") -> "Money":
        """Add an amount of the same currency."""
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def plus(self, others: "Iterable[Money]") -> "Money":
        """Add amounts of the same currency."""
        amount = self.amount
        for other in others:
            amount = _EXACT.add(amount, self._same(other))
        return Money(amount, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        """Subtract an amount of the same currency."""
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> "Money":
        """Turn the sign."""
        return Money(_EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: "Money") -> bool:
        """Compare with an amount of the same currency."""
        return self.amount < self._same(other)

    def __le__(self, other: "Money") -> bool:
        """Compare with an amount of the same currency."""
        return self.amount <= self._same(other)

    def times(self, factor: Decimal | int) -> "Money":
        """Multiply exactly by a number; floats raise TypeError."""
        if isinstance(factor, bool) or not isinstance(factor, Decimal | int):
            message = "Money multiplies by Decimal or int only"
            raise TypeError(message)
        return Money(_EXACT.multiply(self.amount, Decimal(factor)), self.currency)

    def rounded(self) -> "Money":
        """Round half up to the currency's minor unit, the commercial rule for invoice lines."""
        step = Decimal(1).scaleb(-self.currency.minor_digits)
        return Money(self.amount.quantize(step, ROUND_HALF_UP, _WIDE), self.currency)

    def allocate(self, weights: Sequence[int | Decimal]) -> tuple["Money", ...]:
        """Split the rounded amount in proportion to ``weights`` so that the parts add up to it exactly.

        Each part is in minor units; the units left over go one each to the largest remainders, the earlier part first
        (largest remainder method). Weights must be non-negative with a positive sum (ValueError).
        """
        total = sum((Fraction(weight) for weight in weights), Fraction(0))
        if total <= 0 or any(weight < 0 for weight in weights):
            message = "weights must be non-negative and not all zero"
            raise ValueError(message)
        step = Decimal(1).scaleb(-self.currency.minor_digits)
        units = int(Fraction(self.rounded().amount) / Fraction(step))
        sign, units = (-1, -units) if units < 0 else (1, units)
        shares = [divmod(units * Fraction(weight), total) for weight in weights]
        counts = [whole for whole, _ in shares]
        by_remainder = sorted(range(len(shares)), key=lambda index: (-shares[index][1], index))
        for index in by_remainder[: units - sum(counts)]:
            counts[index] += 1
        return tuple(Money(_EXACT.multiply(Decimal(sign * count), step), self.currency) for count in counts)

    def to_json(self) -> dict[str, str]:
        """Return the wire form ``{"amount": "1250.00", "currency": "EUR"}`` without an exponent."""
        return {"amount": format(self.amount, "f"), "currency": self.currency.code}

    def _same(self, other: "Money") -> Decimal:
        if self.currency != other.currency:
            message = f"cannot combine {self.currency} with {other.currency}"
            raise ValueError(message)
        return other.amount


def total_of(parts: Iterable[Money], currency: Currency) -> Money:
    """Add ``parts`` (all in ``currency``); nothing adds up to zero."""
    return Money.zero(currency).plus(parts)


def line_total(unit_price: Money, quantity: Decimal) -> Money:
    """Return quantity × unit price rounded half up to the minor unit: the amount a line shows and a total adds up."""
    return unit_price.times(quantity).rounded()


@dataclass(frozen=True, slots=True)
class Rate:
    """How many units of ``quote`` one unit of ``base`` buys, by whom and when: ``base`` 1 = ``quote`` ``value``."""

    base: Currency
    quote: Currency
    value: Decimal
    source: str
    as_of: str

    def convert(self, money: Money) -> Money:
        """Convert without rounding; the amount's currency must be ``base`` (ValueError)."""
        if money.currency != self.base:
            message = f"this rate converts {self.base}, not {money.currency}"
            raise ValueError(message)
        return Money(_EXACT.multiply(money.amount, self.value), self.quote)
