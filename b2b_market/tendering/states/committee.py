"""Statuses and named steps of a committee and of the people of its pool."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class CommitteeStatus(StrEnum):
    """Where an evaluation committee stands."""

    NAMED = "named"
    """The pool is named and its seed committed to; nobody is drawn."""
    DRAWN = "drawn"
    SCORED = "scored"
    """Every member has handed in, and all sheets are open."""
    SHORT = "short"
    """Too few people without a conflict are left in the pool."""


COMMITTEE_LIFECYCLE = Lifecycle(
    CommitteeStatus.NAMED,
    Step("draw", frozenset({CommitteeStatus.NAMED}), CommitteeStatus.DRAWN),
    Step("open_sheets", frozenset({CommitteeStatus.DRAWN}), CommitteeStatus.SCORED),
    Step("refill", frozenset({CommitteeStatus.SHORT}), CommitteeStatus.DRAWN),
    Step("fall_short", frozenset({CommitteeStatus.NAMED, CommitteeStatus.DRAWN}), CommitteeStatus.SHORT),
)


class SupplementStatus(StrEnum):
    """Where a supplementary pool stands."""

    NAMED = "named"
    """A seed is committed to; another person's word is waited for."""
    DRAWN = "drawn"
    FAILED = "failed"
    """Too few of its people are without a conflict."""


SUPPLEMENT_LIFECYCLE = Lifecycle(
    SupplementStatus.NAMED,
    Step("draw", frozenset({SupplementStatus.NAMED}), SupplementStatus.DRAWN),
    Step("fail", frozenset({SupplementStatus.NAMED}), SupplementStatus.FAILED),
)


class JurorStatus(StrEnum):
    """Where a person of the pool stands."""

    POOLED = "pooled"
    RESERVE = "reserve"
    BARRED = "barred"
    """The own company bids."""
    SEATED = "seated"
    CONFLICTED = "conflicted"
    """Declared a conflict; the seat is being filled."""
    RECUSED = "recused"


JUROR_LIFECYCLE = Lifecycle(
    JurorStatus.POOLED,
    Step("seat", frozenset({JurorStatus.POOLED, JurorStatus.RESERVE}), JurorStatus.SEATED),
    Step("reserve", frozenset({JurorStatus.POOLED}), JurorStatus.RESERVE),
    Step("bar", frozenset({JurorStatus.POOLED}), JurorStatus.BARRED),
    Step("recuse", frozenset({JurorStatus.SEATED}), JurorStatus.CONFLICTED),
    Step("leave", frozenset({JurorStatus.CONFLICTED}), JurorStatus.RECUSED),
)
