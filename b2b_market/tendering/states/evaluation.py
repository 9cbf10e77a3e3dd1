"""Statuses and named steps of disqualifications, questions to bidders and awards."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class RulingStatus(StrEnum):
    """Where a disqualification stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


RULING_LIFECYCLE = Lifecycle(
    RulingStatus.PROPOSED,
    Step("confirm", frozenset({RulingStatus.PROPOSED}), RulingStatus.CONFIRMED),
    Step("dismiss", frozenset({RulingStatus.PROPOSED}), RulingStatus.DISMISSED),
    Step("overturn", frozenset({RulingStatus.CONFIRMED}), RulingStatus.DISMISSED),
)


class RulingGround(StrEnum):
    """Why a bid is disqualified; the text beside it says more."""

    EXCLUDED = "excluded"
    """An exclusion criterion is met."""
    NOT_QUALIFIED = "not_qualified"
    """A selection criterion is not met."""
    NOT_RESPONSIVE = "not_responsive"
    """It does not offer what was asked for."""
    ARITHMETIC = "arithmetic"
    """Its prices are not complete or contradict each other."""
    ABNORMALLY_LOW = "abnormally_low"
    WITHDREW = "withdrew"
    """The bidder does not stand by it."""


class InquiryKind(StrEnum):
    """What a bidder is asked after the opening."""

    LOW_PRICE = "low_price"
    """To explain an abnormally low price."""
    CLARIFICATION = "clarification"
    CORRECTION = "correction"
    """To send formal documents that are missing or flawed, once; never prices or what is offered."""


class InquiryStatus(StrEnum):
    """Where such a question stands; one that is not answered in time may be decided without an answer."""

    ASKED = "asked"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


UNDECIDED = frozenset({InquiryStatus.ASKED, InquiryStatus.ANSWERED})
INQUIRY_LIFECYCLE = Lifecycle(
    InquiryStatus.ASKED,
    Step("answer", frozenset({InquiryStatus.ASKED}), InquiryStatus.ANSWERED),
    Step("accept", UNDECIDED, InquiryStatus.ACCEPTED),
    Step("reject", UNDECIDED, InquiryStatus.REJECTED),
)


class TenderAwardStatus(StrEnum):
    """Where the award of a lot to a bid stands."""

    PENDING = "pending"
    """The bid's turn has come."""
    PROPOSED = "proposed"
    ACTIVE = "active"
    """Approved; the stand-still runs or is over."""
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


TENDER_AWARD_LIFECYCLE = Lifecycle(
    TenderAwardStatus.PENDING,
    Step("propose", frozenset({TenderAwardStatus.PENDING}), TenderAwardStatus.PROPOSED),
    Step("return", frozenset({TenderAwardStatus.PROPOSED}), TenderAwardStatus.PENDING),
    Step("approve", frozenset({TenderAwardStatus.PROPOSED}), TenderAwardStatus.ACTIVE),
    Step("lose", frozenset({TenderAwardStatus.PENDING, TenderAwardStatus.PROPOSED}), TenderAwardStatus.UNSUCCESSFUL),
    Step("cancel", frozenset({TenderAwardStatus.ACTIVE}), TenderAwardStatus.CANCELLED),
    Step("annul", frozenset({TenderAwardStatus.UNSUCCESSFUL}), TenderAwardStatus.CANCELLED),
)


class Outcome(StrEnum):
    """What became of a bid."""

    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
