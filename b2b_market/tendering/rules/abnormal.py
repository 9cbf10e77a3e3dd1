"""Abnormally low bids: far below the others, or far below the next.

The two tests and their boundaries are Prozorro's. A bid that meets one of them is asked to explain itself and is never
set aside by the figure alone (Directive 2014/24/EU, Article 69).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from uuid import UUID


class Ground(StrEnum):
    """Why a bid has to explain its price."""

    BELOW_OTHERS = "below_others"
    BELOW_NEXT = "below_next"


@dataclass(frozen=True, slots=True)
class Threshold:
    """How far below is abnormal, as shares of 1; none switches a test off."""

    below_others: Fraction | None = Fraction(2, 5)
    below_next: Fraction | None = Fraction(3, 10)


@dataclass(frozen=True, slots=True)
class Offered:
    """One ranked bid: its raw amount as opened and its final one (the same where no auction followed)."""

    bid_id: UUID
    initial: Decimal
    final: Decimal


@dataclass(frozen=True, slots=True)
class Suspicion:
    """A bid to be explained: how far it lies below the others' mean and below the next bid, exact shares of 1."""

    bid_id: UUID
    grounds: tuple[Ground, ...]
    from_others: Fraction | None
    from_next: Fraction | None


def abnormally_low(ranked: Sequence[Offered], threshold: Threshold) -> tuple[Suspicion, ...]:
    """Return, in ranked order, the bids whose price must be explained before they may win.

    ``ranked`` is the order in which the bids would win, best first, on whatever counts; the amounts compared are raw.
    A bid alone is never abnormal. A mean or a next bid of 0 says nothing. Reaching a threshold exactly counts.
    """
    found = []
    for place, bid in enumerate(ranked):
        others = [Fraction(one.initial) for one in ranked if one is not bid]
        following = [Fraction(one.final) for one in ranked[place + 1 : place + 2]]
        from_others = _below(bid.final, sum(others, Fraction(0)) / len(others)) if others else None
        from_next = _below(bid.final, following[0]) if following else None
        grounds = (
            *_met(Ground.BELOW_OTHERS, from_others, threshold.below_others),
            *_met(Ground.BELOW_NEXT, from_next, threshold.below_next),
        )
        if grounds:
            found.append(Suspicion(bid.bid_id, grounds, from_others, from_next))
    return tuple(found)


def _below(amount: Decimal, measure: Fraction) -> Fraction | None:
    return 1 - Fraction(amount) / measure if measure else None


def _met(ground: Ground, found: Fraction | None, limit: Fraction | None) -> tuple[Ground, ...]:
    return (ground,) if found is not None and limit is not None and found >= limit else ()
