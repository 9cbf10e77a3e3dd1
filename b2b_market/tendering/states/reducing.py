"""Statuses and named steps of who leaves talks before the final bids: dropped by the buyer, or by itself."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ReductionStatus(StrEnum):
    """Where a proposal to go on with fewer companies stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


REDUCTION_LIFECYCLE = Lifecycle(
    ReductionStatus.PROPOSED,
    Step("confirm", frozenset({ReductionStatus.PROPOSED}), ReductionStatus.CONFIRMED),
    Step("dismiss", frozenset({ReductionStatus.PROPOSED}), ReductionStatus.DISMISSED),
)


class DepartureKind(StrEnum):
    """Why a company takes no part in the talks any more."""

    DROPPED = "dropped"
    """The buyer goes on without it, by the announced criteria."""
    LEFT = "left"
    """It left by itself."""


class DepartureStatus(StrEnum):
    """Whether a company that left is still out."""

    OUT = "out"
    READMITTED = "readmitted"
    """A complaint about it was upheld."""


DEPARTURE_LIFECYCLE = Lifecycle(
    DepartureStatus.OUT,
    Step("readmit", frozenset({DepartureStatus.OUT}), DepartureStatus.READMITTED),
)
