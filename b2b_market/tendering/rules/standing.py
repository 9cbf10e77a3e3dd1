"""Who stands where in a lot, and what decided it: exact figures, then the tie-break that the procedure declared."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

from b2b_market.tendering.states.procedures import TieBreak

_DRAWN = b"tender-tie/1"


@dataclass(frozen=True, slots=True)
class Contender:
    """A bid to be placed: its total score (higher is better) or its effective price, and the number of its receipt.

    Exactly one of ``score`` and ``price`` decides for all contenders of a lot; ``quality`` is the technical score, 0
    where none is given.
    """

    bid_id: UUID
    sequence: int
    score: Fraction | None = None
    price: Fraction | None = None
    quality: Fraction = Fraction(0)

    @property
    def merit(self) -> Fraction:
        """What decides first; lower is better."""
        if (self.score is None) == (self.price is None):
            raise ValueError("either a score or a price decides")
        return -self.score if self.score is not None else self.price or Fraction(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """A bid's strict place, from 1; ``tied`` says that the tie-break decided against or for a neighbour."""

    bid_id: UUID
    place: int
    tied: bool


def place(contenders: Sequence[Contender], tie_break: TieBreak, seed: bytes = b"") -> tuple[Standing, ...]:
    """Place the bids of a lot, best first, whatever order they come in.

    EARLIEST takes the earlier receipt, QUALITY the higher technical score and then the earlier receipt, DRAW the lower
    ticket of an HMAC-SHA-256 over the bid under ``seed``, which was committed to before the opening (ValueError where
    it is empty). Nothing is rounded.
    """
    if tie_break is TieBreak.DRAW and not seed:
        raise ValueError("a draw needs the seed that was committed to")
    merits = {one.bid_id: one.merit for one in contenders}

    def order(one: Contender) -> tuple[Fraction, Fraction, bytes, int]:
        quality = -one.quality if tie_break is TieBreak.QUALITY else Fraction(0)
        ticket = hmac.digest(seed, _DRAWN + one.bid_id.bytes, "sha256") if tie_break is TieBreak.DRAW else b""
        return merits[one.bid_id], quality, ticket, one.sequence

    ordered = [one.bid_id for one in sorted(contenders, key=order)]
    tied = {bid for pair in pairwise(ordered) if merits[pair[0]] == merits[pair[1]] for bid in pair}
    return tuple(Standing(bid, number, bid in tied) for number, bid in enumerate(ordered, start=1))
