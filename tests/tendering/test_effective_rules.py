"""What a price counts as: the golden figures, what a bid may declare, and what a lot may ask."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from b2b_market.infra.canonical import plain
from b2b_market.kernel.money import Money
from b2b_market.tendering.commands.weighing import Answer, Cost, Feature
from b2b_market.tendering.rules import abnormal, deciding, declaring, effective, judging
from b2b_market.tendering.rules.effective import Declared, Weighing
from b2b_market.tendering.rules.offers import Fault, Offer
from b2b_market.tendering.states.procedures import TieBreak
from b2b_market.tendering.states.weighing import CostKind

NONE, SOME, BEST = Answer("no", Decimal(0)), Answer("some", Decimal("0.1")), Answer("all", Decimal("0.15"))
WARRANTY, CLASS = Feature("Warranty", (NONE, SOME, BEST)), Feature("Class", (NONE, SOME, BEST))
POWER = Cost(
    name="Electricity",
    unit="KWH",
    price=Decimal("0.80"),
    kind=CostKind.YEARLY,
    years=2,
    rate_percent=Decimal(25),
)
SCRAP = Cost(name="Scrapping", unit="KGM", price=Decimal(3), kind=CostKind.ONCE, years=2)
BOTH = Weighing((WARRANTY, CLASS), (POWER, SCRAP))
FEATURES = replace(BOTH, costs=())
LINES = {"currency": "CNY", "lines": [{"line": 1, "unit_price": "46.9"}]}
SAID = {
    **LINES,
    "features": [{"feature": 2, "answer": 2}, {"feature": 1, "answer": 2}],
    "costs": [{"cost": 1, "amount": "1000"}, {"cost": 2, "amount": "50.5"}],
}


def test_the_golden_coefficient_and_price() -> None:
    found = effective.weigh(Decimal(469), FEATURES, Declared((SOME, SOME)))
    assert found.coefficient == Fraction(9, 7)
    assert found.effective == Fraction(3283, 9)
    assert deciding.shown_amount(found.effective) == Decimal("364.78")
    assert 600 * found.coefficient == Fraction(5400, 7)


def test_costs_are_discounted_exactly_and_added() -> None:
    assert effective.factor(POWER) == Fraction(4, 5) * (Fraction(4, 5) + Fraction(16, 25))
    assert effective.factor(SCRAP) == 3
    assert effective.factor(replace(POWER, kind=CostKind.ONCE)) == Fraction(4, 5) * Fraction(16, 25)
    assert (effective.formula(POWER), effective.formula(SCRAP)) == ("x × 0.80 × Σ(t=1…2) 1 ÷ 1.25^t", "x × 3 ÷ 1^2")
    found = effective.weigh(Decimal(469), BOTH, Declared((SOME, None), (Decimal(1000), Decimal("50.5"))))
    assert [one.amount for one in found.costs] == [Fraction(1152), Fraction(303, 2)]
    assert [(one.text, one.share) for one in found.chosen] == [("some", Decimal("0.1")), ("", Decimal(0))]
    assert found.effective == Fraction(469) / Fraction(8, 7) + Fraction(2607, 2)
    with pytest.raises(ValueError, match="not declared"):
        effective.weigh(Decimal(1), BOTH, Declared((None, None), (None, Decimal(0))))


def read(content: Mapping[str, Any] | None, weighing: Weighing = BOTH) -> Offer:
    return declaring.Asked([Decimal(10)], weighing).read(content)


def test_a_bid_declares_by_position() -> None:
    found = read(SAID)
    assert (found.total, found.findings) == (Money.of("469.00", "CNY"), ())
    assert found.declared == Declared((SOME, SOME), (Decimal(1000), Decimal("50.5")))
    plainly = read(SAID, Weighing())
    assert (plainly.total, plainly.declared) == (found.total, Declared())
    assert read(None).total is None


@pytest.mark.parametrize(
    ("features", "wrong"),
    [
        (None, [1, 2]),
        ("all", [1, 2]),
        ([7, {"feature": 1, "answer": 3}], [2]),
        ([{"feature": 1, "answer": 4}, {"feature": 2, "answer": 0}], [1, 2]),
        ([{"feature": 1, "answer": True}, {"feature": True, "answer": 1}], [1, 2]),
        ([{"feature": 1, "answer": 1}, {"feature": 1, "answer": 3}, {"feature": 2, "answer": 3}], [1]),
    ],
)
def test_a_feature_without_a_known_answer_is_worth_nothing(features: object, wrong: list[int]) -> None:
    found = read({**SAID, "features": features})
    assert [(one.fault, one.line) for one in found.findings] == [(Fault.FEATURE, place) for place in wrong]
    assert found.total == Money.of("469.00", "CNY")
    assert [place for place, one in enumerate(found.declared.answers, start=1) if one is None] == wrong


@pytest.mark.parametrize("amount", [None, "-1", "1e3", 7, "0.0000001", ""])
def test_a_cost_that_is_not_declared_leaves_nothing_to_compare(amount: object) -> None:
    found = read({**SAID, "costs": [{"cost": 1, "amount": amount}, {"cost": 2, "amount": "0"}]})
    assert found.total is None
    assert [(one.fault, one.line, one.said) for one in found.findings] == [(Fault.COST, 1, "Electricity")]


def test_the_sealing_tool_asks_for_every_answer() -> None:
    lot = plain({"items": [{"quantity": "10"}], **effective.announced(BOTH)})
    assert isinstance(lot, dict)
    assert effective.read_weighing(lot["features"], lot["costs"]) == BOTH
    declaring.require_answering(SAID, lot)
    wrong_total = {**SAID, "total": "1"}
    declaring.require_answering(wrong_total, lot)
    for left_out, told in (("features", "feature 1 Warranty; feature 2 Class"), ("costs", "cost 1 Electricity")):
        with pytest.raises(ValueError, match=told):
            declaring.require_answering({name: one for name, one in SAID.items() if name != left_out}, lot)
    with pytest.raises(ValueError, match=r"\(unreadable\)"):
        declaring.require_answering({"features": []}, lot)


@pytest.mark.parametrize(
    ("weighing", "pointers"),
    [
        (BOTH, []),
        (Weighing(), []),
        (Weighing((WARRANTY,) * 21), ["/lots/0"]),
        (Weighing((replace(WARRANTY, name=" "),)), ["/lots/0/features/0/name"]),
        (Weighing((Feature("One", (NONE,)),)), ["/lots/0/features/0/answers"]),
        (Weighing((Feature("Twice", (NONE, NONE)),)), ["/lots/0/features/0/answers"]),
        (Weighing((Feature("Silent", (NONE, Answer(" ", Decimal(0)))),)), ["/lots/0/features/0/answers"]),
        (Weighing((Feature("Fine", (NONE, Answer("x", Decimal("0.00001")))),)), ["/lots/0/features/0/answers"]),
        (Weighing((Feature("Much", (NONE, Answer("x", Decimal("0.31")))),)), ["/lots/0/features/0/answers"]),
        (Weighing((Feature("Less", (NONE, Answer("x", Decimal("-0.1")))),)), ["/lots/0/features/0/answers"]),
        (Weighing((WARRANTY, CLASS, Feature("More", (NONE, SOME)))), ["/lots/0/features"]),
        (Weighing((), (replace(POWER, name=""),)), ["/lots/0/costs/0/name"]),
        (Weighing((), (replace(POWER, price=Decimal(0)),)), ["/lots/0/costs/0/price"]),
        (Weighing((), (replace(POWER, years=0),)), ["/lots/0/costs/0/years"]),
        (Weighing((), (replace(POWER, rate_percent=Decimal(51)),)), ["/lots/0/costs/0/rate_percent"]),
    ],
)
def test_what_a_lot_may_ask(weighing: Weighing, pointers: list[str]) -> None:
    assert [one.pointer for one in effective.weighing_errors(weighing, "/lots/0")] == pointers


def test_places_and_scores_rest_on_what_prices_count_as_but_low_ones_on_the_raw_totals() -> None:
    dear = effective.weigh(Decimal(110), FEATURES, Declared((BEST, BEST)))
    plain_bid = effective.weigh(Decimal(100), FEATURES, Declared((None, None)))
    low = effective.weigh(Decimal(60), FEATURES, Declared((BEST, SOME)))
    bids = [
        judging.Judged(UUID(int=n), n, found.price, {"1": Fraction(50)}, found)
        for n, found in enumerate((dear, plain_bid, low), start=1)
    ]
    alone = judging.placed(bids, judging.weights_of([]), abnormal.Threshold(), TieBreak.EARLIEST, b"")
    assert [one.bid_id.int for one in alone] == [3, 1, 2]
    suspicion = alone[0].suspicion
    assert suspicion is not None
    assert (suspicion.from_others, suspicion.from_next) == (1 - Fraction(60, 105), 1 - Fraction(60, 110))
    weights = judging.Weights(Fraction(70), {"1": Fraction(30)})
    scored = judging.placed(bids, weights, abnormal.Threshold(), TieBreak.EARLIEST, b"")
    assert [one.bid_id.int for one in scored] == [3, 1, 2]
    assert scored[1].score == 70 * low.effective / dear.effective + 15
    assert alone[1].weighed == dear
