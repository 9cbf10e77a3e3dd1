"""Where there is no plan, and where the search is cut short."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.sourcing.public import (
    Conflict,
    Exclude,
    Force,
    GivingWay,
    LargestShare,
    Limits,
    PlanProblem,
    Rule,
    ShareOf,
    SupplierCount,
    TierMode,
    Verdict,
    best_plan,
    price_of_rule,
)
from b2b_market.sourcing.rules import plan_conflicts, planning
from b2b_market.sourcing.rules.plan_building import build
from b2b_market.sourcing.rules.plan_conflicts import explain
from b2b_market.sourcing.rules.plan_model import Model, Terms
from b2b_market.sourcing.rules.plan_solving import Solved, solve
from tests.sourcing.markets import line_id, supplier_id
from tests.sourcing.plans import LIMITS, A, B, C, one_line, plan_line, plan_offer, solved, suppliers, thousand_units

ONE_SUPPLIER = SupplierCount(most=1)
ANY_SHARE = LargestShare(share=Decimal(1), of=ShareOf.QUANTITY)
THIRD = LargestShare(share=Decimal("0.3"), of=ShareOf.QUANTITY)


def conflict(problem: PlanProblem) -> Conflict:
    outcome = solved(problem)
    assert outcome.verdict is Verdict.INFEASIBLE
    assert (outcome.plan, outcome.examination, outcome.gap) == (None, None, None)
    assert outcome.conflict is not None
    return outcome.conflict


def three(*rules: Rule) -> PlanProblem:
    return one_line(10, plan_offer(1, A, (0, "1")), plan_offer(1, B, (0, "2")), plan_offer(1, C, (0, "3")), rules=rules)


def test_what_nobody_can_fill_is_named_whatever_the_rules() -> None:
    problem = replace(thousand_units(TierMode.ALL_UNITS, ONE_SUPPLIER), lines=(plan_line(1, 2200),))
    assert conflict(problem) == Conflict(short=((line_id(1), Decimal(100)),))


def test_rules_that_cannot_hold_together_are_named_and_no_others() -> None:
    found = conflict(three(Exclude(C), Force(A), ONE_SUPPLIER, Force(B)))
    assert found.rules == (1, 2, 3)
    assert found.giving_way == (GivingWay(3, None),)
    assert found.complete


def test_the_less_important_rule_gives_way() -> None:
    assert conflict(three(Force(B), Force(A), ONE_SUPPLIER)).giving_way == (GivingWay(2, Decimal(1)),)
    assert conflict(three(ONE_SUPPLIER, Force(A), Force(B))).giving_way == (GivingWay(2, None),)


def test_every_rule_that_has_to_give_way_is_told_with_how_far() -> None:
    found = conflict(three(SupplierCount(fewest=4), THIRD, Exclude(A), SupplierCount(most=1), Force(A, line_id(1))))
    assert found.rules == (0,)
    assert found.giving_way == (
        GivingWay(0, Decimal(1)),
        GivingWay(1, Decimal(1)),
        GivingWay(4, None),
    )


def test_a_share_of_spend_gives_way_by_an_amount() -> None:
    problem = three(Exclude(B), Exclude(C), LargestShare(share=Decimal("0.75"), of=ShareOf.SPEND))
    assert conflict(problem).giving_way == (GivingWay(2, Decimal("2.5")),)


def test_a_rule_that_nobody_can_meet_conflicts_with_itself() -> None:
    problem = replace(three(Force(C, line_id(1))), offers=three().offers[:2])
    assert conflict(problem) == Conflict(rules=(0,), giving_way=(GivingWay(0, None),))


def test_without_time_the_explanation_is_marked_incomplete() -> None:
    assert explain(three(ONE_SUPPLIER), Decimal(0)) == Conflict(complete=False)


# ---- a solver that is cut short, or wrong


class Prompter:
    """Answers in the solver's place: scripted answers first, then the real solver."""

    def __init__(self, *answers: Solved) -> None:
        self.answers = list(answers)
        self.asked = 0

    def __call__(self, model: Model, objective: Terms, seconds: Decimal, gap: Decimal = Decimal(0)) -> Solved:
        self.asked += 1
        return self.answers.pop(0) if self.answers else solve(model, objective, seconds, gap)


def prompted(monkeypatch: pytest.MonkeyPatch, *answers: Solved) -> Prompter:
    prompter = Prompter(*answers)
    monkeypatch.setattr(planning, "solve", prompter)
    return prompter


def real(problem: PlanProblem, *, whole: bool = True) -> Solved:
    built = build(problem, range(len(problem.rules)), whole=whole)
    return solve(built.model, built.cost, Decimal(60))


