"""Words written by the product and read back by an independent reader give the amount again, to the last minor unit."""

import re
from decimal import Decimal

from hypothesis import example, given
from hypothesis import strategies as st

from b2b_market.contracts.rules.words import chinese_amount, english_amount

minor_digits = st.sampled_from([0, 2, 3])
powers = st.integers(0, 17).map(lambda power: int(10**power))
units = st.one_of(st.integers(0, 10**6), st.integers(0, 10**18 - 1), powers)

NUMERALS = {numeral: value for value, numeral in enumerate("零壹贰叁肆伍陆柒捌玖")}
SECTION = {"拾": 10, "佰": 100, "仟": 1000}


def read_chinese(text: str) -> int:
    """Read a whole number by splitting at the largest unit: what stands before 亿 counts hundred millions."""
    for sign, scale in (("亿", 10**8), ("万", 10**4)):
        before, found, after = text.rpartition(sign)
        if found:
            return read_chinese(before) * scale + (read_chinese(after) if after else 0)
    total = 0
    for numeral, place in re.findall(r"零?([零壹贰叁肆伍陆柒捌玖])([拾佰仟]?)", text):
        total += NUMERALS[numeral] * SECTION.get(place, 1)
    return total


def read_chinese_amount(text: str) -> Decimal:
    match = re.fullmatch(r"(?:(.+)元)?(?:零?(.)角)?(?:零?(.)分)?(?:零?(.)厘)?整?", text)
    assert match is not None, text
    whole, *minor = match.groups()
    value = Decimal(read_chinese(whole) if whole else 0)
    for place, numeral in enumerate(minor, start=1):
        if numeral:
            value += Decimal(NUMERALS[numeral]).scaleb(-place)
    return value


ONES = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen"""
TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
SMALL = {word: value for value, word in enumerate(ONES.split())} | {
    word: 10 * value for value, word in enumerate(TENS.split(), 2)
}
SCALES = "thousand million billion trillion quadrillion"
LARGE = {word: 1000**power for power, word in enumerate(SCALES.split(), 1)}


def read_english_amount(text: str) -> Decimal:
    match = re.fullmatch(r"([a-z -]+?)(?: and (\d+)/(\d+))? only", text)
    assert match is not None, text
    words, minor, base = match.groups()
    total, group = Decimal(0), 0
    for word in re.split(r"[ -]", words):
        if word == "hundred":
            group *= 100
        elif word in LARGE:
            total, group = total + group * LARGE[word], 0
        else:
            group += SMALL[word]
    return total + group + (Decimal(minor) / Decimal(base) if minor else 0)


@given(units, minor_digits)
@example(107_000_53, 2)
@example(100_000_000_005, 2)
@example(10**16, 0)
def test_chinese_reads_back(minor_units: int, digits: int) -> None:
    amount = Decimal(minor_units).scaleb(-digits)
    words = chinese_amount(amount, digits, "")
    assert read_chinese_amount(words) == amount
    assert "零零" not in words
    assert words.endswith("整") == (minor_units * 10 // 10**digits * 10**digits == minor_units * 10 or digits == 0)


@given(units, minor_digits)
def test_english_reads_back(minor_units: int, digits: int) -> None:
    amount = Decimal(minor_units).scaleb(-digits)
    words = english_amount(amount, digits, "").lstrip()
    assert read_english_amount(words) == amount


@given(units, units, minor_digits)
def test_two_amounts_never_share_their_words(one: int, other: int, digits: int) -> None:
    first, second = Decimal(one).scaleb(-digits), Decimal(other).scaleb(-digits)
    assert (chinese_amount(first, digits, "") == chinese_amount(second, digits, "")) == (one == other)
    assert (english_amount(first, digits, "") == english_amount(second, digits, "")) == (one == other)
