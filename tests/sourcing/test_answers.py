"""Criteria with a scale of their own: yes or no, a number in a range, a table of answers."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.sourcing.public import (
    PRICE,
    AnswerUnknown,
    Bid,
    CriteriaUnusable,
    Criterion,
    Formula,
    Value,
    published,
    require_criteria,
    score,
)
from tests.sourcing.markets import cny, supplier_id

WHOLE = Decimal(100)
WARRANTY = Criterion(
    key="warranty", name="Warranty", weight=WHOLE, formula=Formula.BETWEEN, worst=Decimal(12), best=Decimal(36)
)
DISTANCE = replace(WARRANTY, key="distance", name="Distance", worst=Decimal(900), best=Decimal(0))
CERTIFIED = Criterion(key="iso", name="ISO 9001", weight=WHOLE, formula=Formula.YES_NO)
POINTS = {"on site": Decimal(100), "by mail": Decimal("33.5"), "none": Decimal(0)}
SERVICE = Criterion(key="service", name="Service", weight=WHOLE, formula=Formula.POINTS, points=POINTS)


def bid(key: str, value: Value | None) -> Bid:
    return Bid(
        supplier_id=supplier_id(1),
        supplier="Supplier 1",
        price=cny("10"),
        submitted_at=datetime(2026, 11, 20, tzinfo=UTC),
        values={} if value is None else {key: value},
    )


@pytest.mark.parametrize(
    ("criterion", "value", "expected"),
    [
        (WARRANTY, Decimal(12), Fraction(0)),
        (WARRANTY, Decimal(20), Fraction(100, 3)),
        (WARRANTY, Decimal(36), Fraction(100)),
        (WARRANTY, Decimal(60), Fraction(100)),
        (WARRANTY, Decimal(-1), Fraction(0)),
        (DISTANCE, Decimal(900), Fraction(0)),
        (DISTANCE, Decimal(225), Fraction(75)),
        (DISTANCE, Decimal(0), Fraction(100)),
        (CERTIFIED, True, Fraction(100)),
        (CERTIFIED, False, Fraction(0)),
        (SERVICE, "by mail", Fraction(67, 2)),
        (SERVICE, "none", Fraction(0)),
        (SERVICE, None, Fraction(0)),
    ],
)
def test_answers_score_on_their_own_scale(criterion: Criterion, value: Value | None, expected: Fraction) -> None:
    (one,) = score([criterion], [bid(criterion.key, value)])
    assert one.total == expected
    assert one.scores[0].raw == value


def test_a_price_may_be_scored_between_two_bounds() -> None:
    price = replace(WARRANTY, key=PRICE, worst=Decimal(20), best=Decimal(5))
    assert score([price], [bid("", None)])[0].total == Fraction(200, 3)


def test_an_answer_outside_the_table_is_refused_naming_the_others() -> None:
    with pytest.raises(AnswerUnknown) as refused:
        score([SERVICE], [bid("service", "by drone")])
    assert refused.value.facts == {
        "criterion": "Service",
        "supplier": "Supplier 1",
        "answer": "by drone",
        "answers": "on site; by mail; none",
    }


@pytest.mark.parametrize(("criterion", "value"), [(CERTIFIED, Decimal(1)), (SERVICE, True), (WARRANTY, True)])
def test_an_answer_of_another_kind_is_an_error_of_the_caller(criterion: Criterion, value: Value) -> None:
    with pytest.raises(TypeError, match=criterion.key):
        score([criterion], [bid(criterion.key, value)])


@pytest.mark.parametrize(
    ("criterion", "field", "code"),
    [
        (replace(WARRANTY, best=Decimal(12)), "best", "no-range"),
        (replace(SERVICE, points={}), "points", "no-answers"),
        (replace(SERVICE, points={"a": Decimal(101)}), "points", "points-range"),
        (replace(SERVICE, points={"a": Decimal(-1)}), "points", "points-range"),
        (replace(SERVICE, key=PRICE), "formula", "not-for-prices"),
        (replace(CERTIFIED, key=PRICE), "formula", "not-for-prices"),
    ],
)
def test_a_scale_without_sense_is_refused(criterion: Criterion, field: str, code: str) -> None:
    with pytest.raises(CriteriaUnusable) as refused:
        require_criteria([criterion])
    assert [(error.pointer, error.code) for error in refused.value.errors] == [(f"/criteria/0/{field}", code)]


def test_scales_are_published_with_every_figure() -> None:
    parts = [replace(one, weight=Decimal(25)) for one in (WARRANTY, DISTANCE, CERTIFIED, SERVICE)]
    assert [one.message.format(**one.facts) for one in published(parts)][:4] == [
        "Warranty counts 25 of 100. Its score runs evenly from 0 at 12 to 100 at 36 and stays there beyond them.",
        "Distance counts 25 of 100. Its score runs evenly from 0 at 900 to 100 at 0 and stays there beyond them.",
        "ISO 9001 counts 25 of 100. Yes scores 100, no scores 0.",
        "Service counts 25 of 100. Its score is that of the answer chosen: on site = 100; by mail = 33.5; none = 0.",
    ]
