"""Until when suppliers may ask, what a question must hold, and what open ones keep from happening."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.states import RfqStatus

LEAST, MOST = 4, 4_000
MOST_QUESTIONS = 100
WORTH_MOVING = timedelta(hours=1)
"""An amendment that is sent minutes later is no reason to move the end of questions by minutes."""


class EnquiryEndMisplaced(Refusal):
    """Suppliers could ask too long or not at all."""

    code = "rfq-enquiry-end-misplaced"
    title = N_("The time for questions does not fit")
    advice = N_(
        "Let suppliers ask until some moment from now on and before the deadline {closes_at}, or leave it empty."
    )


class EnquiryEnded(Refusal):
    """A question after the time for questions."""

    code = "rfq-enquiry-ended"
    title = N_("No questions are taken any more")
    advice = N_("Questions could be asked while the request was published, until {ends_at}.")


class AskerNamed(Refusal):
    """A question that would tell every supplier who asked it."""

    code = "question-names-its-asker"
    title = N_("The question names your company")
    advice = N_("Every invited supplier reads it with the answer. Take {name} out of the text.")


class TooManyQuestions(Refusal):
    """One supplier asks more than anybody can answer."""

    code = "too-many-questions"
    title = N_("Your company has asked enough about this request")
    advice = N_(
        "At most {most} questions can be asked about one request. Put what is left into the note of your quotation."
    )


class AnswerTooLate(Refusal):
    """Nobody could quote on the answer any more."""

    code = "answer-too-late"
    title = N_("It is too late for an answer")
    advice = N_("Questions are answered while the request is published and before its deadline, {closes_at}.")


class QuestionsOpen(Refusal):
    """A request is not closed early over the heads of those who asked."""

    code = "rfq-questions-open"
    title = N_("Questions wait for an answer")
    advice = N_("{count} wait. Answer each, or decline it with a reason; or wait for the deadline.")


def half_time(start: datetime, closes_at: datetime) -> datetime:
    """Return the middle between two moments, to the full minute below it, but not before ``start``."""
    middle = (start + (closes_at - start) / 2).replace(second=0, microsecond=0)
    return max(middle, start)


def enquiry_end(wished: datetime | None, moment: datetime, closes_at: datetime) -> datetime:
    """Return until when suppliers may ask about a request published at ``moment``: half of the time unless wished.

    Raise EnquiryEndMisplaced where the wish is past or after the deadline.
    """
    if wished is None:
        return half_time(moment, closes_at)
    if not moment < wished <= closes_at:
        raise EnquiryEndMisplaced(closes_at=closes_at.isoformat(timespec="minutes"))
    return wished


def amended_enquiry_end(
    wished: datetime | None, before: datetime, closes_at: datetime, moment: datetime, *, material: bool
) -> datetime:
    """Return until when suppliers may ask about an amended request.

    Unless wished it stays, or, after a material change, moves so that half of what is left to quote is left to ask,
    where the end is over or that is WORTH_MOVING; never beyond the deadline. Raise EnquiryEndMisplaced for a wish that
    is neither what it was nor still to come.
    """
    if wished is not None and wished != before:
        return enquiry_end(wished, moment, closes_at)
    again = half_time(moment, closes_at)
    moves = material and (before <= moment or again - before >= WORTH_MOVING)
    return min(max(before, again) if moves else before, closes_at)


def require_asking(status: RfqStatus, ends_at: datetime, moment: datetime) -> None:
    """Raise EnquiryEnded unless the request is published and ``moment`` lies before the end; at the end is too late."""
    if status is not RfqStatus.PUBLISHED or moment >= ends_at:
        raise EnquiryEnded(ends_at=ends_at.isoformat(timespec="minutes"))


def require_answering(status: RfqStatus, closes_at: datetime | None, moment: datetime) -> None:
    """Raise AnswerTooLate unless the request is published and its deadline lies ahead."""
    if status is not RfqStatus.PUBLISHED or closes_at is None or moment >= closes_at:
        raise AnswerTooLate(closes_at=closes_at.isoformat(timespec="minutes") if closes_at else "")


def require_said(text: str) -> str:
    """Return what was said without outer blanks; Invalid where it says nothing or too much."""
    said = text.strip()
    if not LEAST <= len(said) <= MOST:
        detail = N_("Write {least} to {most} characters.")
        raise Invalid(errors=[FieldError("/text", "length", detail, {"least": LEAST, "most": MOST})])
    return said


def require_nameless(text: str, names: Iterable[str]) -> None:
    """Raise AskerNamed where a question says one of its asker's own ``names``, however it is written or spaced."""
    said = _folded(text)
    for name in names:
        if name.strip() and _folded(name) in said:
            raise AskerNamed(name=name)


def require_few(asked: int) -> None:
    """Raise TooManyQuestions where a company has ``asked`` MOST_QUESTIONS about one request already."""
    if asked >= MOST_QUESTIONS:
        raise TooManyQuestions(most=MOST_QUESTIONS)


def require_none_open(count: int) -> None:
    """Raise QuestionsOpen where questions are neither answered nor declined."""
    if count:
        raise QuestionsOpen(count=count)


def _folded(text: str) -> str:
    return "".join(text.casefold().split())
