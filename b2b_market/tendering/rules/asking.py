"""When questions about a tender are asked and answered."""

from datetime import datetime
from typing import Final

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.states.tenders import TenderStatus

MOST_TEXT: Final = 4000
MOST_QUESTIONS: Final = 50


class TenderEnquiryEnded(Refusal):
    """The time for questions is over, or has not begun."""

    code = "tender-enquiry-ended"
    title = N_("The time for questions is over")
    advice = N_("Questions are taken from the publication until {ends_at}.")


class TooManyEnquiries(Refusal):
    """A company has asked as much as one may ask."""

    code = "tender-too-many-enquiries"
    title = N_("Your company has asked enough about this tender")
    advice = N_("At most {most} questions may be asked. Wait for the answers to those you asked.")


class NothingToAnswerNow(Refusal):
    """Questions are answered before bidding begins."""

    code = "tender-answer-too-late"
    title = N_("Answers are given before bidding begins")
    advice = N_("The status is {status}; nobody's bid may rest on an answer that others did not have.")


def require_asking(status: TenderStatus, ends_at: datetime | None, moment: datetime) -> None:
    """Raise TenderEnquiryEnded unless ``moment`` lies in the time for questions (half-open)."""
    if status is not TenderStatus.ENQUIRIES or ends_at is None or moment >= ends_at:
        raise TenderEnquiryEnded(ends_at=ends_at.isoformat() if ends_at else "-")


def require_answering(status: TenderStatus) -> None:
    """Raise NothingToAnswerNow once bids are received."""
    if status is not TenderStatus.ENQUIRIES:
        raise NothingToAnswerNow(status=status.value)


def require_said(text: str) -> str:
    """Return ``text`` without outer blanks; raise Invalid where it is empty or too long."""
    said = text.strip()
    if not 1 <= len(said) <= MOST_TEXT:
        raise Invalid(errors=[FieldError("/text", "length", N_("Write between 1 and 4000 characters."))])
    return said


def require_few(asked: int) -> None:
    """Raise TooManyEnquiries where the company has ``asked`` as many as it may."""
    if asked >= MOST_QUESTIONS:
        raise TooManyEnquiries(most=MOST_QUESTIONS)


REFUSALS: Final = (TenderEnquiryEnded, TooManyEnquiries, NothingToAnswerNow)
"""What the module refuses of these."""
