"""Exact quantities: a number with its unit; conversion by exact ratios inside one dimension."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_


class UnitMismatch(Refusal):
    """Two units measure different things; only the product's own factor could relate them."""

    kind, code = Kind.CONFLICT, "unit-mismatch"
    title = N_("These units cannot be converted into each other")
    advice = N_(
        "{source} measures {source_dimension}, {target} measures {target_dimension}; use units of one dimension."
    )


@dataclass(frozen=True, slots=True)
class Unit:
    """A UN/ECE Recommendation 20 unit: its code, what it measures, and how many base units one of it is (exact)."""

    code: str
    dimension: str
    factor: Fraction
    symbol: str

    def __str__(self) -> str:
        """Return the code."""
        return self.code


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact number of one unit; never negative (ValueError), never a float (TypeError)."""

    value: Decimal
    unit: Unit

    def __post_init__(self) -> None:
        """Refuse floats, non-finite and negative numbers."""
        if not isinstance(self.value, Decimal):
            message = "Quantity takes a Decimal"
            raise TypeError(message)
        if not self.value.is_finite() or self.value < 0:
            message = "Quantity must be finite and not negative"
            raise ValueError(message)

    def ratio_to(self, unit: Unit) -> Fraction:
        """Return how many ``unit`` one of this quantity's unit is; raise UnitMismatch across dimensions."""
        if unit.dimension != self.unit.dimension:
            raise UnitMismatch(
                source=self.unit.code,
                source_dimension=self.unit.dimension,
                target=unit.code,
                target_dimension=unit.dimension,
            )
        return self.unit.factor / unit.factor

    def exactly_in(self, unit: Unit) -> Fraction:
        """Return the number of ``unit`` this is, exact; raise UnitMismatch across dimensions."""
        return Fraction(self.value) * self.ratio_to(unit)
