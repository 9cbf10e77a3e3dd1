import pytest

from b2b_market.kernel.currency import MINOR_DIGITS, Currency, UnknownCurrency
from b2b_market.kernel.refusal import Kind


@pytest.mark.parametrize(("code", "digits"), [("EUR", 2), ("CNY", 2), ("JPY", 0), ("KRW", 0), ("KWD", 3), ("TND", 3)])
def test_minor_digits_follow_iso_4217(code: str, digits: int) -> None:
    assert Currency(code).minor_digits == digits


@pytest.mark.parametrize("code", ["", "eur", "EURO", "XAU", "XXX", "DEM", "ANG", "BGN", "人民币", "€"])
def test_anything_but_an_active_code_is_refused(code: str) -> None:
    with pytest.raises(UnknownCurrency) as refused:
        Currency(code)
    assert refused.value.kind is Kind.INVALID
    assert refused.value.facts == {"currency": code}


def test_the_table_holds_each_code_once_in_order() -> None:
    assert list(Currency.CODES) == sorted(MINOR_DIGITS)
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in Currency.CODES)
    assert len(Currency.CODES) == 155


def test_a_currency_reads_as_its_code_and_sorts_by_it() -> None:
    assert str(Currency("USD")) == "USD"
    assert sorted([Currency("USD"), Currency("CNY"), Currency("EUR")]) == [
        Currency("CNY"),
        Currency("EUR"),
        Currency("USD"),
    ]
