"""A mixed-integer programme in exact coefficients; only the solver's edge turns them into floating point."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

Term = tuple[int, Fraction]
Terms = Sequence[Term]


class Column(NamedTuple):
    """A variable from ``lower`` to ``upper`` (None: no limit)."""

    lower: Fraction
    upper: Fraction | None
    integer: bool


class Row(NamedTuple):
    """``at_least`` <= Σ coefficient × column <= ``at_most``; None: no limit."""

    terms: Terms
    at_least: Fraction | None
    at_most: Fraction | None


@dataclass(slots=True)
class Model:
    """Columns and rows in the order in which they were added, so that equal problems give equal models."""

    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def column(self, upper: Fraction | int | None = None, *, integer: bool = False) -> int:
        """Add a variable from 0 and return its place."""
        self.columns.append(Column(Fraction(0), None if upper is None else Fraction(upper), integer))
        return len(self.columns) - 1

    def binary(self, *, possible: bool = True) -> int:
        """Add a yes or no; where it is not ``possible`` it stays no."""
        return self.column(1 if possible else 0, integer=True)

    def row(
        self, terms: Iterable[Term], *, at_least: Fraction | int | None = None, at_most: Fraction | int | None = None
    ) -> None:
        """Add a condition; terms of the same column are added up."""
        summed: dict[int, Fraction] = {}
        for column, coefficient in terms:
            summed[column] = summed.get(column, Fraction(0)) + coefficient
        kept = [(column, coefficient) for column, coefficient in summed.items() if coefficient]
        limits = [None if limit is None else Fraction(limit) for limit in (at_least, at_most)]
        self.rows.append(Row(kept, limits[0], limits[1]))

    def fix(self, column: int, value: Fraction) -> None:
        """Hold a variable at one value."""
        self.columns[column] = self.columns[column]._replace(lower=value, upper=value)


def times(terms: Terms, factor: Fraction | int) -> list[Term]:
    """Return the terms multiplied by ``factor``."""
    return [(column, coefficient * factor) for column, coefficient in terms]


def plain(columns: Iterable[int]) -> list[Term]:
    """Return the sum of ``columns``."""
    return [(column, Fraction(1)) for column in columns]
