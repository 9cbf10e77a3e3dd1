"""Statuses and named steps of the publicity of candidates."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class PublicityStatus(StrEnum):
    """Where the published ranking of a lot stands."""

    RUNNING = "running"
    """Bidders may object."""
    OVER = "over"
    """Its time is over; the first candidate may be awarded."""
    WITHDRAWN = "withdrawn"
    """An objection was upheld, or another ranking was published."""


PUBLICITY_LIFECYCLE = Lifecycle(
    PublicityStatus.RUNNING,
    Step("end", frozenset({PublicityStatus.RUNNING}), PublicityStatus.OVER),
    Step("withdraw", frozenset({PublicityStatus.RUNNING, PublicityStatus.OVER}), PublicityStatus.WITHDRAWN),
)


class FigureShown(StrEnum):
    """Whether a figure of a candidate is published."""

    SHOWN = "shown"
    WITHHELD = "withheld"
