"""Numbers, amounts and quantities as people write them, read exactly; how decimals are written is decided per column.

Nothing is rounded here and nothing is a float. A text that fits only one way of writing decimals is evidence for it;
one that fits both with different values (1,234) is ambiguous and never evidence.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Final

from b2b_market.kernel.currency import MINOR_DIGITS
from b2b_market.rfq.intake.values import CellKind, Decimals

_LONGEST: Final = 60
_GROUPS: Final = r"[+-]?(?:\d{{1,3}}(?:([{mark}' ])\d{{3}})(?:\1\d{{3}})*|\d+)(?:\{decimal}\d+)?|[+-]?\{decimal}\d+"
_PATTERNS: Final[Mapping[Decimals, re.Pattern[str]]] = MappingProxyType(
    {
        Decimals.POINT: re.compile(_GROUPS.format(mark=",", decimal="."), re.ASCII),
        Decimals.COMMA: re.compile(_GROUPS.format(mark=".", decimal=","), re.ASCII),
    }
)
_SAYS_NOTHING: Final = "- -- --- – — / \\ . ? n/a na n.a. tbd tba tbc none nil null 无 暂无 待定 待议 询价 面议"
_NOTHING: Final = frozenset(_SAYS_NOTHING.split())
# What people write for a currency, and the ISO codes it may mean: several where only they know.
_SIGNS: Final = (
    "US$=USD HK$=HKD NT$=TWD R$=BRL A$=AUD AU$=AUD C$=CAD CA$=CAD S$=SGD NZ$=NZD MX$=MXN CN¥=CNY JP¥=JPY RMB=CNY "
    "€=EUR EURO=EUR £=GBP ₹=INR ₩=KRW ₽=RUB ₫=VND ฿=THB zł=PLN "
    "人民币=CNY 元=CNY 美元=USD 欧元=EUR 日元=JPY 英镑=GBP 港元=HKD 港币=HKD "
    "$=USD/CAD/AUD/SGD/HKD/TWD/NZD/MXN ¥=CNY/JPY kr=DKK/SEK/NOK/ISK"
)
_MARKED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {sign: tuple(codes.split("/")) for sign, _, codes in (pair.partition("=") for pair in _SIGNS.split())}
)
_ABBREVIATED: Final = re.compile(r"(?<=[^\W\d_])\.")
_AMOUNT: Final = re.compile(r"([+-]?)([^\d.,'+-]*)([+-]?[\d.,' ]*)([^\d.,'+-]*)", re.ASCII)
_AMOUNT_AND_UNIT: Final = re.compile(r"([+-]?[\d.,' ]*\d)\s*([^\d\s.,'+-].*)", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Amount:
    """A price cell taken apart: the number still as text, the codes its mark may mean, and what the price is per."""

    number: str
    currencies: tuple[str, ...] = ()
    mark: str = ""
    per: str = ""


def plain(text: str) -> str:
    """Return the text in one spelling: compatibility forms folded, blanks are single spaces and none are around."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("’", "'").replace("−", "-").split())


def is_nothing(text: str) -> bool:
    """Tell whether a cell says that there is no value: blank, ``--``, ``n/a``, ``待定``."""
    spelled = plain(text).casefold()
    return not spelled or spelled in _NOTHING


def read_number(text: str, style: Decimals) -> Decimal | None:
    """Read a plain number in ``style``: grouped by threes or not at all; None where the text is no such number."""
    spelled = plain(text)
    if len(spelled) > _LONGEST or not _PATTERNS[style].fullmatch(spelled):
        return None
    mark, decimal = (",", ".") if style == Decimals.POINT else (".", ",")
    for group in (mark, "'", " "):
        spelled = spelled.replace(group, "")
    return Decimal(spelled.replace(decimal, "."))


def read_cell(text: str, kind: str, style: Decimals | None) -> Decimal | None:
    """Read the number of a cell: one written by a program has a point, one typed follows the column's ``style``.

    Without a style only what is the same number either way, or a number only one way, is read.
    """
    if kind == CellKind.NUMBER:
        return read_number(text, Decimals.POINT)
    if style is None and is_ambiguous(text):
        return None
    return read_number(text, style or evidence(text) or Decimals.POINT)


def evidence(text: str) -> Decimals | None:
    """Return the only style in which ``text`` is a number; None where both or neither fit."""
    point, comma = (read_number(text, style) for style in Decimals)
    if (point is None) == (comma is None):
        return None
    return Decimals.POINT if comma is None else Decimals.COMMA


def is_ambiguous(text: str) -> bool:
    """Tell whether ``text`` is a different number in either style, as 1,234 and 1.234 are."""
    point, comma = (read_number(text, style) for style in Decimals)
    return point is not None and comma is not None and point != comma


def take_amount(text: str) -> Amount:
    """Take a price cell apart: ``$59.50 $`` is 59.50 marked $, ``12,5 €/kg`` is 12,5 marked € per kg.

    What stands around the number must be currencies that agree; else all of it is left to be no number.
    """
    spelled = plain(text)
    if len(spelled) > _LONGEST or (spelled[:1].isdigit() and spelled[-1:].isdigit() and "/" not in spelled):
        return Amount(spelled)
    amount, _, per = spelled.partition("/")
    found = _AMOUNT.fullmatch(_ABBREVIATED.sub("", amount))
    if found is None:
        return Amount(spelled)
    sign, before, number, after = found.groups()
    currencies: tuple[str, ...] = ()
    marks = [*before.split(), *after.split()]
    for mark in marks:
        meant = currencies_of(mark)
        currencies = tuple(code for code in meant if not currencies or code in currencies)
        if not currencies:
            return Amount(spelled)
    return Amount(sign + number.strip(), currencies, marks[0] if marks else "", per.strip())


def currencies_of(mark: str) -> tuple[str, ...]:
    """Return the ISO codes a mark, word or code may mean: several for ``$``, none for what is no currency."""
    spelled = plain(mark)
    if spelled.upper() in MINOR_DIGITS:
        return (spelled.upper(),)
    for known in (spelled, spelled.upper(), spelled.casefold()):
        if known in _MARKED:
            return _MARKED[known]
    return ()


def take_quantity(text: str) -> tuple[str, str]:
    """Split a quantity cell into number and unit text: ``12 pcs`` is 12 and pcs; no unit is an empty text."""
    spelled = plain(text)
    found = _AMOUNT_AND_UNIT.fullmatch(spelled) if len(spelled) <= _LONGEST else None
    return (found[1].strip(), found[2].strip()) if found else (spelled, "")


def styles_seen(cells: Iterable[tuple[str, str]]) -> frozenset[Decimals]:
    """Return the styles that some (number, kind) cell proves; cells written by a program prove nothing."""
    return frozenset(style for text, kind in cells if kind == CellKind.TEXT and (style := evidence(text)) is not None)
