from decimal import Decimal

import pytest

from b2b_market.contracts.rules.words import chinese_amount, english_amount


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        # the examples of the rules for filling in bills
        ("1409.50", "壹仟肆佰零玖元伍角整"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        # the edges
        ("0", "零元整"),
        ("0.50", "伍角整"),
        ("0.05", "伍分"),
        ("0.55", "伍角伍分"),
        ("1", "壹元整"),
        ("10", "壹拾元整"),
        ("100", "壹佰元整"),
        ("10000", "壹万元整"),
        ("10001", "壹万零壹元整"),
        ("100070", "壹拾万零柒拾元整"),
        ("10010010", "壹仟零壹万零壹拾元整"),
        ("100000000", "壹亿元整"),
        ("100005000", "壹亿零伍仟元整"),
        ("1234567890123456.78", "壹仟贰佰叁拾肆万伍仟陆佰柒拾捌亿玖仟零壹拾贰万叁仟肆佰伍拾陆元柒角捌分"),
        ("1000000000000", "壹万亿元整"),
    ],
)
def test_chinese_capitals(amount: str, words: str) -> None:
    assert chinese_amount(Decimal(amount), 2, "人民币") == f"人民币{words}"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "zero and 00/100 only"),
        ("0.05", "zero and 05/100 only"),
        ("13", "thirteen and 00/100 only"),
        ("21.10", "twenty-one and 10/100 only"),
        ("100", "one hundred and 00/100 only"),
        ("1234567.89", "one million two hundred thirty-four thousand five hundred sixty-seven and 89/100 only"),
        ("1000000000000000", "one quadrillion and 00/100 only"),
    ],
)
def test_english_words(amount: str, words: str) -> None:
    assert english_amount(Decimal(amount), 2, "US dollars") == f"US dollars {words}"


def test_currencies_without_and_with_three_minor_digits() -> None:
    assert chinese_amount(Decimal(1200), 0, "日元") == "日元壹仟贰佰元整"
    assert english_amount(Decimal(1200), 0, "Japanese yen") == "Japanese yen one thousand two hundred only"
    assert chinese_amount(Decimal("1.234"), 3, "科威特第纳尔") == "科威特第纳尔壹元贰角叁分肆厘"
    assert chinese_amount(Decimal("1.004"), 3, "科威特第纳尔") == "科威特第纳尔壹元零肆厘"
    assert chinese_amount(Decimal("1.200"), 3, "科威特第纳尔") == "科威特第纳尔壹元贰角整"
    assert english_amount(Decimal("1.004"), 3, "Kuwaiti dinars") == "Kuwaiti dinars one and 004/1000 only"


def test_trailing_zeros_of_a_column_change_nothing() -> None:
    assert chinese_amount(Decimal("12.5000"), 2, "人民币") == chinese_amount(Decimal("12.5"), 2, "人民币")


@pytest.mark.parametrize(
    ("amount", "digits"),
    [("-0.01", 2), ("0.001", 2), ("0.5", 0), ("NaN", 2), ("Infinity", 2), ("1E+18", 2), ("1", 4), ("1", -1)],
)
@pytest.mark.parametrize("write", [chinese_amount, english_amount])
def test_what_has_no_words_is_refused(write: object, amount: str, digits: int) -> None:
    assert callable(write)
    with pytest.raises(ValueError, match=r"words|minor digits"):
        write(Decimal(amount), digits, "x")


def test_a_digit_far_behind_the_point_is_not_rounded_away() -> None:
    with pytest.raises(ValueError, match="minor digits"):
        chinese_amount(Decimal("1." + "0" * 40 + "1"), 2, "人民币")
