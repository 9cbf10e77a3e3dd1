"""Prices that stand out from their line, by the interquartile rule."""

from collections.abc import Sequence
from decimal import Decimal

FEWEST_PRICES = 4
_QUARTER, _STEPS = Decimal("0.25"), Decimal("1.5")


def fences(prices: Sequence[Decimal]) -> tuple[Decimal, Decimal] | None:
    """Return the limits Q1 − 1.5·IQR and Q3 + 1.5·IQR; a price outside them is an outlier. None below four prices.

    Quartiles interpolate between the sorted prices at positions (n − 1)/4 and 3(n − 1)/4 counted from 0 (Hyndman and
    Fan's type 7, the one spreadsheets call QUARTILE.INC), so that a buyer can check the mark in a sheet. Exact.
    """
    if len(prices) < FEWEST_PRICES:
        return None
    ordered = sorted(prices)
    first, third = _quartile(ordered, 1), _quartile(ordered, 3)
    reach = (third - first) * _STEPS
    return first - reach, third + reach


def _quartile(ordered: Sequence[Decimal], which: int) -> Decimal:
    whole, quarters = divmod((len(ordered) - 1) * which, 4)
    below = ordered[whole]
    return below if quarters == 0 else below + (ordered[whole + 1] - below) * quarters * _QUARTER
