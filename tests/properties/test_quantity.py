from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b2b_market.kernel.quantity import Quantity, Unit, UnitMismatch
from b2b_market.kernel.units import UNITS, find_unit

units = st.sampled_from(list(UNITS.values()))
numbers = st.integers(0, 10**20).map(lambda digits: Decimal(digits).scaleb(-6))


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Unit, Unit]:
    one = draw(units)
    other = draw(st.sampled_from([unit for unit in UNITS.values() if unit.dimension == one.dimension]))
    return one, other


@given(numbers, pairs())
def test_conversion_there_and_back_loses_nothing(number: Decimal, pair: tuple[Unit, Unit]) -> None:
    one, other = pair
    there = Quantity(number, one).exactly_in(other)
    assert there * Quantity(Decimal(1), other).ratio_to(one) == Fraction(number)
    assert there == Fraction(number) * one.factor / other.factor


@given(numbers, pairs())
def test_conversion_keeps_the_order(number: Decimal, pair: tuple[Unit, Unit]) -> None:
    one, other = pair
    assert Quantity(number, one).exactly_in(other) <= Quantity(number + 1, one).exactly_in(other)


@given(numbers, units, units)
def test_only_units_of_one_dimension_convert(number: Decimal, one: Unit, other: Unit) -> None:
    if one.dimension == other.dimension:
        assert Quantity(number, one).exactly_in(other) >= 0
    else:
        with pytest.raises(UnitMismatch):
            Quantity(number, one).exactly_in(other)


@given(st.text(max_size=20))
def test_any_text_is_either_a_unit_or_none(text: str) -> None:
    found = find_unit(text)
    assert found is None or UNITS[found.code] is found
    assert find_unit(f"  {text} ") == found
