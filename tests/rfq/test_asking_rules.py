"""Until when suppliers may ask, and what a question may say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.refusal import IllegalStep, Invalid
from b2b_market.rfq.commands.requests import DraftRfq
from b2b_market.rfq.rules import asking
from b2b_market.rfq.rules.drafting import require_sound_draft
from b2b_market.rfq.states import QUESTION_LIFECYCLE, QuestionStatus, RfqStatus

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def test_half_of_the_time_to_quote_is_time_to_ask() -> None:
    assert asking.half_time(NOON, NOON + 4 * DAY) == NOON + 2 * DAY
    assert asking.half_time(NOON, NOON + timedelta(minutes=3)) == NOON + timedelta(minutes=1)
    assert asking.half_time(NOON + timedelta(seconds=30), NOON + timedelta(seconds=40)) == NOON + timedelta(seconds=30)


def test_the_buyer_may_wish_another_end() -> None:
    assert asking.enquiry_end(None, NOON, NOON + 4 * DAY) == NOON + 2 * DAY
    for wished in (NOON + timedelta(minutes=1), NOON + 4 * DAY):
        assert asking.enquiry_end(wished, NOON, NOON + 4 * DAY) == wished
    for wished in (NOON, NOON - DAY, NOON + 4 * DAY + timedelta(seconds=1)):
        with pytest.raises(asking.EnquiryEndMisplaced):
            asking.enquiry_end(wished, NOON, NOON + 4 * DAY)


def test_a_draft_does_not_let_suppliers_ask_after_its_deadline() -> None:
    fitting = DraftRfq(title="Spares", currency=Currency("CNY"), closes_at=NOON, enquiry_ends_at=NOON)
    require_sound_draft(fitting, NOON.date())
    with pytest.raises(Invalid) as refused:
        require_sound_draft(replace(fitting, enquiry_ends_at=NOON + DAY), NOON.date())
    assert [(error.pointer, error.code) for error in refused.value.errors] == [("/enquiry_ends_at", "order")]


def test_an_amendment_keeps_or_moves_the_end() -> None:
    past, closes_at = NOON - DAY, NOON + 4 * DAY

    def amended(wished: datetime | None, before: datetime, *, material: bool) -> datetime:
        return asking.amended_enquiry_end(wished, before, closes_at, NOON, material=material)

    assert amended(None, past, material=False) == past
    assert amended(past, past, material=False) == past
    assert amended(None, past, material=True) == NOON + 2 * DAY
    assert amended(None, NOON, material=True) == NOON + 2 * DAY
    assert amended(None, NOON + 3 * DAY, material=True) == NOON + 3 * DAY
    in_time = NOON + 2 * DAY - asking.WORTH_MOVING
    assert amended(None, in_time, material=True) == NOON + 2 * DAY
    later = in_time + timedelta(microseconds=1)
    assert amended(None, later, material=True) == later
    assert amended(None, NOON + 9 * DAY, material=False) == closes_at
    assert amended(NOON + DAY, past, material=True) == NOON + DAY
    with pytest.raises(asking.EnquiryEndMisplaced):
        amended(past - DAY, past, material=False)


def test_questions_end_at_their_moment_and_answers_at_the_deadline() -> None:
    just_before = NOON - timedelta(microseconds=1)
    asking.require_asking(RfqStatus.PUBLISHED, NOON, just_before)
    asking.require_answering(RfqStatus.PUBLISHED, NOON, just_before)
    for status, moment in ((RfqStatus.PUBLISHED, NOON), (RfqStatus.CLOSED, just_before)):
        with pytest.raises(asking.EnquiryEnded):
            asking.require_asking(status, NOON, moment)
        with pytest.raises(asking.AnswerTooLate):
            asking.require_answering(status, NOON, moment)
    with pytest.raises(asking.AnswerTooLate):
        asking.require_answering(RfqStatus.PUBLISHED, None, NOON)


def test_something_is_said_but_not_too_much() -> None:
    assert asking.require_said("  why? ") == "why?"
    assert len(asking.require_said("x" * asking.MOST)) == asking.MOST
    for text in ("", " ab ", "x" * (asking.MOST + 1)):
        with pytest.raises(Invalid):
            asking.require_said(text)


@pytest.mark.parametrize(
    "text",
    [
        "We, Rival Works, need a drawing.",
        "rival works needs a drawing",
        "R i v a l  Works?",
        "我们里瓦尔公司需要图纸",
    ],
)
def test_a_question_does_not_name_its_asker(text: str) -> None:
    with pytest.raises(asking.AskerNamed):
        asking.require_nameless(text, ("Rival Works", "里瓦尔公司"))


def test_names_of_others_and_missing_names_do_no_harm() -> None:
    asking.require_nameless("Is Winner Works' flange meant?", ("Rival Works", "", " "))


def test_limits() -> None:
    asking.require_few(asking.MOST_QUESTIONS - 1)
    with pytest.raises(asking.TooManyQuestions):
        asking.require_few(asking.MOST_QUESTIONS)
    asking.require_none_open(0)
    with pytest.raises(asking.QuestionsOpen) as refused:
        asking.require_none_open(2)
    assert refused.value.facts == {"count": 2}


def test_an_answered_question_is_answered_again_but_never_declined() -> None:
    assert QUESTION_LIFECYCLE.require(QuestionStatus.ANSWERED, "answer").target is QuestionStatus.ANSWERED
    assert QUESTION_LIFECYCLE.require(QuestionStatus.DECLINED, "answer").target is QuestionStatus.ANSWERED
    with pytest.raises(IllegalStep):
        QUESTION_LIFECYCLE.require(QuestionStatus.ANSWERED, "decline")
