"""Statuses and named steps of amendments of a published tender."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class TenderAmendmentStatus(StrEnum):
    """Where an amendment stands."""

    PENDING_APPROVAL = "pending_approval"
    PUBLISHED = "published"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Bidding closed, or the tender was called off, while it waited."""


_WAITING = frozenset({TenderAmendmentStatus.PENDING_APPROVAL})
TENDER_AMENDMENT_LIFECYCLE = Lifecycle(
    TenderAmendmentStatus.PENDING_APPROVAL,
    Step("publish", _WAITING, TenderAmendmentStatus.PUBLISHED),
    Step("return", _WAITING, TenderAmendmentStatus.RETURNED),
    Step("withdraw", _WAITING, TenderAmendmentStatus.WITHDRAWN),
    Step("lapse", _WAITING, TenderAmendmentStatus.LAPSED),
)


class Need(StrEnum):
    """Why an amendment needs a second person."""

    ESTIMATE = "estimate"
    """The estimate of a lot changes."""
    LIMIT = "limit"
    """The tender's value is above what its author may do alone."""
    DEADLINE = "deadline"
    """The deadline moves later than the procedure asks for."""
