from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from b2b_market.kernel.quantity import Quantity, Unit, UnitMismatch
from b2b_market.kernel.refusal import Kind

KILOGRAM = Unit("KGM", "mass", Fraction(1), "kg")
GRAM = Unit("GRM", "mass", Fraction(1, 1000), "g")
METRE = Unit("MTR", "length", Fraction(1), "m")


@pytest.mark.parametrize("value", [1, 1.5, "1", None])
def test_only_decimals_are_quantities(value: Any) -> None:
    with pytest.raises(TypeError):
        Quantity(value, KILOGRAM)


@pytest.mark.parametrize("value", ["-0.1", "NaN", "Infinity"])
def test_quantities_are_finite_and_not_negative(value: str) -> None:
    with pytest.raises(ValueError, match="not negative"):
        Quantity(Decimal(value), KILOGRAM)


def test_conversion_within_a_dimension_is_exact() -> None:
    assert Quantity(Decimal("0.3"), KILOGRAM).exactly_in(GRAM) == 300
    assert Quantity(Decimal(1), GRAM).exactly_in(KILOGRAM) == Fraction(1, 1000)
    assert Quantity(Decimal(0), GRAM).ratio_to(KILOGRAM) == Fraction(1, 1000)


def test_conversion_across_dimensions_is_refused_with_both_named() -> None:
    with pytest.raises(UnitMismatch) as refused:
        Quantity(Decimal(1), KILOGRAM).exactly_in(METRE)
    assert refused.value.kind is Kind.CONFLICT
    assert refused.value.facts == {
        "source": "KGM",
        "source_dimension": "mass",
        "target": "MTR",
        "target_dimension": "length",
    }


def test_a_unit_reads_as_its_code() -> None:
    assert str(KILOGRAM) == "KGM"
