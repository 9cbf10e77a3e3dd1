"""Statuses and named steps of requests, invitations, quotations and awards."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class RfqStatus(StrEnum):
    """Where a request for quotation stands, as its buyer sees it."""

    DRAFT = "draft"
    PENDING_APPROVAL = "pending_approval"
    PUBLISHED = "published"
    CLOSED = "closed"
    EVALUATING = "evaluating"
    ROUND_OPEN = "round_open"
    """A further round: the suppliers that go on may better their quotations until its deadline."""
    AWARDED_PARTIAL = "awarded_partial"
    AWARDED = "awarded"
    CLOSED_DONE = "closed_done"
    UNSUCCESSFUL = "unsuccessful"
    CANCELLED = "cancelled"


class Visibility(StrEnum):
    """Who may see a published request and quote on it."""

    INVITED = "invited"
    """The invited suppliers."""
    PUBLIC = "public"
    """Every approved supplier, invited or not."""


class Disclosure(StrEnum):
    """What a supplier that has quoted may see of its rivals' quotations while quotations are taken."""

    NOTHING = "nothing"
    RANK = "rank"
    """Its own rank, by line and in all."""
    LEAD = "lead"
    """The lowest price of each line, and the lowest total."""
    ALL = "all"
    """Its own rank, and every price and total without names."""


TAKES_QUOTES = frozenset({RfqStatus.PUBLISHED, RfqStatus.ROUND_OPEN})
_OPEN_TO_AWARD = frozenset({RfqStatus.EVALUATING, RfqStatus.AWARDED_PARTIAL})
_AWARDED = frozenset({RfqStatus.AWARDED_PARTIAL, RfqStatus.AWARDED, RfqStatus.CLOSED_DONE})
RFQ_LIFECYCLE = Lifecycle(
    RfqStatus.DRAFT,
    Step("submit", frozenset({RfqStatus.DRAFT}), RfqStatus.PENDING_APPROVAL),
    Step("return", frozenset({RfqStatus.PENDING_APPROVAL}), RfqStatus.DRAFT),
    Step("approve", frozenset({RfqStatus.PENDING_APPROVAL}), RfqStatus.PUBLISHED),
    Step("publish", frozenset({RfqStatus.DRAFT}), RfqStatus.PUBLISHED),
    Step("amend", frozenset({RfqStatus.PUBLISHED}), RfqStatus.PUBLISHED),
    Step("close", TAKES_QUOTES, RfqStatus.CLOSED),
    Step("evaluate", frozenset({RfqStatus.CLOSED}), RfqStatus.EVALUATING),
    Step("open_round", frozenset({RfqStatus.CLOSED, RfqStatus.EVALUATING}), RfqStatus.ROUND_OPEN),
    Step("award_part", _OPEN_TO_AWARD, RfqStatus.AWARDED_PARTIAL),
    Step("award", _OPEN_TO_AWARD, RfqStatus.AWARDED),
    Step("finish", frozenset({RfqStatus.AWARDED}), RfqStatus.CLOSED_DONE),
    Step("reopen", _AWARDED, RfqStatus.AWARDED_PARTIAL),
    Step("reopen_all", _AWARDED, RfqStatus.EVALUATING),
    Step("fail", frozenset({RfqStatus.CLOSED, RfqStatus.EVALUATING}), RfqStatus.UNSUCCESSFUL),
    Step(
        "cancel",
        frozenset(
            {
                RfqStatus.DRAFT,
                RfqStatus.PENDING_APPROVAL,
                RfqStatus.PUBLISHED,
                RfqStatus.CLOSED,
                RfqStatus.EVALUATING,
                RfqStatus.ROUND_OPEN,
            }
        ),
        RfqStatus.CANCELLED,
    ),
)


class Origin(StrEnum):
    """How a supplier came to a request."""

    BUYER = "buyer"
    """The buyer invited it."""
    BOARD = "board"
    """It found the public request by itself."""


class InvitationStatus(StrEnum):
    """What a supplier at a request has done so far."""

    INVITED = "invited"
    VIEWED = "viewed"
    INTENDED = "intended"
    """It has said that it is going to quote."""
    DECLINED = "declined"
    QUOTED = "quoted"


_UNDECIDED = frozenset({InvitationStatus.INVITED, InvitationStatus.VIEWED})
_NOT_INTENDED = _UNDECIDED | {InvitationStatus.DECLINED}
_NOT_DECLINED = _UNDECIDED | {InvitationStatus.INTENDED}
INVITATION_LIFECYCLE = Lifecycle(
    InvitationStatus.INVITED,
    Step("view", frozenset({InvitationStatus.INVITED}), InvitationStatus.VIEWED),
    Step("intend", _NOT_INTENDED, InvitationStatus.INTENDED),
    Step("decline", _NOT_DECLINED, InvitationStatus.DECLINED),
    Step("quote", frozenset(InvitationStatus), InvitationStatus.QUOTED),
    Step("withdraw", frozenset({InvitationStatus.QUOTED}), InvitationStatus.VIEWED),
)


