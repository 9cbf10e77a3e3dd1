"""Which of a supplier's earlier prices belongs to a line: by the buyer's item code, else by the same words and unit."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

_NO_WORD = re.compile(r"[\W_]+")


class FoundBy(StrEnum):
    """What an earlier line has in common with the line that it is found for."""

    ITEM_CODE = "item_code"
    TEXT = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What a line of a request says of its item."""

    line_id: UUID
    buyer_id: UUID
    item_code: str
    item_name: str
    specification: str
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlierPrice:
    """A price that the supplier quoted before: per unit, without tax."""

    item: Item
    unit_price: Decimal
    currency: str
    lead_days: int | None
    quote_id: UUID
    quote_number: str
    quoted_at: datetime


@dataclass(frozen=True, slots=True)
class LastPrice:
    """The newest earlier price of a line, and how it was found."""

    line_id: UUID
    found_by: FoundBy
    earlier: EarlierPrice


def wording(item: Item) -> str:
    """Return an item's words without case, width, punctuation and runs of blanks: equal words are the same item."""
    plain = unicodedata.normalize("NFKC", f"{item.item_name} {item.specification}").casefold()
    return _NO_WORD.sub(" ", plain).strip()


def last_prices(wanted: Iterable[Item], earlier: Sequence[EarlierPrice]) -> tuple[LastPrice, ...]:
    """Return for each wanted line its last price, where there is one; ``earlier`` is the newest first.

    The buyer's own code comes first; a code says nothing at another buyer. Prices are per unit, so the unit must be the
    same in both ways.
    """
    by_code: dict[tuple[UUID, str, str], EarlierPrice] = {}
    by_text: dict[tuple[str, str], EarlierPrice] = {}
    for price in earlier:
        if price.item.item_code:
            by_code.setdefault((price.item.buyer_id, price.item.item_code, price.item.unit), price)
        by_text.setdefault((wording(price.item), price.item.unit), price)
    found = []
    for item in wanted:
        code = by_code.get((item.buyer_id, item.item_code, item.unit)) if item.item_code else None
        text = by_text.get((wording(item), item.unit))
        if code is not None:
            found.append(LastPrice(item.line_id, FoundBy.ITEM_CODE, code))
        elif text is not None:
            found.append(LastPrice(item.line_id, FoundBy.TEXT, text))
    return tuple(found)
