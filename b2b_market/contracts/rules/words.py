"""Amounts of money in words, as contracts write them beside the figures, and line numbers in short.

Chinese follows the rules for filling in bills and settlement vouchers (People's Bank of China, Payment and Settlement
Measures 1997, annex 1): capital numerals, one 零 for any run of zeros inside, 零 before 角 where the 元 digit is
zero, 整 after 元 and 角 but not after 分. English follows the style of cheques: the minor unit as a fraction, always
written.
"""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_WAN, _YI = 10**4, 10**8
_SHORTEST_SPAN = 3
_MINOR = ("角", "分", "厘")
_EXACT_AFTER = 1  # 整 follows 元 and 角; from 分 on nothing may be added anyway

_ONES = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ("", "thousand", "million", "billion", "trillion", "quadrillion")


def chinese_amount(amount: Decimal, minor_digits: int, currency_name: str) -> str:
    """Return ``amount`` in Chinese financial capitals behind the currency's name, such as 人民币壹佰元整.

    ``minor_digits`` (0 to 3) are those of ISO 4217; the units are 元, 角, 分 and 厘 in any currency. Raise ValueError
    for a negative amount and for digits beyond the minor unit: whoever writes words rounds first.
    """
    whole, minor = _parts(amount, minor_digits)
    digits = f"{minor:0{minor_digits}d}" if minor_digits else ""
    text = f"{_chinese_integer(whole)}元" if whole or not minor else ""
    owed_zero = whole % 10 == 0
    last = -1
    for place, digit in enumerate(digits):
        if digit == "0":
            owed_zero = True
            continue
        text += ("零" if owed_zero and text else "") + _DIGITS[int(digit)] + _MINOR[place]
        owed_zero, last = False, place
    return f"{currency_name}{text}{'整' if last < _EXACT_AFTER else ''}"


def english_amount(amount: Decimal, minor_digits: int, currency_name: str) -> str:
    """Return ``amount`` in English words behind the currency's name: ``US dollars one hundred and 05/100 only``.

    The same limits as for :func:`chinese_amount`.
    """
    whole, minor = _parts(amount, minor_digits)
    fraction = f" and {minor:0{minor_digits}d}/{10**minor_digits}" if minor_digits else ""
    return f"{currency_name} {_english_integer(whole)}{fraction} only"


def spans(numbers: Iterable[int]) -> str:
    """Return line numbers rising, runs of three and more as spans: ``1, 3-5``."""
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    written = [[f"{run[0]}-{run[-1]}"] if len(run) >= _SHORTEST_SPAN else map(str, run) for run in runs]
    return ", ".join(part for parts in written for part in parts)


def _parts(amount: Decimal, minor_digits: int) -> tuple[int, int]:
    """Return the whole units and the minor units of ``amount``."""
    if not 0 <= minor_digits <= len(_MINOR):
        message = f"no words for {minor_digits} minor digits"
        raise ValueError(message)
    if not amount.is_finite() or not 0 <= amount < 1000 ** len(_SCALES):
        message = f"{amount} cannot be written in words"
        raise ValueError(message)
    base = int(10**minor_digits)
    units = Fraction(amount) * base
    if units.denominator != 1:
        message = f"{amount} has more than {minor_digits} minor digits"
        raise ValueError(message)
    return divmod(units.numerator, base)


def _chinese_integer(number: int) -> str:
    """Return a whole number; above 亿 and 万 the same rules apply to what is counted in them."""
    for scale, name in ((_YI, "亿"), (_WAN, "万")):
        if number >= scale:
            high, low = divmod(number, scale)
            join = "零" if 0 < low < scale // 10 else ""
            return _chinese_integer(high) + name + join + (_chinese_integer(low) if low else "")
    return _chinese_group(number)


def _chinese_group(number: int) -> str:
    """Return a number below ten thousand."""
    if not number:
        return _DIGITS[0]
    text, owed_zero = "", False
    for place in range(3, -1, -1):
        digit = number // 10**place % 10
        if digit:
            text += ("零" if owed_zero and text else "") + _DIGITS[digit] + _PLACES[place]
        owed_zero = not digit
    return text


def _english_integer(number: int) -> str:
    if not number:
        return _ONES[0]
    groups: list[str] = []
    for scale in _SCALES:
        number, group = divmod(number, 1000)
        if group:
            groups.append(f"{_english_group(group)} {scale}".rstrip())
    return " ".join(reversed(groups))


def _english_group(number: int) -> str:
    """Return a number between 1 and 999."""
    hundreds, rest = divmod(number, 100)
    words = [f"{_ONES[hundreds]} hundred"] if hundreds else []
    if rest >= 20:  # noqa: PLR2004 - from twenty on English composes
        tens, ones = divmod(rest, 10)
        words.append(_TENS[tens] + (f"-{_ONES[ones]}" if ones else ""))
    elif rest:
        words.append(_ONES[rest])
    return " ".join(words)