class QuoteStatus(StrEnum):
    """Where a quotation stands."""

    SUBMITTED = "submitted"
    NEEDS_CONFIRMATION = "needs_confirmation"
    """The request changed materially since; it takes no part until its supplier confirms or revises it."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    AWARDED = "awarded"
    PARTLY_AWARDED = "partly_awarded"
    LOST = "lost"
    REPLACED = "replaced"
    """Its supplier bettered it in a later round, whose quotation stands instead."""
    DROPPED = "dropped"
    """Everything it had won was cancelled before a contract bound anybody; it takes no part any more."""


class TaxBasis(StrEnum):
    """Whether the amounts that a supplier states contain the recoverable tax."""

    WITHOUT_TAX = "without_tax"
    WITH_TAX = "with_tax"


class PayEvent(StrEnum):
    """What the days of a payment instalment are counted from."""

    ORDER = "order"
    DELIVERY = "delivery"
    INVOICE = "invoice"


class BundleKind(StrEnum):
    """What a supplier says over several lines."""

    TOGETHER = "together"
    """All of them or none."""
    DISCOUNT = "discount"
    """So many percent off their sum if all of them are taken, each in the offered quantity."""


_RECEIVED = frozenset({QuoteStatus.SUBMITTED, QuoteStatus.NEEDS_CONFIRMATION})
_IN_PLAY = frozenset({QuoteStatus.SUBMITTED, QuoteStatus.PARTLY_AWARDED, QuoteStatus.LOST})
_WON = frozenset({QuoteStatus.AWARDED, QuoteStatus.PARTLY_AWARDED})
QUOTE_LIFECYCLE = Lifecycle(
    QuoteStatus.SUBMITTED,
    Step(
        "revise",
        _RECEIVED | {QuoteStatus.WITHDRAWN, QuoteStatus.EXPIRED},
        QuoteStatus.SUBMITTED,
    ),
    Step("outdate", frozenset({QuoteStatus.SUBMITTED}), QuoteStatus.NEEDS_CONFIRMATION),
    Step("confirm", frozenset({QuoteStatus.NEEDS_CONFIRMATION}), QuoteStatus.SUBMITTED),
    Step("withdraw", _RECEIVED, QuoteStatus.WITHDRAWN),
    Step("expire", frozenset({QuoteStatus.SUBMITTED}), QuoteStatus.EXPIRED),
    Step("extend", frozenset({QuoteStatus.SUBMITTED, QuoteStatus.EXPIRED}), QuoteStatus.SUBMITTED),
    Step("extend_rest", frozenset({QuoteStatus.PARTLY_AWARDED}), QuoteStatus.PARTLY_AWARDED),
    Step("win", _IN_PLAY, QuoteStatus.AWARDED),
    Step("win_part", _IN_PLAY, QuoteStatus.PARTLY_AWARDED),
    Step("lose", _RECEIVED | {QuoteStatus.EXPIRED}, QuoteStatus.LOST),
    Step("replace", frozenset({QuoteStatus.SUBMITTED, QuoteStatus.EXPIRED}), QuoteStatus.REPLACED),
    Step("recall", frozenset({QuoteStatus.LOST}), QuoteStatus.SUBMITTED),
    Step("drop", _WON, QuoteStatus.DROPPED),
    Step("drop_part", _WON, QuoteStatus.PARTLY_AWARDED),
)


class QuestionStatus(StrEnum):
    """Where a supplier's question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DECLINED = "declined"


QUESTION_LIFECYCLE = Lifecycle(
    QuestionStatus.OPEN,
    Step("answer", frozenset(QuestionStatus), QuestionStatus.ANSWERED),
    Step("decline", frozenset({QuestionStatus.OPEN}), QuestionStatus.DECLINED),
)


class ReplyKind(StrEnum):
    """What a buyer said to a question: an answer to all, or to its asker why there is none."""

    ANSWER = "answer"
    DECLINE = "decline"


class AmendmentStatus(StrEnum):
    """Where an amendment that was sent to the approvers stands."""

    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """The request closed or ended before anybody decided."""


AMENDMENT_LIFECYCLE = Lifecycle(
    AmendmentStatus.PENDING_APPROVAL,
    Step("approve", frozenset({AmendmentStatus.PENDING_APPROVAL}), AmendmentStatus.APPROVED),
    Step("return", frozenset({AmendmentStatus.PENDING_APPROVAL}), AmendmentStatus.RETURNED),
    Step("withdraw", frozenset({AmendmentStatus.PENDING_APPROVAL}), AmendmentStatus.WITHDRAWN),
    Step("lapse", frozenset({AmendmentStatus.PENDING_APPROVAL}), AmendmentStatus.LAPSED),
)


