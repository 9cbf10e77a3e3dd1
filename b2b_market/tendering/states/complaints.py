"""Statuses and named steps of complaints about tenders, and of objections that the buyer itself answers."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ComplaintKind(StrEnum):
    """Who decides."""

    COMPLAINT = "complaint"
    """The review body that the procedure names."""
    OBJECTION = "objection"
    """The buyer."""


class ComplaintTarget(StrEnum):
    """What a complaint is about."""

    TENDER = "tender"
    LOT = "lot"
    AWARD = "award"
    DISQUALIFICATION = "disqualification"
    CANDIDATES = "candidates"
    """The published ranking of a lot."""
    DEPARTURE = "departure"
    """That the talks go on without the company."""


class ComplaintStatus(StrEnum):
    """Where a complaint stands."""

    DRAFT = "draft"
    AWAITING_FEE = "awaiting_fee"
    """Lodged; it counts once its fee is there."""
    PENDING = "pending"
    """It counts: the review body looks whether it can be heard, or the buyer has to answer an objection."""
    ACCEPTED = "accepted"
    """The review body hears it."""
    INVALID = "invalid"
    """The review body does not hear it."""
    MISTAKEN = "mistaken"
    """It never counted: not lodged or not paid in time, or taken back before it was heard."""
    DECLINED = "declined"
    SATISFIED = "satisfied"
    """Upheld: what it named is undone, and the buyer has to act."""
    STOPPED = "stopped"
    """The review body ended it without a decision."""
    RESOLVED = "resolved"
    """The buyer has acted."""


COMPLAINT_LIFECYCLE = Lifecycle(
    ComplaintStatus.DRAFT,
    Step("lodge", frozenset({ComplaintStatus.DRAFT}), ComplaintStatus.PENDING),
    Step("ask_fee", frozenset({ComplaintStatus.DRAFT}), ComplaintStatus.AWAITING_FEE),
    Step("pay", frozenset({ComplaintStatus.AWAITING_FEE}), ComplaintStatus.PENDING),
    Step("lapse", frozenset({ComplaintStatus.DRAFT, ComplaintStatus.AWAITING_FEE}), ComplaintStatus.MISTAKEN),
    Step(
        "withdraw",
        frozenset({ComplaintStatus.DRAFT, ComplaintStatus.AWAITING_FEE, ComplaintStatus.PENDING}),
        ComplaintStatus.MISTAKEN,
    ),
    Step("accept", frozenset({ComplaintStatus.PENDING}), ComplaintStatus.ACCEPTED),
    Step("refuse", frozenset({ComplaintStatus.PENDING}), ComplaintStatus.INVALID),
    Step("decline", frozenset({ComplaintStatus.ACCEPTED}), ComplaintStatus.DECLINED),
    Step("satisfy", frozenset({ComplaintStatus.ACCEPTED}), ComplaintStatus.SATISFIED),
    Step("stop", frozenset({ComplaintStatus.ACCEPTED}), ComplaintStatus.STOPPED),
    Step("reject", frozenset({ComplaintStatus.PENDING}), ComplaintStatus.DECLINED),
    Step("uphold", frozenset({ComplaintStatus.PENDING}), ComplaintStatus.SATISFIED),
    Step("resolve", frozenset({ComplaintStatus.SATISFIED}), ComplaintStatus.RESOLVED),
)
"""``accept``, ``refuse``, ``decline``, ``satisfy`` and ``stop`` are the review body's, ``reject`` and ``uphold`` the
buyer's answer to an objection."""

UNDECIDED = frozenset({ComplaintStatus.PENDING, ComplaintStatus.ACCEPTED})
"""While one of these is open no lot that it concerns is awarded or called off, and no contract is drafted."""
ANSWERED = frozenset({ComplaintStatus.DECLINED, ComplaintStatus.SATISFIED, ComplaintStatus.RESOLVED})
"""Where an objection stands once the buyer has answered it."""
HOLDING = frozenset(
    {
        (ComplaintKind.COMPLAINT, ComplaintStatus.ACCEPTED),
        (ComplaintKind.COMPLAINT, ComplaintStatus.SATISFIED),
        (ComplaintKind.OBJECTION, ComplaintStatus.PENDING),
        (ComplaintKind.OBJECTION, ComplaintStatus.SATISFIED),
    }
)
"""What bidding does not close over, where the procedure lets its stages wait: what is heard, and what was upheld and
not acted on."""
BEFORE_OPENING = frozenset({ComplaintTarget.TENDER, ComplaintTarget.LOT})
"""What is complained about while bids can still be made."""
UNPAID = frozenset({ComplaintStatus.DRAFT, ComplaintStatus.AWAITING_FEE})
"""What the clock ends with the time for complaints."""


class ReviewedBy(StrEnum):
    """Who decides on complaints by the procedure."""

    PLATFORM = "platform"
    BUYER = "buyer"
    """People of the buyer who took no part in the tender."""


class Holding(StrEnum):
    """What waits while a complaint is heard."""

    CONTRACTS = "contracts"
    """Awards and contracts."""
    STAGES = "stages"
    """The close of bidding too."""


class NameShown(StrEnum):
    """Whether the published complaint says who complains."""

    SHOWN = "shown"
    WITHHELD = "withheld"
