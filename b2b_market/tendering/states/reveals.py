"""Statuses and named steps of the time in which bidders reveal."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class RevealStatus(StrEnum):
    """Where a window for reveals stands."""

    OPEN = "open"
    """The keys are lost; bidders reveal, and nobody reads anything of it."""
    SETTLED = "settled"
    """What was revealed is read; what was not counts as withdrawn."""


REVEAL_LIFECYCLE = Lifecycle(RevealStatus.OPEN, Step("settle", frozenset({RevealStatus.OPEN}), RevealStatus.SETTLED))
