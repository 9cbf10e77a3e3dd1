"""Statuses and named steps of tenders, their lots and their questions."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class TenderStatus(StrEnum):
    """Where a tender stands."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    ENQUIRIES = "enquiries"
    """Published: suppliers ask, nobody bids yet."""
    TENDERING = "tendering"
    """Sealed bids are received."""
    CLOSED = "closed"
    """Nothing is received any more, and nothing is opened yet."""
    OPENED = "opened"
    EVALUATING = "evaluating"
    AWARDED = "awarded"
    """Every lot is decided; the stand-still runs."""
    COMPLETE = "complete"
    """The stand-still is over and the contracts are drafted."""
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


LIVE = frozenset({TenderStatus.ENQUIRIES, TenderStatus.TENDERING})
"""Where the clock runs and the deadline may move."""
_DECIDED = frozenset({TenderStatus.AWARDED, TenderStatus.COMPLETE, TenderStatus.UNSUCCESSFUL, TenderStatus.CANCELLED})
_CANCELLABLE = frozenset(TenderStatus) - _DECIDED
TENDER_LIFECYCLE = Lifecycle(
    TenderStatus.DRAFT,
    Step("submit", frozenset({TenderStatus.DRAFT}), TenderStatus.PENDING_APPROVAL),
    Step("return", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.DRAFT),
    Step("publish", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.ENQUIRIES),
    Step("publish_at_once", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.TENDERING),
    Step("start_tendering", frozenset({TenderStatus.ENQUIRIES}), TenderStatus.TENDERING),
    Step("close", frozenset({TenderStatus.TENDERING}), TenderStatus.CLOSED),
    Step("open", frozenset({TenderStatus.CLOSED}), TenderStatus.OPENED),
    Step("evaluate", frozenset({TenderStatus.OPENED}), TenderStatus.EVALUATING),
    Step("decide", frozenset({TenderStatus.EVALUATING}), TenderStatus.AWARDED),
    Step("reopen", frozenset({TenderStatus.AWARDED}), TenderStatus.EVALUATING),
    Step("revive", frozenset({TenderStatus.UNSUCCESSFUL}), TenderStatus.EVALUATING),
    Step("complete", frozenset({TenderStatus.AWARDED}), TenderStatus.COMPLETE),
    Step("fail", frozenset({TenderStatus.TENDERING, TenderStatus.EVALUATING}), TenderStatus.UNSUCCESSFUL),
    Step("cancel", _CANCELLABLE, TenderStatus.CANCELLED),
)


class LotStatus(StrEnum):
    """Where a lot stands."""

    ACTIVE = "active"
    UNSUCCESSFUL = "unsuccessful"
    """Fewer bidders than the procedure asks for."""
    CANCELLED = "cancelled"


LOT_LIFECYCLE = Lifecycle(
    LotStatus.ACTIVE,
    Step("fail", frozenset({LotStatus.ACTIVE}), LotStatus.UNSUCCESSFUL),
    Step("revive", frozenset({LotStatus.UNSUCCESSFUL}), LotStatus.ACTIVE),
    Step("cancel", frozenset({LotStatus.ACTIVE}), LotStatus.CANCELLED),
)


class EnquiryStatus(StrEnum):
    """Where a question about a tender stands."""

    OPEN = "open"
    ANSWERED = "answered"


ENQUIRY_LIFECYCLE = Lifecycle(
    EnquiryStatus.OPEN,
    Step("answer", frozenset({EnquiryStatus.OPEN}), EnquiryStatus.ANSWERED),
)
