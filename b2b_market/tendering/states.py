"""Statuses and named steps of procedures, tenders, lots, questions and bids."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ProcedureStatus(StrEnum):
    """Whether new tenders may follow a company's own procedure."""

    ACTIVE = "active"
    RETIRED = "retired"


PROCEDURE_LIFECYCLE = Lifecycle(
    ProcedureStatus.ACTIVE,
    Step("revise", frozenset({ProcedureStatus.ACTIVE}), ProcedureStatus.ACTIVE),
    Step("retire", frozenset({ProcedureStatus.ACTIVE}), ProcedureStatus.RETIRED),
)


class PeriodUnit(StrEnum):
    """What the amount of a period counts."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class Entry(StrEnum):
    """Who may bid: a procedure allows one or either."""

    PUBLIC = "public"
    """Every approved supplier."""
    INVITED = "invited"
    EITHER = "either"


class Publicity(StrEnum):
    """Who may read the notice."""

    PUBLIC = "public"
    """Everybody, without signing in."""
    PARTICIPANTS = "participants"


class AwardOrder(StrEnum):
    """Whether bids are judged one at a time, the best first, or all at once."""

    ORDERED = "ordered"
    UNORDERED = "unordered"


class TieBreak(StrEnum):
    """What decides between equal bids."""

    EARLIEST = "earliest"
    QUALITY = "quality"
    DRAW = "draw"


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
    Step("cancel", frozenset({LotStatus.ACTIVE}), LotStatus.CANCELLED),
)


class KeyStatus(StrEnum):
    """Where an officer's key stands."""

    PENDING = "pending"
    """Its holder has not shown yet that it opens what is sealed to it."""
    PROVEN = "proven"
    REVOKED = "revoked"


KEY_LIFECYCLE = Lifecycle(
    KeyStatus.PENDING,
    Step("prove", frozenset({KeyStatus.PENDING}), KeyStatus.PROVEN),
    Step("revoke", frozenset({KeyStatus.PENDING, KeyStatus.PROVEN}), KeyStatus.REVOKED),
)


class CriterionKind(StrEnum):
    """What a criterion decides."""

    EXCLUSION = "exclusion"
    SELECTION = "selection"
    AWARD = "award"


class EnquiryStatus(StrEnum):
    """Where a question about a tender stands."""

    OPEN = "open"
    ANSWERED = "answered"


ENQUIRY_LIFECYCLE = Lifecycle(
    EnquiryStatus.OPEN,
    Step("answer", frozenset({EnquiryStatus.OPEN}), EnquiryStatus.ANSWERED),
)


class BidStatus(StrEnum):
    """Where a company's bid on one lot stands."""

    SEALED = "sealed"
    WITHDRAWN = "withdrawn"
    OPENED = "opened"
    UNREADABLE = "unreadable"
    """It did not open to what its bidder committed to; the opening record names the fault and whose it is."""


BID_LIFECYCLE = Lifecycle(
    BidStatus.SEALED,
    Step("replace", frozenset({BidStatus.SEALED, BidStatus.WITHDRAWN}), BidStatus.SEALED),
    Step("withdraw", frozenset({BidStatus.SEALED}), BidStatus.WITHDRAWN),
    Step("open", frozenset({BidStatus.SEALED}), BidStatus.OPENED),
    Step("spoil", frozenset({BidStatus.SEALED}), BidStatus.UNREADABLE),
)


class RulingStatus(StrEnum):
    """Where a disqualification stands."""

    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"


RULING_LIFECYCLE = Lifecycle(
    RulingStatus.PROPOSED,
    Step("confirm", frozenset({RulingStatus.PROPOSED}), RulingStatus.CONFIRMED),
    Step("dismiss", frozenset({RulingStatus.PROPOSED}), RulingStatus.DISMISSED),
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


class InquiryStatus(StrEnum):
    """Where such a question stands; one that is not answered in time may be decided without an answer."""

    ASKED = "asked"
    ANSWERED = "answered"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


_UNDECIDED = frozenset({InquiryStatus.ASKED, InquiryStatus.ANSWERED})
INQUIRY_LIFECYCLE = Lifecycle(
    InquiryStatus.ASKED,
    Step("answer", frozenset({InquiryStatus.ASKED}), InquiryStatus.ANSWERED),
    Step("accept", _UNDECIDED, InquiryStatus.ACCEPTED),
    Step("reject", _UNDECIDED, InquiryStatus.REJECTED),
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
)


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
    Step("fall_short", frozenset({CommitteeStatus.NAMED, CommitteeStatus.DRAWN}), CommitteeStatus.SHORT),
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


class Outcome(StrEnum):
    """What became of a bid."""

    WON = "won"
    LOST = "lost"
    DISQUALIFIED = "disqualified"