class AwardStatus(StrEnum):
    """Where a proposed award stands."""

    PENDING_APPROVAL = "pending_approval"
    APPROVED = "approved"
    RETURNED = "returned"
    VOID = "void"
    CANCELLED = "cancelled"
    """It stood, and then every line of it was cancelled."""


class CancelReason(StrEnum):
    """Why awarded lines were cancelled before a contract over them was effective."""

    DECLINED = "declined"
    """The supplier does not take the award."""
    NOT_CONFIRMED = "not_confirmed"
    """The supplier did not confirm in time."""
    FELL_THROUGH = "fell_through"
    """The parties did not come to a contract."""


AWARD_LIFECYCLE = Lifecycle(
    AwardStatus.PENDING_APPROVAL,
    Step("approve", frozenset({AwardStatus.PENDING_APPROVAL}), AwardStatus.APPROVED),
    Step("return", frozenset({AwardStatus.PENDING_APPROVAL}), AwardStatus.RETURNED),
    Step("void", frozenset({AwardStatus.PENDING_APPROVAL}), AwardStatus.VOID),
    Step("cancel_part", frozenset({AwardStatus.APPROVED}), AwardStatus.APPROVED),
    Step("cancel", frozenset({AwardStatus.APPROVED}), AwardStatus.CANCELLED),
)


class LetterKind(StrEnum):
    """What a letter after an award tells its supplier."""

    AWARD = "award"
    REGRET = "regret"
    CANCELLATION = "cancellation"


class LetterReason(StrEnum):
    """Why nothing of a quotation was awarded, in one word."""

    PRICE = "price"
    LEAD_TIME = "lead_time"
    COVERAGE = "coverage"
    TERMS = "terms"
    QUALITY = "quality"
    OTHER = "other"


class ImportStatus(StrEnum):
    """Where an uploaded list of needs stands."""

    PREVIEW = "preview"
    CONFIRMED = "confirmed"


IMPORT_LIFECYCLE = Lifecycle(
    ImportStatus.PREVIEW, Step("confirm", frozenset({ImportStatus.PREVIEW}), ImportStatus.CONFIRMED)
)


class Side(StrEnum):
    """Which of the two companies at a quotation said something."""

    BUYER = "buyer"
    SUPPLIER = "supplier"


class CounterStatus(StrEnum):
    """Where a counter-offer stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ANSWERED = "answered"
    """The other side made a counter-offer of its own."""
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    VOID = "void"
    """A further round was opened, or the request ended, before anybody answered."""


_WAITING = frozenset({CounterStatus.OPEN})
COUNTER_LIFECYCLE = Lifecycle(
    CounterStatus.OPEN,
    Step("accept", _WAITING, CounterStatus.ACCEPTED),
    Step("decline", _WAITING, CounterStatus.DECLINED),
    Step("answer", _WAITING, CounterStatus.ANSWERED),
    Step("withdraw", _WAITING, CounterStatus.WITHDRAWN),
    Step("expire", _WAITING, CounterStatus.EXPIRED),
    Step("void", _WAITING, CounterStatus.VOID),
)


class ScenarioKind(StrEnum):
    """How a saved award scenario chooses."""

    BEST = "best"
    """The best split of each line by itself."""
    SINGLE = "single"
    """Everything to one supplier."""
    AT_MOST = "at_most"
    """The best for so many suppliers at most."""
    MANUAL = "manual"
    """As picked by hand."""
    OPTIMISED = "optimised"
    """The cheapest under the buyer's rules and the suppliers' conditions, searched for by a solver."""


class ScenarioStatus(StrEnum):
    """Where a saved scenario stands."""

    WAITING = "waiting"
    SEARCHING = "searching"
    READY = "ready"
    INFEASIBLE = "infeasible"
    """No award can keep all of its rules; the scenario says which of them conflict."""
    NOT_FOUND = "not_found"
    """The time ran out before any plan was found."""


_SEARCHED = frozenset({ScenarioStatus.SEARCHING})
SCENARIO_LIFECYCLE = Lifecycle(
    ScenarioStatus.WAITING,
    Step("search", frozenset({ScenarioStatus.WAITING, ScenarioStatus.SEARCHING}), ScenarioStatus.SEARCHING),
    Step("find", _SEARCHED | {ScenarioStatus.WAITING}, ScenarioStatus.READY),
    Step("refute", _SEARCHED, ScenarioStatus.INFEASIBLE),
    Step("give_up", _SEARCHED, ScenarioStatus.NOT_FOUND),
)
