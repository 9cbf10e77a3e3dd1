"""What suppliers answer to criteria, by plain values: what may be asked, what is refused where, what is kept."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.quotes import CriterionAnswer
from b2b_market.rfq.rules import answers
from b2b_market.sourcing.public import PRICE, Answered, CriteriaUnusable, Criterion, Formula

BUYERS = Criterion(key="own-1", name="Quality", weight=Decimal(30), formula=Formula.YES_NO)
YES_NO = replace(BUYERS, key="own-2", name="Warranty", answered=Answered.SUPPLIER, required=True)
WORDS = replace(BUYERS, key="own-3", name="Certificates", answered=Answered.WORDS)
ASKED = (YES_NO, WORDS)
GIVEN = CriterionAnswer("own-2", " yes ")
TOLD = CriterionAnswer("own-3", " ISO 9001 ", (UUID(int=1),))


def test_only_those_that_suppliers_answer_are_asked() -> None:
    assert answers.asked_of_suppliers([BUYERS, *ASKED]) == ASKED


def test_nothing_is_asked_twice_or_required_unasked() -> None:
    answers.require_askable([BUYERS, *ASKED, replace(BUYERS, key=PRICE)])
    of_itself = replace(YES_NO, key=PRICE, required=False)
    with pytest.raises(CriteriaUnusable) as refused:
        answers.require_askable([of_itself, replace(BUYERS, required=True)])
    assert [(one.pointer, one.code) for one in refused.value.errors] == [
        ("/criteria/0/answered", "of-itself"),
        ("/criteria/1/required", "not-asked"),
    ]


def test_sound_answers_pass() -> None:
    answers.require_answers(ASKED, [GIVEN, TOLD])
    answers.require_answers(ASKED, [GIVEN])
    answers.require_answers((), [])


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ([], [("/answers", "missing")]),
        ([GIVEN, GIVEN], [("/answers/1/key", "unknown")]),
        ([GIVEN, CriterionAnswer("own-1", "yes")], [("/answers/1/key", "unknown")]),
        ([CriterionAnswer("own-2", "maybe")], [("/answers/0/value", "no-score")]),
        ([replace(GIVEN, file_ids=(UUID(int=1),))], [("/answers/0/file_ids", "unexpected")]),
        ([GIVEN, CriterionAnswer("own-3", " ")], [("/answers/1/value", "length")]),
        ([GIVEN, CriterionAnswer("own-3", "x" * 4001)], [("/answers/1/value", "length")]),
        ([GIVEN, replace(TOLD, file_ids=(UUID(int=1), UUID(int=1)))], [("/answers/1/file_ids", "too-many")]),
        (
            [GIVEN, replace(TOLD, file_ids=tuple(UUID(int=number) for number in range(6)))],
            [("/answers/1/file_ids", "too-many")],
        ),
    ],
)
def test_what_cannot_be_accepted_is_told_at_its_field(
    given: list[CriterionAnswer], errors: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as refused:
        answers.require_answers(ASKED, given)
    assert [(one.pointer, one.code) for one in refused.value.errors] == errors


def test_they_are_kept_in_the_order_of_the_criteria() -> None:
    file = {"id": str(UUID(int=1)), "name": "iso.pdf"}
    assert answers.stored(ASKED, [TOLD, GIVEN], {UUID(int=1): file}) == [
        {"key": "own-2", "answered": "supplier", "value": "yes", "files": []},
        {"key": "own-3", "answered": "words", "value": "ISO 9001", "files": [file]},
    ]
    assert answers.stored(ASKED, [], {}) == []
