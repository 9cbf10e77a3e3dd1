"""The one irrational thing in sourcing: a positive number to a fractional power.

Almost every (1 + r) ^ (days ÷ 365) has no exact value. It is worked out with WORKING_DIGITS and rounded half to even to
POWER_DIGITS significant digits, far below any price's last decimal; from there on everything is exact again. Results
are the same on every machine: they come from decimal arithmetic, never from the processor's floating point.
"""

from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation, Overflow
from fractions import Fraction

POWER_DIGITS = 40
WORKING_DIGITS = 80
YEAR_DAYS = Fraction(365)


def power(base: Fraction, exponent: Fraction) -> Fraction:
    """Return ``base`` (above 0, ValueError) to ``exponent``, to POWER_DIGITS significant digits; exact for 0 and 1."""
    if base <= 0:
        raise ValueError("only a positive number has every power")
    if exponent == 0 or base == 1:
        return Fraction(1)
    context = Context(prec=WORKING_DIGITS, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, Overflow])
    logarithm = context.ln(_decimal(base, context))
    result = context.exp(context.multiply(logarithm, _decimal(exponent, context)))
    return Fraction(Context(prec=POWER_DIGITS, rounding=ROUND_HALF_EVEN).plus(result))


def _decimal(value: Fraction, context: Context) -> Decimal:
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))
