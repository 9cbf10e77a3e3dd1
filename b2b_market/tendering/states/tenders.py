"""Statuses and named steps of tenders, their lots and their questions."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class TenderStatus(StrEnum):
    """Where a tender stands."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    APPLICATIONS = "applications"
    """Published: companies ask to take part, nobody bids yet."""
    QUALIFYING = "qualifying"
    """The applications are judged."""
    SHORTLISTED = "shortlisted"
    """The letters are out; those who qualified are invited when the stand-still is over."""
    DIALOGUE = "dialogue"
    """Those who qualified present solutions."""
    ENQUIRIES = "enquiries"
    """Published: suppliers ask, nobody bids yet."""
    TENDERING = "tendering"
    """Sealed bids are received."""
    CLOSED = "closed"
    """Nothing is received any more, and nothing is opened yet."""
    OPENED = "opened"
    NEGOTIATING = "negotiating"
    """Opened bids are talked about with their bidders."""
    CONTINUED = "continued"
    """This stage is over; the tender made from it goes on."""
    EVALUATING = "evaluating"
    AWARDED = "awarded"
    """Every lot is decided; the stand-still runs."""
    COMPLETE = "complete"
    """The stand-still is over and the contracts are drafted."""
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


LIVE = frozenset({TenderStatus.ENQUIRIES, TenderStatus.TENDERING})
"""Where bids are awaited and their deadline may move."""
CLOCKED = LIVE | {TenderStatus.APPLICATIONS, TenderStatus.SHORTLISTED}
"""Where the clock takes the next step."""
TALKING = frozenset({TenderStatus.NEGOTIATING, TenderStatus.DIALOGUE})
_DECIDED = frozenset(
    {
        TenderStatus.AWARDED,
        TenderStatus.COMPLETE,
        TenderStatus.UNSUCCESSFUL,
        TenderStatus.CANCELLED,
        TenderStatus.CONTINUED,
    }
)
_FAILS = frozenset(
    {TenderStatus.APPLICATIONS, TenderStatus.QUALIFYING, TenderStatus.TENDERING, TenderStatus.EVALUATING}
)
_CANCELLABLE = frozenset(TenderStatus) - _DECIDED
TENDER_LIFECYCLE = Lifecycle(
    TenderStatus.DRAFT,
    Step("submit", frozenset({TenderStatus.DRAFT}), TenderStatus.PENDING_APPROVAL),
    Step("return", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.DRAFT),
    Step("publish", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.ENQUIRIES),
    Step("publish_at_once", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.TENDERING),
    Step("publish_for_applications", frozenset({TenderStatus.PENDING_APPROVAL}), TenderStatus.APPLICATIONS),
    Step("end_applications", frozenset({TenderStatus.APPLICATIONS}), TenderStatus.QUALIFYING),
    Step("shortlist", frozenset({TenderStatus.QUALIFYING}), TenderStatus.SHORTLISTED),
    Step("invite", frozenset({TenderStatus.SHORTLISTED}), TenderStatus.ENQUIRIES),
    Step("invite_at_once", frozenset({TenderStatus.SHORTLISTED}), TenderStatus.TENDERING),
    Step("begin_dialogue", frozenset({TenderStatus.SHORTLISTED}), TenderStatus.DIALOGUE),
    Step("start_tendering", frozenset({TenderStatus.ENQUIRIES}), TenderStatus.TENDERING),
    Step("close", frozenset({TenderStatus.TENDERING}), TenderStatus.CLOSED),
    Step("open", frozenset({TenderStatus.CLOSED}), TenderStatus.OPENED),
    Step("negotiate", frozenset({TenderStatus.OPENED}), TenderStatus.NEGOTIATING),
    Step("continue", TALKING, TenderStatus.CONTINUED),
    Step("evaluate", frozenset({TenderStatus.OPENED}), TenderStatus.EVALUATING),
    Step("decide", frozenset({TenderStatus.EVALUATING}), TenderStatus.AWARDED),
    Step("reopen", frozenset({TenderStatus.AWARDED}), TenderStatus.EVALUATING),
    Step("revive", frozenset({TenderStatus.UNSUCCESSFUL}), TenderStatus.EVALUATING),
    Step("complete", frozenset({TenderStatus.AWARDED}), TenderStatus.COMPLETE),
    Step("fail", _FAILS, TenderStatus.UNSUCCESSFUL),
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
