"""When awarded lines may be cancelled."""

from collections.abc import Sequence
from uuid import UUID

from b2b_market.kernel.refusal import Refusal
from b2b_market.kernel.text import N_


class NothingToCancel(Refusal):
    """The supplier has no such line of the award, or not any more."""

    code = "award-nothing-to-cancel"
    title = N_("There is nothing to cancel")
    advice = N_("The supplier has no such line of this award, or somebody has cancelled it already.")


def require_lines(standing: Sequence[UUID], wanted: Sequence[UUID]) -> frozenset[UUID]:
    """Return the lines to cancel: the wanted ones, or all that stand; NothingToCancel where one does not stand."""
    asked = frozenset(wanted) or frozenset(standing)
    if not asked or not asked <= frozenset(standing):
        raise NothingToCancel
    return asked
