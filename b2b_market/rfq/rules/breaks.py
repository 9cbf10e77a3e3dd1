"""The quantities at which a buyer wants prices, and which of them a quotation leaves open."""

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final

from b2b_market.kernel.refusal import FieldError
from b2b_market.kernel.text import N_
from b2b_market.rfq.rules.pricing import fits

MAX_BREAKS: Final = 20
MOST: Final = Decimal(10) ** 13
QUANTITY_DIGITS: Final = 6


def break_errors(breaks: Sequence[Decimal], pointer: str) -> Iterable[FieldError]:
    """Yield what is wrong with the quantities at which a line asks for prices: they rise, and each can be ordered."""
    if len(breaks) > MAX_BREAKS:
        yield FieldError(pointer, "too-many", N_("At most {most} are possible."), {"most": MAX_BREAKS})
    if any(not 0 < quantity < MOST or not fits(quantity, QUANTITY_DIGITS) for quantity in breaks):
        yield FieldError(pointer, "range", N_("Name quantities above zero, with at most six decimals."))
    elif any(low >= high for low, high in pairwise(breaks)):
        yield FieldError(pointer, "order", N_("Name rising quantities, each once: 100; 500; 1000."))


def unanswered(breaks: Sequence[Decimal], starts: Collection[Decimal]) -> tuple[Decimal, ...]:
    """Return the breaks at which no price tier starts.

    ``starts`` are where the tiers of an offer begin; a single price for any quantity leaves every break open: that it
    holds there too is for its supplier to say.
    """
    return tuple(quantity for quantity in breaks if quantity not in starts)
