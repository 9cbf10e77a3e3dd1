"""Statuses and named steps of the second stage of a tender of two envelopes."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class Envelopes(StrEnum):
    """How a bid is divided."""

    ONE = "one"
    """Technical offer and prices are sealed, and opened, together."""
    TWO = "two"
    """Prices are sealed apart, and opened once the technical result is signed off."""


class StageStatus(StrEnum):
    """Where the price envelopes stand once the technical result is signed off."""

    LOCKED = "locked"
    """Technical scores do not change any more; the officers may open the prices of the bids that passed."""
    OPENED = "opened"
    """The price envelopes of the bids that passed are open; nobody has compared them."""
    COMPARED = "compared"
    """Exchange rates are frozen, and the bids are placed."""


STAGE_LIFECYCLE = Lifecycle(
    StageStatus.LOCKED,
    Step("open", frozenset({StageStatus.LOCKED}), StageStatus.OPENED),
    Step("compare", frozenset({StageStatus.OPENED}), StageStatus.COMPARED),
)


class TechnicalOutcome(StrEnum):
    """What the technical evaluation made of a bid."""

    PASSED = "passed"
    BELOW_LEAST = "below_least"
    """Its technical score is below the least that the procedure asks for."""
    DISQUALIFIED = "disqualified"
    UNREADABLE = "unreadable"
    """Its technical envelope did not open to what its bidder committed to."""
