"""The step of every line: in whole numbers of it all quantities of an award problem can be told."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

from b2b_market.sourcing.commands.planning import PlanProblem
from b2b_market.sourcing.rules.plan_model import Exact


def steps_of(problem: PlanProblem) -> Mapping[UUID, Exact]:
    """Return the step of every line: one unit of the last decimal that anything said about it uses."""
    said: dict[UUID, set[Decimal]] = {line.line_id: {line.quantity} for line in problem.lines}
    for offer in problem.offers:
        own = said[offer.line_id]
        own.add(offer.minimum)
        own.update([tier.start for tier in offer.tiers])
        own.update([one for one in (offer.maximum, offer.multiple) if one is not None])
    for package in problem.packages:
        for line_id, quantity in package.contents.items():
            said[line_id].add(quantity)
    grains = {line_id: max(map(_grain, values)) for line_id, values in said.items()}
    return {line_id: 1 if grain == 1 else Fraction(1, grain) for line_id, grain in grains.items()}


def _grain(value: Decimal) -> int:
    """Return 10 to the number of decimals that ``value`` really uses."""
    denominator, grain = value.as_integer_ratio()[1], 1
    while grain % denominator:
        grain *= 10
    return grain
