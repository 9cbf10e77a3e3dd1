"""Scenario settings and assessments: what is refused at which field, and what texts are worth."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.rfq.commands.scenarios import SaveScenario, Settings
from b2b_market.rfq.commands.scoring import AssessmentInput
from b2b_market.rfq.rules import scenarios
from b2b_market.rfq.rules.attaching import MOST_DOCUMENTS, MOST_NDA, TooManyDocuments, require_nda, require_room
from b2b_market.rfq.rules.planning import Conditions, problem_of
from b2b_market.rfq.rules.scoring import AssessmentsUnusable, read_value, require_assessments
from b2b_market.rfq.states import ScenarioKind
from b2b_market.sourcing.public import PRICE, CostLine, Criterion, Exclude, Force, Formula, SupplierCount, compare
from tests.sourcing.markets import TODAY, basis, need, offer, quote, supplier_id

HERE, STRANGER = UUID(int=1), UUID(int=9)


def scenario(kind: ScenarioKind = ScenarioKind.OPTIMISED, name: str = "Plan", **settings: Any) -> SaveScenario:
    return SaveScenario(rfq_id=UUID(int=5), name=name, kind=kind, settings=Settings(**settings))


@pytest.mark.parametrize(
    ("command", "pointers"),
    [
        (scenario(name=" "), {"/name"}),
        (scenario(ScenarioKind.AT_MOST), {"/most"}),
        (scenario(ScenarioKind.SINGLE), {"/supplier_id"}),
        (scenario(ScenarioKind.SINGLE, supplier_id=STRANGER), {"/supplier_id"}),
        (scenario(excluded=(STRANGER,), forced=(STRANGER,)), {"/excluded", "/forced"}),
        (scenario(most=0, fewest=101), {"/most", "/fewest"}),
        (scenario(largest_percent=Decimal(101), seconds=0), {"/largest_percent", "/seconds"}),
    ],
)
def test_settings_that_choose_nothing_are_refused_field_by_field(command: SaveScenario, pointers: set[str]) -> None:
    with pytest.raises(Invalid) as refused:
        scenarios.require_scenario(command, frozenset({HERE}))
    assert {error.pointer for error in refused.value.errors} == pointers


def test_rules_and_their_names_stand_in_one_order() -> None:
    settings = Settings(excluded=(HERE,), forced=(STRANGER,), most=3, fewest=2, largest_percent=Decimal(60))
    found = scenarios.rules_of(settings)
    assert found[:4] == (Exclude(HERE), Force(STRANGER), SupplierCount(most=3), SupplierCount(fewest=2))
    assert [(facts, who) for _, facts, who in scenarios.rule_names(settings)] == [
        ({}, HERE),
        ({}, STRANGER),
        ({"n": "3"}, None),
        ({"n": "2"}, None),
        ({"percent": "60"}, None),
    ]
    assert len(found) == 5
    assert scenarios.rules_of(Settings()) == ()


def criterion(formula: Formula, **more: Any) -> Criterion:
    return Criterion(key="own-1", name="Quality", weight=Decimal(30), formula=formula, **more)


@pytest.mark.parametrize(
    ("formula", "text", "value"),
    [
        (Formula.YES_NO, " yes ", True),
        (Formula.YES_NO, "maybe", None),
        (Formula.POINTS, "good", "good"),
        (Formula.POINTS, "superb", None),
        (Formula.LOWEST_RATIO, "12.5", Decimal("12.5")),
        (Formula.LOWEST_RATIO, "twelve", None),
        (Formula.LOWEST_RATIO, "NaN", None),
        (Formula.LOWEST_RATIO, "1e13", None),
        (Formula.LOWEST_RATIO, "-1", None),
        (Formula.BETWEEN, "-1", Decimal(-1)),
        (Formula.SHARE_OF_MAXIMUM, "100", Decimal(100)),
        (Formula.SHARE_OF_MAXIMUM, "101", None),
    ],
)
def test_texts_are_read_as_their_criterion_has_it(formula: Formula, text: str, value: object) -> None:
    assert read_value(criterion(formula, points={"good": Decimal(100)}), text) == value


def test_assessments_of_strangers_of_other_criteria_and_twice_are_refused_together() -> None:
    own = criterion(Formula.YES_NO)
    price = replace(own, key=PRICE, formula=Formula.LOWEST_RATIO)
    given = [
        AssessmentInput(STRANGER, "own-1", "yes"),
        AssessmentInput(HERE, PRICE, "1"),
        AssessmentInput(HERE, "own-7", "yes"),
        AssessmentInput(HERE, "own-1", "yes"),
        AssessmentInput(HERE, "own-1", "no"),
    ]
    with pytest.raises(AssessmentsUnusable) as refused:
        require_assessments({"own-1": own, PRICE: price}, frozenset({HERE}), given)
    assert [(error.pointer, error.code) for error in refused.value.errors] == [
        ("/assessments/0/supplier_id", "unknown"),
        ("/assessments/1/key", "unknown"),
        ("/assessments/2/key", "unknown"),
        ("/assessments/4/key", "repeated"),
    ]
    with pytest.raises(AssessmentsUnusable) as unscored:
        require_assessments({"own-1": own}, frozenset({HERE}), [AssessmentInput(HERE, "own-1", "perhaps")])
    assert unscored.value.errors[0].code == "no-score"


def test_offers_that_cannot_be_awarded_take_no_part_in_the_plan() -> None:
    expired = replace(offer(1, "1"), valid_until=TODAY.replace(year=TODAY.year - 1))
    compared = compare([need(1, 10)], [quote(1, [expired]), quote(2, {1: "6"})], basis())

    def cost_of(_cell: Any, _supplier: UUID) -> CostLine:
        return CostLine(Fraction(1), Fraction(0), ())

    problem = problem_of(compared, compared, cost_of, Conditions(), ())
    assert {one.supplier_id for one in problem.offers} == {supplier_id(2)}


def test_documents_and_agreements_have_a_most() -> None:
    require_room(MOST_DOCUMENTS - 1)
    with pytest.raises(TooManyDocuments):
        require_room(MOST_DOCUMENTS)
    assert require_nda(" secret ") == "secret"
    with pytest.raises(Invalid):
        require_nda("x" * (MOST_NDA + 1))
