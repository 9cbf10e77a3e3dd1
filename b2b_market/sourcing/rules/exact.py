"""Arithmetic that never loses a digit, and the two named places where sourcing rounds.

Unit prices have up to 20 digits, quantities and rates as many again: their product outgrows the 28 digits of Python's
usual decimal context, which would round without a word. Ranking needs every digit.
"""

from contextlib import AbstractContextManager
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, ROUND_HALF_UP, Context, Decimal, localcontext

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money


def exact_arithmetic() -> AbstractContextManager[Context]:
    """Return a context in which decimal sums and products keep every digit.

    An endless division cannot round unseen in it either: it fails at once with MemoryError, as the decimal module
    documents for the largest precision. Divide with ``divmod`` or with fractions.
    """
    return localcontext(Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN))


class MinorUnits:
    """Rounds to the minor unit of one currency, half up: what ``Money.rounded`` does, with the unit looked up once.

    A matrix rounds two amounts per cell; looking the unit up each time took a third of the whole comparison.
    """

    def __init__(self, currency: Currency) -> None:
        """Keep the smallest unit of ``currency``."""
        self.currency = currency
        self._unit = Decimal(1).scaleb(-currency.minor_digits)

    def rounded(self, amount: Decimal) -> Money:
        """Return ``amount`` of the currency rounded half up to its minor unit."""
        return Money(amount.quantize(self._unit, ROUND_HALF_UP), self.currency)


def percent(part: Decimal, whole: Decimal) -> Decimal:
    """Return ``part`` in percent of ``whole`` (above 0) with one decimal, half away from zero, on exact figures."""
    tenths, rest = divmod(abs(part) * 1000, whole)
    if rest * 2 >= whole:
        tenths += 1
    result = tenths.scaleb(-1)
    return -result if part < 0 and tenths else result
