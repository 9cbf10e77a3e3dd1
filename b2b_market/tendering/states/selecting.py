"""Statuses and named steps of what comes before the bids, or between two rounds of them."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class TalksKind(StrEnum):
    """What is talked about with the companies that are left."""

    NEGOTIATION = "negotiation"
    """Opened bids; final sealed bids follow."""
    DIALOGUE = "dialogue"
    """Solutions, before anybody has named a price; sealed bids on the final specification follow."""


class ApplicationStatus(StrEnum):
    """Where a request to participate stands."""

    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"
    """The time for applications is over, and the buyer reads it."""


APPLICATION_LIFECYCLE = Lifecycle(
    ApplicationStatus.SUBMITTED,
    Step("replace", frozenset({ApplicationStatus.SUBMITTED, ApplicationStatus.WITHDRAWN}), ApplicationStatus.SUBMITTED),
    Step("withdraw", frozenset({ApplicationStatus.SUBMITTED}), ApplicationStatus.WITHDRAWN),
    Step("receive", frozenset({ApplicationStatus.SUBMITTED}), ApplicationStatus.RECEIVED),
)


class QualificationStatus(StrEnum):
    """What became of an application; its company reads it with the decision on all of them."""

    PENDING = "pending"
    QUALIFIED = "qualified"
    """Every criterion is met."""
    FAILING = "failing"
    """One person found that a criterion is not met; another one decides."""
    FAILED = "failed"
    SHORTLISTED = "shortlisted"
    """It may take part in what follows."""
    LEFT_OUT = "left_out"
    """Qualified, but more companies ranked before it than are invited."""


_JUDGEABLE = frozenset({QualificationStatus.PENDING, QualificationStatus.QUALIFIED})
QUALIFICATION_LIFECYCLE = Lifecycle(
    QualificationStatus.PENDING,
    Step("pass", _JUDGEABLE, QualificationStatus.QUALIFIED),
    Step("fail", _JUDGEABLE, QualificationStatus.FAILING),
    Step("confirm", frozenset({QualificationStatus.FAILING}), QualificationStatus.FAILED),
    Step("dismiss", frozenset({QualificationStatus.FAILING}), QualificationStatus.PENDING),
    Step("shortlist", frozenset({QualificationStatus.QUALIFIED}), QualificationStatus.SHORTLISTED),
    Step("leave_out", frozenset({QualificationStatus.QUALIFIED}), QualificationStatus.LEFT_OUT),
)
DECIDABLE = frozenset({QualificationStatus.QUALIFIED, QualificationStatus.FAILED})


class TalkKind(StrEnum):
    """What an entry of the talks is."""

    SESSION = "session"
    """The minutes of a meeting with one company, which it confirms or remarks on."""
    QUESTION = "question"
    INFORMATION = "information"
    """Said to every company alike; nothing is answered."""


class TalkStatus(StrEnum):
    """Where an entry of the talks stands."""

    OPEN = "open"
    ANSWERED = "answered"
    NOTED = "noted"


TALK_LIFECYCLE = Lifecycle(
    TalkStatus.OPEN,
    Step("answer", frozenset({TalkStatus.OPEN}), TalkStatus.ANSWERED),
    Step("note", frozenset({TalkStatus.OPEN}), TalkStatus.NOTED),
)
