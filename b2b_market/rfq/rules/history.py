"""Which awarded prices are of the same item, and what they come to."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

_BLANKS: Final = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """What a company has paid for an item: the last price with its day, average, lowest, and how many there are.

    Per unit in one currency; the average weighs quantities, so that it is what a unit has cost.
    """

    last: Decimal
    last_on: date
    average: Decimal
    lowest: Decimal
    count: int


def item_key(code: str, name: str, specification: str) -> str:
    """Return what an item is told by: its code, else name and specification; case, width and blanks do not count."""
    if code.strip():
        return f"code:{_normal(code)}"
    return f"text:{_normal(f'{name} {specification}')}"


def _normal(text: str) -> str:
    return _BLANKS.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
