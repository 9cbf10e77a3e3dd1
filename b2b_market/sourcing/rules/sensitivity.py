"""Who would win under another weight: the exact weights at which the leader changes.

When the weight of one criterion moves, the others share what is left of 100 in proportion to their own weights, so that
their balance among each other stays what was published. Scores do not depend on weights, so every total is a straight
line over the weight; the leaders are the upper edge of these lines, found by exact intersection.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from b2b_market.sourcing.commands.scoring import Bid, Criterion
from b2b_market.sourcing.rules.formulas import FULL
from b2b_market.sourcing.rules.scoring import ScoredBid, ranked, require_criteria


@dataclass(frozen=True, slots=True)
class Stretch:
    """For every weight above ``low`` and below ``high`` the ``leader`` comes first; at the ends totals are equal."""

    low: Fraction
    high: Fraction
    leader: UUID


@dataclass(frozen=True, slots=True)
class TurningPoint:
    """At ``weight``, ``change`` points from the published one, the lead passes between ``below`` and ``above``."""

    weight: Fraction
    change: Fraction
    below: UUID
    above: UUID


class _Line(NamedTuple):
    """A bid's total at weight 0 and at weight 100; ``order`` is its place in the published tie-break."""

    at_none: Fraction
    at_all: Fraction
    order: int
    supplier_id: UUID

    @property
    def rise(self) -> Fraction:
        return self.at_all - self.at_none


def score_if(criteria: Sequence[Criterion], bids: Sequence[Bid], key: str, weight: Fraction) -> tuple[ScoredBid, ...]:
    """Score and rank as if the criterion ``key`` weighed ``weight`` (0 to 100, ValueError) and the others the rest.

    Refuses as ``score`` does. A lone criterion cannot change its weight (ValueError).
    """
    require_criteria(criteria)
    return ranked(criteria, shifted(criteria, key, weight), bids)


def shifted(criteria: Sequence[Criterion], key: str, weight: Fraction) -> list[Fraction]:
    """Return all weights with that of ``key`` set to ``weight`` and the others scaled to what is left of 100."""
    if not 0 <= weight <= FULL:
        raise ValueError("a weight is between 0 and 100")
    own = [criterion for criterion in criteria if criterion.key == key]
    if len(own) != 1 or len(criteria) == 1:
        raise ValueError(f"{key} is not one of several criteria")
    rest = FULL - Fraction(own[0].weight)
    return [
        weight if criterion.key == key else Fraction(criterion.weight) * (FULL - weight) / rest
        for criterion in criteria
    ]


def stretches(criteria: Sequence[Criterion], bids: Sequence[Bid], key: str) -> tuple[Stretch, ...]:
    """Divide the weights of ``key`` from 0 to 100 by who leads; empty without bids or with a lone criterion.

    Bids whose totals are equal over a whole stretch are placed as TIE_BREAK says.
    """
    require_criteria(criteria)
    if not bids or len(criteria) == 1:
        return ()
    lines = _lines(criteria, bids, key)
    found: list[Stretch] = []
    low, leader = Fraction(0), min(lines, key=lambda line: (-line.at_none, -line.rise, line.order))
    while True:
        crossings = [
            (_crossing(leader, line), -line.rise, line.order, line) for line in lines if line.rise > leader.rise
        ]
        passing = min((one for one in crossings if one[0] < FULL), default=None)
        if passing is None:
            return (*found, Stretch(low, Fraction(FULL), leader.supplier_id))
        found.append(Stretch(low, passing[0], leader.supplier_id))
        low, leader = passing[0], passing[3]


def turning_points(criteria: Sequence[Criterion], bids: Sequence[Bid], key: str) -> tuple[TurningPoint, ...]:
    """Return the weights of ``key`` at which the lead passes on, the nearest to the published weight first."""
    divided = stretches(criteria, bids, key)
    published = [Fraction(criterion.weight) for criterion in criteria if criterion.key == key]
    points = [
        TurningPoint(below.high, below.high - published[0], below.leader, above.leader)
        for below, above in pairwise(divided)
    ]
    return tuple(sorted(points, key=lambda point: (abs(point.change), point.weight)))


def _lines(criteria: Sequence[Criterion], bids: Sequence[Bid], key: str) -> list[_Line]:
    ends = [
        {one.bid.supplier_id: one.total for one in ranked(criteria, shifted(criteria, key, Fraction(end)), bids)}
        for end in (0, FULL)
    ]
    ordered = sorted(bids, key=lambda bid: (bid.price.amount, bid.submitted_at, bid.supplier_id))
    return [
        _Line(ends[0][bid.supplier_id], ends[1][bid.supplier_id], order, bid.supplier_id)
        for order, bid in enumerate(ordered)
    ]


def _crossing(leader: _Line, other: _Line) -> Fraction:
    """Return the weight at which the steeper ``other`` reaches the leader."""
    return FULL * (leader.at_none - other.at_none) / (other.rise - leader.rise)
