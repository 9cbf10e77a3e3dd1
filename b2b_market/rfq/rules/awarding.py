"""What an award leaves open, and when another one may be proposed.

Whether picks fit their offers is sourcing's question.
"""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_


class NothingAwarded(Refusal):
    """An award that gives nothing to nobody."""

    code = "award-empty"
    title = N_("The award is empty")
    advice = N_("Give at least one line to a quotation.")


class AwardUndecided(Refusal):
    """Another award of the request waits for its decision."""

    code = "award-undecided"
    title = N_("Another award waits for a decision")
    advice = N_("Have the open award approved or returned first.")


class AwardOutdated(Refusal):
    """What the approver would approve is not what was proposed."""

    code = "award-outdated"
    title = N_("The quotations have changed since this award was proposed")
    advice = N_("Return the award; its proposer can propose it again from the present comparison.")


def still_open(needs: Mapping[UUID, Decimal], awarded: Iterable[tuple[UUID, Decimal]]) -> dict[UUID, Decimal]:
    """Return what of each need is not awarded yet; lines with nothing left are not in the result."""
    left = dict(needs)
    for line_id, quantity in awarded:
        left[line_id] -= quantity
    return {line_id: quantity for line_id, quantity in left.items() if quantity > 0}


def wins_everything(offered: Mapping[UUID, Decimal], awarded: Mapping[UUID, Decimal]) -> bool:
    """Tell whether a quotation got every line it offered, each in the offered quantity."""
    return all(awarded.get(line_id, Decimal(0)) >= quantity for line_id, quantity in offered.items())
