"""A mixed-integer programme in exact coefficients; only the solver's edge turns them into floating point.

Whole numbers stay ``int``: most coefficients are 1 or -1, and a fraction costs twenty times as much to make.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

Exact = Fraction | int
Term = tuple[int, Exact]
Terms = Sequence[Term]


class Column(NamedTuple):
    """A variable from ``lower`` to ``upper`` (None: no limit)."""

    lower: Exact
    upper: Exact | None
    integer: bool


class Row(NamedTuple):
    """``at_least`` <= Σ coefficient × column <= ``at_most``; None: no limit."""

    terms: Terms
    at_least: Exact | None
    at_most: Exact | None


@dataclass(slots=True)
class Model:
    """Columns and rows in the order in which they were added, so that equal problems give equal models."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, upper: Exact | None = None, *, integer: bool = False) -> int:
        """Add a variable from 0 and return its place."""
        self.columns.append(Column(0, upper, integer))
        return len(self.columns) - 1

    def binary(self, *, possible: bool = True) -> int:
        """Add a yes or no; where it is not ``possible`` it stays no."""
        return self.column(1 if possible else 0, integer=True)

    def row(self, terms: Terms, *, at_least: Exact | None = None, at_most: Exact | None = None) -> None:
        """Add a condition; terms of the same column are added up."""
        if len(terms) == 2:  # noqa: PLR2004 - most rows by far: here it is soon seen that nothing needs adding up
            (one, of_one), (other, of_other) = terms
            if one != other and of_one and of_other:
                self.rows.append(Row(terms, at_least, at_most))
                return
        if len({column for column, _ in terms}) != len(terms):
            summed: dict[int, Exact] = {}
            for column, coefficient in terms:
                summed[column] = summed.get(column, 0) + coefficient
            terms = list(summed.items())
        self.rows.append(Row([term for term in terms if term[1]], at_least, at_most))

    def fix(self, column: int, value: Exact) -> None:
        """Hold a variable at one value."""
        self.columns[column] = self.columns[column]._replace(lower=value, upper=value)


def exact(value: Decimal | Exact) -> Exact:
    """Return a number as a whole one where it is, else as a fraction."""
    above, below = value.as_integer_ratio()
    return above if below == 1 else Fraction(above, below)


def times(terms: Terms, factor: Exact) -> list[Term]:
    """Return the terms multiplied by ``factor``."""
    return [(column, coefficient * factor) for column, coefficient in terms]


def plain(columns: Iterable[int]) -> list[Term]:
    """Return the sum of ``columns``."""
    return [(column, 1) for column in columns]