def test_a_search_cut_short_with_nothing_in_hand_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    prompted(monkeypatch, Solved(Verdict.UNKNOWN, (), None, Decimal(60)))
    outcome = best_plan(three(), LIMITS)
    assert (outcome.verdict, outcome.plan, outcome.conflict) == (Verdict.UNKNOWN, None, None)
    assert outcome.seconds == 60


def test_a_search_cut_short_returns_what_it_has_with_the_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    cut = replace(real(three()), verdict=Verdict.FEASIBLE, bound=Fraction(9), seconds=Decimal(60))
    prompter = prompted(monkeypatch, cut)
    outcome = best_plan(three(), LIMITS)
    assert outcome.verdict is Verdict.FEASIBLE
    assert outcome.examination is not None
    assert outcome.examination.cost == 10
    assert (outcome.gap, outcome.ties_settled) == (Decimal("0.100000"), False)
    assert prompter.asked == 1


def test_without_a_bound_there_is_no_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    prompted(monkeypatch, replace(real(three()), verdict=Verdict.FEASIBLE, bound=None))
    assert best_plan(three(), LIMITS).gap is None


def test_ties_stay_unsettled_where_the_time_ends_between(monkeypatch: pytest.MonkeyPatch) -> None:
    prompted(monkeypatch, real(three()), Solved(Verdict.UNKNOWN, (), None, Decimal(60)))
    outcome = best_plan(three(), LIMITS)
    assert (outcome.verdict, outcome.ties_settled) == (Verdict.OPTIMAL, False)


def test_a_tie_that_costs_more_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    dearer = real(three(Exclude(A)))
    prompted(monkeypatch, real(three()), dearer)
    outcome = best_plan(three(), LIMITS)
    assert outcome.examination is not None
    assert (outcome.examination.cost, outcome.ties_settled) == (Fraction(10), False)


def test_a_solution_that_does_not_hold_is_never_returned(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = thousand_units(TierMode.ALL_UNITS, ANY_SHARE)
    honest = real(problem)
    bent: Sequence[Fraction] = tuple(value / 2 for value in honest.values)
    prompted(monkeypatch, replace(honest, values=bent))
    outcome = best_plan(problem, LIMITS)
    assert (outcome.verdict, outcome.plan) == (Verdict.UNKNOWN, None)


def test_what_is_only_nearly_nothing_is_nothing() -> None:
    built = build(three(), range(len(three().rules)), whole=True)
    honest = real(three())
    nearly = [value or Fraction(1, 10**9) for value in honest.values]
    assert nearly != list(honest.values)
    assert planning.read_plan(built, nearly) == planning.read_plan(built, honest.values)


def test_parts_of_a_step_are_solved_again_in_whole_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = real(three(), whole=False)
    prompter = prompted(monkeypatch, replace(honest, values=tuple(value * Fraction(11, 20) for value in honest.values)))
    outcome = best_plan(three(), LIMITS)
    assert outcome.examination is not None
    assert (outcome.verdict, outcome.examination.cost) == (Verdict.OPTIMAL, Fraction(10))
    assert prompter.asked >= 2


def test_a_rule_has_no_price_where_the_search_was_cut_short(monkeypatch: pytest.MonkeyPatch) -> None:
    prompted(monkeypatch, Solved(Verdict.UNKNOWN, (), None, Decimal(60)))
    assert price_of_rule(three(ONE_SUPPLIER), 0, LIMITS) is None


def test_an_explanation_cut_short_keeps_what_it_found(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = 0

    def ending(model: Model, objective: Terms, seconds: Decimal) -> Solved:
        nonlocal asked
        asked += 1
        return solve(model, objective, seconds if asked < 4 else Decimal(0))

    monkeypatch.setattr(plan_conflicts, "solve", ending)
    found = explain(three(SupplierCount(fewest=4), THIRD), Decimal(60))
    assert found == Conflict(rules=(0,), giving_way=(GivingWay(0, Decimal(1)),), complete=False)


def test_a_solver_without_time_has_nothing() -> None:
    numbers = range(1, 31)
    problem = PlanProblem(
        lines=tuple(plan_line(number, 100 + number) for number in numbers),
        suppliers=suppliers(50, 60, 70, 80),
        offers=tuple(
            replace(plan_offer(number, owner, (0, str(10 + number * (place + 3) % 7))), minimum=Decimal(60))
            for number in numbers
            for place, owner in enumerate((A, B, C, supplier_id(4)))
        ),
        rules=(SupplierCount(fewest=3, most=3),),
    )
    built = build(problem, (0,))
    found = solve(built.model, built.cost, Decimal("0.000001"))
    assert (found.verdict, found.values) == (Verdict.UNKNOWN, ())


def test_the_gap_that_is_good_enough_ends_the_search() -> None:
    outcome = best_plan(three(), Limits(seconds=60, gap=Decimal("0.5")))
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.examination is not None
    assert outcome.examination.cost <= 15
