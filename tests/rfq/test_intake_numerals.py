from decimal import Decimal

import pytest

from b2b_market.rfq.intake.numerals import (
    Amount,
    currencies_of,
    evidence,
    is_ambiguous,
    is_nothing,
    read_cell,
    read_number,
    take_amount,
    take_quantity,
)
from b2b_market.rfq.intake.values import CellKind, Decimals

POINT, COMMA = Decimals.POINT, Decimals.COMMA


@pytest.mark.parametrize(
    ("text", "point", "comma"),
    [
        ("12", "12", "12"),
        ("012", "12", "12"),
        ("+3", "3", "3"),
        ("-3.5", "-3.5", None),
        ("\u22123", "-3", "-3"),
        ("1.5", "1.5", None),
        ("1,5", None, "1.5"),
        ("1,234", "1234", "1.234"),
        ("1.234", "1.234", "1234"),
        ("1,234.56", "1234.56", None),
        ("1.234,56", None, "1234.56"),
        ("1.234.567", None, "1234567"),
        ("1,234,567", "1234567", None),
        ("1 234 567", "1234567", "1234567"),
        ("1\u202f234,5", None, "1234.5"),
        ("1'234.5", "1234.5", None),
        ("1\u2019234.50", "1234.50", None),
        (".5", "0.5", None),
        (",5", None, "0.5"),
        ("１２．５", "12.5", None),
        ("1,23,456", None, None),
        ("1,234 567", None, None),
        ("1.2.3", None, None),
        ("12,34", None, "12.34"),
        ("1e5", None, None),
        ("1_000", None, None),
        ("NaN", None, None),
        ("Infinity", None, None),
        ("0x10", None, None),
        ("٣", None, None),
        ("5.", None, None),
        ("", None, None),
        ("1" * 61, None, None),
    ],
)
def test_numbers_in_both_ways_of_writing_decimals(text: str, point: str | None, comma: str | None) -> None:
    assert read_number(text, POINT) == (None if point is None else Decimal(point))
    assert read_number(text, COMMA) == (None if comma is None else Decimal(comma))


def test_written_decimals_are_kept_exactly() -> None:
    assert str(read_number("1,250.50", POINT)) == "1250.50"


@pytest.mark.parametrize(
    ("text", "proven", "ambiguous"),
    [("1.5", POINT, False), ("1,5", COMMA, False), ("1,234", None, True), ("12", None, False), ("x", None, False)],
)
def test_what_a_number_proves(text: str, proven: Decimals | None, ambiguous: bool) -> None:
    assert evidence(text) == proven
    assert is_ambiguous(text) is ambiguous


def test_cells_written_by_programs_have_a_point_whatever_the_column_does() -> None:
    assert read_cell("1.234", CellKind.NUMBER, COMMA) == Decimal("1.234")
    assert read_cell("1.234", CellKind.TEXT, COMMA) == Decimal(1234)


def test_without_a_style_only_the_unmistakable_is_read() -> None:
    assert read_cell("1,234", CellKind.TEXT, None) is None
    assert read_cell("1,5", CellKind.TEXT, None) == Decimal("1.5")
    assert read_cell("1.5", CellKind.TEXT, None) == Decimal("1.5")
    assert read_cell("12", CellKind.TEXT, None) == Decimal(12)


DOLLARS = ("USD", "CAD", "AUD", "SGD", "HKD", "TWD", "NZD", "MXN")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("59.50", Amount("59.50")),
        ("$59.50 ", Amount("59.50", DOLLARS, "$")),
        ("$59.50 $", Amount("59.50", DOLLARS, "$")),
        ("US$ 59.50 $", Amount("59.50", ("USD",), "US$")),
        ("$ 5 USD", Amount("5", ("USD",), "$")),
        ("USD 1,250.00", Amount("1,250.00", ("USD",), "USD")),
        ("usd5", Amount("5", ("USD",), "usd")),
        ("1.250,00 €", Amount("1.250,00", ("EUR",), "€")),
        ("¥12.5", Amount("12.5", ("CNY", "JPY"), "¥")),
        ("￥12.5", Amount("12.5", ("CNY", "JPY"), "¥")),
        ("12.5元", Amount("12.5", ("CNY",), "元")),
        ("12.5元/吨", Amount("12.5", ("CNY",), "元", "吨")),
        ("人民币12.5元", Amount("12.5", ("CNY",), "人民币")),
        ("RMB 8", Amount("8", ("CNY",), "RMB")),
        ("12,5 €/kg", Amount("12,5", ("EUR",), "€", "kg")),
        ("100 kr.", Amount("100", ("DKK", "SEK", "NOK", "ISK"), "kr")),
        ("kr. 100,50", Amount("100,50", ("DKK", "SEK", "NOK", "ISK"), "kr")),
        ("DKK 100 kr", Amount("100", ("DKK",), "DKK")),
        ("-$5", Amount("-5", DOLLARS, "$")),
        ("$-5", Amount("-5", DOLLARS, "$")),
        ("€5 $", Amount("€5 $")),
        ("about 5", Amount("about 5")),
        ("5 apples", Amount("5 apples")),
        ("$", Amount("", DOLLARS, "$")),
    ],
)
def test_prices_are_taken_apart(text: str, expected: Amount) -> None:
    assert take_amount(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", ("12", "")),
        ("12 pcs", ("12", "pcs")),
        ("12pcs", ("12", "pcs")),
        ("1,200.5 kg", ("1,200.5", "kg")),
        ("3个", ("3", "个")),
        ("２ 米", ("2", "米")),
        ("5 m2", ("5", "m2")),
        ("10-20", ("10-20", "")),
        ("ca. 5", ("ca. 5", "")),
        ("pcs", ("pcs", "")),
    ],
)
def test_quantities_are_split_from_their_units(text: str, expected: tuple[str, str]) -> None:
    assert take_quantity(text) == expected


@pytest.mark.parametrize("text", ["", "  ", "-", "--", "—", "n/a", "N/A", "无", "待定", "TBD", "/"])
def test_cells_that_say_nothing(text: str) -> None:
    assert is_nothing(text)


@pytest.mark.parametrize("text", ["0", "x", "-1", "no"])
def test_cells_that_say_something(text: str) -> None:
    assert not is_nothing(text)


@pytest.mark.parametrize(
    ("mark", "codes"),
    [
        ("eur", ("EUR",)),
        ("人民币", ("CNY",)),
        ("US$", ("USD",)),
        ("us$", ("USD",)),
        ("£", ("GBP",)),
        ("gold", ()),
        ("", ()),
    ],
)
def test_currency_marks(mark: str, codes: tuple[str, ...]) -> None:
    assert currencies_of(mark) == codes
