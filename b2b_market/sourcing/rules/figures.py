"""Figures that explain themselves: each knows how it was made and from what, down to the values somebody gave.

A figure is either given (then it names its source) or made by exactly one operation from other figures, so that its
value cannot differ from its explanation. Values are exact fractions; only DISCOUNT and ANNUAL_RATE, which raise to a
fractional power, round, to the digits that ``rules/powers.py`` declares.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from math import prod

from b2b_market.kernel.text import N_
from b2b_market.sourcing.rules.exact import exact_arithmetic
from b2b_market.sourcing.rules.powers import YEAR_DAYS, power


class Measure(StrEnum):
    """What a value counts, so that a page can write it as people do."""

    MONEY = "money"
    SHARE = "share"
    DAYS = "days"
    NUMBER = "number"


class Operation(StrEnum):
    """How a figure is made of its inputs."""

    GIVEN = "given"
    SUM = "sum"
    DIFFERENCE = "difference"
    PRODUCT = "product"
    QUOTIENT = "quotient"
    DISCOUNT = "discount"
    ANNUAL_RATE = "annual_rate"


FORMULAS: Mapping[Operation, str] = {
    Operation.GIVEN: N_("given"),
    Operation.SUM: N_("the sum of what is below"),
    Operation.DIFFERENCE: N_("the first minus the second"),
    Operation.PRODUCT: N_("the product of what is below"),
    Operation.QUOTIENT: N_("the first divided by the second"),
    Operation.DISCOUNT: N_("1 ÷ (1 + rate) ^ (days ÷ 365)"),
    Operation.ANNUAL_RATE: N_("(1 ÷ (1 − discount)) ^ (365 ÷ days) − 1"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """One value with its explanation.

    ``key`` is a stable name for programs, ``name`` a message id. ``inputs`` are in the order of the formula; a given
    figure has none and a ``source`` instead (plain words or a message id).
    """

    key: str
    name: str
    value: Fraction
    measure: Measure
    operation: Operation
    inputs: tuple["Figure", ...] = ()
    source: str = ""

    @property
    def formula(self) -> str:
        """How the value follows from the inputs, as a message id."""
        return FORMULAS[self.operation]


def given(key: str, name: str, value: Decimal | int | Fraction, measure: Measure, source: str) -> Figure:
    """Return a value as somebody gave it; without a source nobody could check it (ValueError)."""
    if not source.strip():
        raise ValueError(f"{key} has no source")
    return Figure(key, name, Fraction(value), measure, Operation.GIVEN, source=source)


def made(key: str, name: str, measure: Measure, operation: Operation, inputs: Sequence[Figure]) -> Figure:
    """Return the figure that ``operation`` makes of ``inputs``."""
    value = _MAKING[operation]([one.value for one in inputs])
    return Figure(key, name, value, measure, operation, tuple(inputs))


def remade(figure: Figure) -> Fraction:
    """Work a figure out again from the values that were given, trusting nothing between."""
    if figure.operation is Operation.GIVEN:
        return figure.value
    return _MAKING[figure.operation]([remade(one) for one in figure.inputs])


def walk(figure: Figure, depth: int = 0) -> Iterator[tuple[int, Figure]]:
    """Yield a figure and everything below it with its depth, in reading order."""
    yield depth, figure
    for one in figure.inputs:
        yield from walk(one, depth + 1)


def shown_value(figure: Figure, digits: int) -> Decimal:
    """Return the value with ``digits`` decimals, half up away from zero, for reading only: nothing ranks by it."""
    whole = (abs(figure.value) * 10**digits * 2 + 1) // 2
    with exact_arithmetic():
        return Decimal(whole if figure.value >= 0 else -whole).scaleb(-digits)


def _sum(values: Sequence[Fraction]) -> Fraction:
    return sum(values, Fraction(0))


def _product(values: Sequence[Fraction]) -> Fraction:
    return prod(values, start=Fraction(1))


def _difference(values: Sequence[Fraction]) -> Fraction:
    first, second = values
    return first - second


def _quotient(values: Sequence[Fraction]) -> Fraction:
    first, second = values
    return first / second


def _discount(values: Sequence[Fraction]) -> Fraction:
    rate, days = values
    return power(1 + rate, -days / YEAR_DAYS)


def _annual_rate(values: Sequence[Fraction]) -> Fraction:
    discount, days = values
    return power(1 / (1 - discount), YEAR_DAYS / days) - 1


_MAKING: Mapping[Operation, Callable[[Sequence[Fraction]], Fraction]] = {
    Operation.SUM: _sum,
    Operation.DIFFERENCE: _difference,
    Operation.PRODUCT: _product,
    Operation.QUOTIENT: _quotient,
    Operation.DISCOUNT: _discount,
    Operation.ANNUAL_RATE: _annual_rate,
}
