from decimal import Decimal

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.sourcing.rules.exact import MinorUnits, exact_arithmetic, percent


def test_products_keep_every_digit() -> None:
    with exact_arithmetic():
        assert Decimal("1234567890.123456789") ** 4 == Decimal(1234567890123456789) ** 4 / Decimal(10) ** 36


def test_an_endless_division_fails_instead_of_rounding() -> None:
    with exact_arithmetic(), pytest.raises(MemoryError):
        Decimal(1) / Decimal(3)


@pytest.mark.parametrize("amount", ["0.005", "0.0049999", "2.5", "-0.005", "1234567.891"])
@pytest.mark.parametrize("code", ["CNY", "JPY", "KWD"])
def test_minor_units_round_as_money_does(code: str, amount: str) -> None:
    currency = Currency(code)
    with exact_arithmetic():
        assert MinorUnits(currency).rounded(Decimal(amount)) == Money(Decimal(amount), currency).rounded()


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        ("1", "8", "12.5"),
        ("1", "3", "33.3"),
        ("2", "3", "66.7"),
        ("0.05", "100", "0.1"),
        ("-0.05", "100", "-0.1"),
        ("0.04999999999999999999999999999999999999", "100", "0.0"),
        ("-0.04", "100", "0.0"),
        ("-1", "3", "-33.3"),
        ("0", "7", "0.0"),
    ],
)
def test_percentages_round_half_away_from_zero(part: str, whole: str, shown: str) -> None:
    with exact_arithmetic():
        assert str(percent(Decimal(part), Decimal(whole))) == shown
