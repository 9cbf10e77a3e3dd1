from decimal import Decimal
from typing import Any

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate, line_total, total_of

EUR = Currency("EUR")
JPY = Currency("JPY")
KWD = Currency("KWD")


def eur(amount: str) -> Money:
    return Money.of(amount, "EUR")


@pytest.mark.parametrize("amount", [1.5, 1, "1.50", None])
def test_only_decimals_are_amounts(amount: Any) -> None:
    with pytest.raises(TypeError):
        Money(amount, EUR)


def test_the_currency_is_a_currency_not_its_code() -> None:
    with pytest.raises(TypeError):
        Money(Decimal(1), "EUR")  # type: ignore[arg-type]  # the wrong type is what is tested


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_amounts_are_finite(amount: str) -> None:
    with pytest.raises(ValueError, match="finite"):
        Money(Decimal(amount), EUR)


def test_arithmetic_within_a_currency() -> None:
    assert eur("1.10") + eur("2.205") == eur("3.305")
    assert eur("1.10") - eur("2") == eur("-0.90")
    assert -eur("1.10") == eur("-1.10")
    assert eur("1.10").times(3) == eur("3.30")
    assert eur("1.10").times(Decimal("0.5")) == eur("0.550")
    assert eur("1") < eur("1.01")
    assert eur("1") <= eur("1.00")
    assert not eur("1.01") <= eur("1.00")
    assert Money.zero(EUR) == eur("0")


def test_no_digit_is_lost_beyond_the_28_of_a_default_context() -> None:
    widest = Money(Decimal("99999999999999.999999"), EUR)
    assert widest.times(Decimal("99999999999999.999999")).amount == Decimal("9999999999999999999800000000.000000000001")
    assert (Money(Decimal("1e30"), EUR) + eur("0.01")).amount == Decimal("1000000000000000000000000000000.01")
    assert (Money(Decimal("1e30"), EUR) - eur("0.01")).amount == Decimal("999999999999999999999999999999.99")
    assert (-Money(Decimal("1000000000000000000000000000000.01"), EUR)).amount < Decimal("-1e30")
    assert Money(Decimal("1000000000000000000000000000000.015"), EUR).rounded().amount == Decimal(
        "1000000000000000000000000000000.02"
    )


@pytest.mark.parametrize("operation", ["__add__", "__sub__", "__lt__", "__le__"])
def test_currencies_do_not_mix(operation: str) -> None:
    with pytest.raises(ValueError, match="cannot combine EUR with JPY"):
        getattr(eur("1"), operation)(Money.of("1", "JPY"))


@pytest.mark.parametrize("factor", [1.5, True, "2"])
def test_factors_are_exact_numbers(factor: Any) -> None:
    with pytest.raises(TypeError, match="Decimal or int"):
        eur("1").times(factor)


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("1.005", "EUR", "1.01"),
        ("1.004999", "EUR", "1.00"),
        ("-1.005", "EUR", "-1.01"),
        ("0.5", "JPY", "1"),
        ("1.0005", "KWD", "1.001"),
        ("7", "EUR", "7.00"),
    ],
)
def test_rounding_is_half_up_to_the_minor_unit(amount: str, currency: str, rounded: str) -> None:
    result = Money.of(amount, currency).rounded()
    assert str(result.amount) == rounded


def test_allocation_gives_the_odd_cents_to_the_largest_remainders() -> None:
    assert eur("100").allocate([1, 1, 1]) == (eur("33.34"), eur("33.33"), eur("33.33"))
    assert eur("0.05").allocate([3, 7]) == (eur("0.02"), eur("0.03"))
    assert eur("-0.05").allocate([3, 7]) == (eur("-0.02"), eur("-0.03"))
    assert Money.of("10", "JPY").allocate([Decimal("0.5"), 0, Decimal("1.5")]) == (
        Money.of("3", "JPY"),
        Money.of("0", "JPY"),
        Money.of("7", "JPY"),
    )


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [2, -1]])
def test_allocation_needs_weights(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        eur("1").allocate(weights)


def test_the_wire_form_has_no_exponent() -> None:
    assert Money(Decimal("1E+3"), EUR).to_json() == {"amount": "1000", "currency": "EUR"}
    assert eur("1250.00").to_json() == {"amount": "1250.00", "currency": "EUR"}


def test_totals() -> None:
    assert total_of([], EUR) == eur("0")
    assert total_of([eur("1.10"), eur("2.20")], EUR) == eur("3.30")
    with pytest.raises(ValueError, match="cannot combine"):
        total_of([Money.of("1", "JPY")], EUR)


def test_a_line_total_is_rounded_once() -> None:
    assert line_total(eur("0.333333"), Decimal(3)) == eur("1.00")
    assert line_total(Money.of("0.0005", "KWD"), Decimal("1.0")) == Money.of("0.001", "KWD")


def test_a_rate_converts_its_base_exactly() -> None:
    rate = Rate(EUR, JPY, Decimal("163.45"), "ECB", "2026-11-20")
    assert rate.convert(eur("0.01")) == Money.of("1.6345", "JPY")
    with pytest.raises(ValueError, match="converts EUR, not JPY"):
        rate.convert(Money.of("1", "JPY"))
