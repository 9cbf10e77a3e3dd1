"""Ways to award a request: settings that can be chosen by, their rules in words, and what is scored by itself."""

from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from b2b_market.rfq.commands.scenarios import SaveScenario, Settings
from b2b_market.rfq.commands.scoring import AssessmentInput
from b2b_market.rfq.rules import scenarios
from b2b_market.rfq.rules.scoring import payment_days, require_assessments
from b2b_market.rfq.states import ScenarioKind
from b2b_market.sourcing.public import (
    Criterion,
    Delivery,
    Exclude,
    Force,
    Formula,
    LargestShare,
    Part,
    ShareOf,
    SupplierCount,
)

HERE, THERE = UUID(int=1), UUID(int=2)


class TestScenarios:
    def scenario(self, kind: ScenarioKind, **settings: Any) -> SaveScenario:
        return SaveScenario(rfq_id=UUID(int=5), name="Plan", kind=kind, settings=Settings(**settings))

    @pytest.mark.parametrize(
        ("kind", "settings"),
        [
            (ScenarioKind.OPTIMISED, {}),
            (ScenarioKind.SINGLE, {"supplier_id": HERE}),
            (ScenarioKind.AT_MOST, {"most": 1, "seconds": 120}),
            (ScenarioKind.OPTIMISED, {"excluded": (HERE,), "forced": (THERE,), "fewest": 100}),
            (ScenarioKind.OPTIMISED, {"largest_percent": Decimal(100), "seconds": 1}),
        ],
    )
    def test_settings_that_an_award_can_be_chosen_by_pass(self, kind: ScenarioKind, settings: dict[str, Any]) -> None:
        scenarios.require_scenario(self.scenario(kind, **settings), frozenset({HERE, THERE}))

    @pytest.mark.parametrize(
        ("settings", "rules", "facts"),
        [
            ({}, (), []),
            ({"excluded": (HERE,)}, (Exclude(HERE),), [({}, HERE)]),
            ({"forced": (THERE,)}, (Force(THERE),), [({}, THERE)]),
            ({"most": 2}, (SupplierCount(most=2),), [({"n": "2"}, None)]),
            ({"fewest": 3}, (SupplierCount(fewest=3),), [({"n": "3"}, None)]),
            (
                {"largest_percent": Decimal("62.5")},
                (LargestShare(share=Decimal("0.625"), of=ShareOf.SPEND),),
                [({"percent": "62.5"}, None)],
            ),
        ],
    )
    def test_each_setting_is_one_rule_and_one_sentence(
        self, settings: dict[str, Any], rules: tuple[object, ...], facts: list[object]
    ) -> None:
        made = Settings(**settings)
        assert scenarios.rules_of(made) == rules
        assert [(said, who) for _, said, who in scenarios.rule_names(made)] == facts

    @pytest.mark.parametrize(
        "settings",
        [
            Settings(),
            Settings(supplier_id=HERE, seconds=5),
            Settings(excluded=(HERE,), forced=(THERE,), most=3, fewest=2, largest_percent=Decimal("62.50")),
        ],
    )
    def test_settings_are_read_as_they_are_written(self, settings: Settings) -> None:
        written = scenarios.written(settings)
        assert scenarios.read(written) == settings
        assert all(isinstance(value, (str, int, list, type(None))) for value in written.values())


class TestScoring:
    def test_payment_counts_from_the_delivery_by_its_parts(self) -> None:
        parts = (Part(Decimal("0.3"), 0, from_order=True), Part(Decimal("0.7"), 60))
        delivery = Delivery(incoterm="FCA", place="Ningbo", source="quotation", parts=parts)
        assert payment_days(delivery, 20) == Decimal(36)
        assert payment_days(delivery, None) == Decimal(42)
        early = replace(delivery, parts=(Part(Decimal(1), 0, from_order=True),))
        assert payment_days(early, 20) == Decimal(-20)

    def test_entries_with_a_score_are_accepted(self) -> None:
        quality = Criterion(key="own-1", name="Quality", weight=Decimal(30), formula=Formula.YES_NO)
        given = [AssessmentInput(HERE, "own-1", "yes"), AssessmentInput(THERE, "own-1", "no")]
        require_assessments({"own-1": quality}, frozenset({HERE, THERE}), given)
        require_assessments({}, frozenset(), [])
