from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from b2b_market.sourcing.public import (
    AllOrNone,
    BundleDiscount,
    Capacity,
    Exclude,
    Force,
    LargestShare,
    Limits,
    Package,
    PlanOffer,
    PlanOutcome,
    PlanProblem,
    PlanSupplier,
    Rebate,
    Rule,
    ShareOf,
    SupplierCount,
    TierMode,
    Verdict,
    best_plan,
    examine,
    price_of_rule,
)
from tests.sourcing.markets import line_id
from tests.sourcing.plans import (
    LIMITS,
    A,
    B,
    C,
    given,
    one_line,
    plan_line,
    plan_offer,
    solved,
    suppliers,
    thousand_units,
    three_items,
    tiers,
)


def cost(outcome: PlanOutcome) -> Fraction:
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.examination is not None
    assert outcome.examination.broken == ()
    assert (outcome.gap, outcome.ties_settled) == (Decimal(0), True)
    return outcome.examination.cost


# ---- the golden cases of the trading design


def test_golden_1_takes_the_package_and_one_source_for_the_rest() -> None:
    outcome = solved(three_items())
    assert cost(outcome) == 3370
    assert given(outcome) == {(3, 1): "150"}
    assert outcome.plan is not None
    assert outcome.plan.packages == (0,)
    assert outcome.solver.startswith("HiGHS 1.")


def test_golden_1_without_package_and_rebate_stays_with_the_incumbent() -> None:
    outcome = solved(replace(three_items(), packages=(), rebates=()))
    assert cost(outcome) == 3400
    assert given(outcome) == {(1, 1): "100", (2, 1): "200", (3, 1): "150"}


def test_golden_1_by_price_alone_splits_over_two() -> None:
    outcome = solved(replace(three_items(), packages=(), rebates=(), suppliers=suppliers(0, 0, 0)))
    assert cost(outcome) == 3300
    assert given(outcome) == {(1, 2): "100", (2, 3): "200", (3, 2): "150"}


def test_golden_1_with_one_supplier_earns_the_rebate() -> None:
    problem = three_items()
    outcome = solved(replace(problem, rules=(*problem.rules, SupplierCount(most=1))))
    assert cost(outcome) == 3399
    assert outcome.examination is not None
    (only,) = outcome.examination.suppliers
    assert only.supplier_id == B
    assert [only.spend, only.rebate, only.onboarding] == [3420, 171, 150]


@pytest.mark.parametrize(
    ("mode", "rules", "expected", "who"),
    [
        (TierMode.ALL_UNITS, (), Fraction(9520), {(1, 1): "700", (1, 2): "300"}),
        (TierMode.INCREMENTAL, (), Fraction(9740), {(1, 2): "400", (1, 3): "600"}),
        (
            TierMode.ALL_UNITS,
            (LargestShare(share=Decimal("0.6"), of=ShareOf.QUANTITY),),
            Fraction(9560),
            {(1, 1): "600", (1, 2): "400"},
        ),
        (
            TierMode.ALL_UNITS,
            (LargestShare(share=Decimal("0.6"), of=ShareOf.SPEND),),
            Fraction("9556.4"),
            {(1, 1): "609", (1, 2): "391"},
        ),
    ],
)
def test_golden_2_tiers_set_up_cost_and_shares(
    mode: TierMode, rules: tuple[Rule, ...], expected: Fraction, who: dict[tuple[int, int], str]
) -> None:
    outcome = solved(thousand_units(mode, *rules))
    assert cost(outcome) == expected
    assert given(outcome) == who


def test_the_price_of_a_rule_is_what_it_adds() -> None:
    problem = thousand_units(TierMode.ALL_UNITS, LargestShare(share=Decimal("0.6"), of=ShareOf.QUANTITY))
    assert price_of_rule(problem, 0, LIMITS) == 40
    broken = thousand_units(TierMode.ALL_UNITS, SupplierCount(most=1))
    assert price_of_rule(broken, 0, LIMITS) is None


# ---- one condition at a time


def test_more_is_only_bought_where_a_surplus_is_allowed() -> None:
    dear = one_line(390, plan_offer(1, A, (0, "10"), (400, "9.40")))
    assert cost(solved(dear)) == 3900
    outcome = solved(replace(dear, surplus=True))
    assert cost(outcome) == 3760
    assert given(outcome) == {(1, 1): "400"}


def test_multiples_are_kept_and_may_force_a_surplus() -> None:
    packed = replace(plan_offer(1, A, (0, "1")), multiple=Decimal(25))
    loose = plan_offer(1, B, (0, "2"))
    outcome = solved(one_line(130, packed, loose))
    assert given(outcome) == {(1, 1): "125", (1, 2): "5"}
    alone = replace(one_line(130, packed), surplus=True)
    assert given(solved(alone)) == {(1, 1): "150"}


def test_parts_of_a_unit_are_as_fine_as_anything_said() -> None:
    fine = replace(plan_offer(1, A, (0, "1")), maximum=Decimal("0.125"))
    outcome = solved(one_line("1.5", fine, plan_offer(1, B, (0, "2"))))
    assert given(outcome) == {(1, 1): "0.125", (1, 2): "1.375"}
    assert cost(outcome) == Fraction("2.875")


def test_costs_that_are_fractions_stay_exact() -> None:
    third = replace(plan_offer(1, A, (0, "1")), tiers=(replace(tiers((0, "1"))[0], price=Fraction(1, 3)),))
    assert cost(solved(one_line(100, third))) == Fraction(100, 3)


def test_capacity_counts_over_lines() -> None:
    problem = PlanProblem(
        lines=(plan_line(1, 10), plan_line(2, 10)),
        suppliers=(
            PlanSupplier(
                supplier_id=A, capacities=(Capacity(Decimal(12)), Capacity(Decimal(4), frozenset({line_id(2)})))
            ),
            PlanSupplier(supplier_id=B),
        ),
        offers=(
            plan_offer(1, A, (0, "1")),
            plan_offer(2, A, (0, "1")),
            plan_offer(1, B, (0, "2")),
            plan_offer(2, B, (0, "3")),
        ),
    )
    outcome = solved(problem)
    assert cost(outcome) == 12 + 2 * 2 + 6 * 3
    assert given(outcome) == {(1, 1): "8", (1, 2): "2", (2, 1): "4", (2, 2): "6"}


def test_linked_offers_come_together_or_not_at_all() -> None:
    problem = PlanProblem(
        lines=(plan_line(1, 10), plan_line(2, 10)),
        suppliers=suppliers(0, 0),
        offers=(
            plan_offer(1, A, (0, "1")),
            plan_offer(2, A, (0, "9")),
            plan_offer(1, B, (0, "2")),
            plan_offer(2, B, (0, "3")),
        ),
        links=(AllOrNone(A, frozenset({line_id(1), line_id(2)})),),
    )
    outcome = solved(problem)
    # one dear piece of the second line opens the cheap offer for the first
    assert cost(outcome) == 10 + 9 + 9 * 3
    assert given(outcome) == {(1, 1): "10", (2, 1): "1", (2, 2): "9"}
    half = replace(problem, offers=problem.offers[:1] + problem.offers[2:])
    assert given(solved(half)) == {(1, 2): "10", (2, 2): "10"}


def test_a_rebate_for_taking_all_needs_all() -> None:
    problem = PlanProblem(
        lines=(plan_line(1, 10), plan_line(2, 10)),
        suppliers=suppliers(0, 0),
        offers=(
            plan_offer(1, A, (0, "10")),
            plan_offer(2, A, (0, "10")),
            plan_offer(1, B, (0, "11")),
            plan_offer(2, B, (0, "9.8")),
        ),
        rebates=(Rebate(supplier_id=A, part=Decimal("0.05")),),
    )
    assert cost(solved(problem)) == 190
    smaller = replace(problem, rebates=(Rebate(supplier_id=A, part=Decimal("0.009")),))
    assert cost(solved(smaller)) == 198
    one = replace(problem, rebates=(Rebate(supplier_id=A, part=Decimal("0.05"), lines=frozenset({line_id(1)})),))
    assert cost(solved(one)) == 95 + 98


def test_a_discount_for_taking_all_of_several_lines_is_weighed_against_single_prices() -> None:
    """10 % off both lines of A (200 at its prices) beats the cheaper single offers by 1, and no longer at 9 %."""
    both = frozenset({line_id(1), line_id(2)})
    problem = PlanProblem(
        lines=(plan_line(1, 10), plan_line(2, 10)),
        suppliers=suppliers(0, 0),
        offers=(
            plan_offer(1, A, (0, "10")),
            replace(plan_offer(2, A, (0, "10")), setup=Decimal(5)),
            plan_offer(1, B, (0, "9.1")),
            plan_offer(2, B, (0, "9.5")),
        ),
        discounts=(BundleDiscount(supplier_id=A, amount=Decimal(20), lines=both),),
    )
    assert cost(solved(problem)) == 185
    assert given(solved(problem)) == {(1, 1): "10", (2, 1): "10"}
    less = replace(problem, discounts=(BundleDiscount(supplier_id=A, amount=Decimal(18), lines=both),))
    assert cost(solved(less)) == 186
    assert given(solved(less)) == {(1, 2): "10", (2, 2): "10"}
    # what comes off is never more than the prices; the set-up stays
    much = replace(problem, discounts=(BundleDiscount(supplier_id=A, amount=Decimal(150), lines=both),) * 2)
    assert cost(solved(much)) == 5
    # a line that is not on offer earns nothing
    assert cost(solved(replace(problem, offers=problem.offers[:1] + problem.offers[2:]))) == 186
    # an offer that cannot be taken to the end earns nothing
    stuck = tuple(replace(one, multiple=Decimal(3)) if one.setup else one for one in problem.offers)
    assert cost(solved(replace(problem, offers=stuck))) == 186


def test_packages_that_exclude_each_other_are_not_taken_together() -> None:
    contents = {line_id(1): Decimal(5)}
    problem = replace(
        one_line(10, plan_offer(1, A, (0, "10"))),
        packages=(
            Package(supplier_id=A, contents=contents, price=Decimal(20), exclusive="spring"),
            Package(supplier_id=A, contents=contents, price=Decimal(10), exclusive="spring"),
        ),
    )
    outcome = solved(problem)
    assert cost(outcome) == 60
    assert outcome.plan is not None
    assert outcome.plan.packages == (1,)
    both = tuple(replace(one, exclusive="") for one in problem.packages)
    assert cost(solved(replace(problem, packages=both))) == 30


def two_on_one(*rules: Rule) -> PlanProblem:
    return one_line(10, plan_offer(1, A, (0, "1")), plan_offer(1, B, (0, "2")), plan_offer(1, C, (0, "3")), rules=rules)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ((), {(1, 1): "10"}),
        ((Exclude(A),), {(1, 2): "10"}),
        ((Exclude(A, line_id(1)),), {(1, 2): "10"}),
        ((Force(C),), {(1, 1): "9", (1, 3): "1"}),
        ((Force(C, line_id(1)),), {(1, 1): "9", (1, 3): "1"}),
        ((SupplierCount(fewest=2),), {(1, 1): "9", (1, 2): "1"}),
        ((SupplierCount(most=1, line_id=line_id(1)), Exclude(A, line_id(1))), {(1, 2): "10"}),
        ((SupplierCount(fewest=3, line_id=line_id(1)),), {(1, 1): "8", (1, 2): "1", (1, 3): "1"}),
        ((LargestShare(share=Decimal("0.5"), of=ShareOf.QUANTITY, supplier_id=A),), {(1, 1): "5", (1, 2): "5"}),
    ],
)
def test_the_buyers_rules_hold(rules: tuple[Rule, ...], expected: dict[tuple[int, int], str]) -> None:
    outcome = solved(two_on_one(*rules))
    assert cost(outcome) >= 10
    assert given(outcome) == expected


def test_a_package_counts_where_rules_name_its_lines() -> None:
    package = Package(supplier_id=B, contents={line_id(1): Decimal(10)}, price=Decimal(1))
    problem = replace(two_on_one(Exclude(B, line_id(1))), packages=(package,))
    assert given(solved(problem)) == {(1, 1): "10"}
    free = solved(replace(problem, rules=()))
    assert cost(free) == 1
    forced = replace(two_on_one(Force(B, line_id(1))), packages=(package,))
    assert cost(solved(forced)) == 1


# ---- ties


def test_equal_costs_go_to_the_fewest_then_merit_then_declared_order() -> None:
    offers = tuple(plan_offer(number, supplier, (0, "1")) for number in (1, 2) for supplier in (C, B, A))
    problem = PlanProblem(lines=(plan_line(1, 5), plan_line(2, 5)), suppliers=suppliers(0, 0, 0), offers=offers)
    assert given(solved(problem)) == {(1, 1): "5", (2, 1): "5"}
    turned = replace(problem, suppliers=problem.suppliers[::-1])
    assert given(solved(turned)) == {(1, 3): "5", (2, 3): "5"}
    able = tuple(replace(one, merit=Decimal(one.supplier_id == B)) for one in problem.suppliers)
    assert given(solved(replace(problem, suppliers=able))) == {(1, 2): "5", (2, 2): "5"}
    packed = Package(supplier_id=C, contents={line_id(1): Decimal(5), line_id(2): Decimal(5)}, price=Decimal(10))
    best = tuple(replace(one, merit=Decimal(one.supplier_id == C)) for one in problem.suppliers)
    outcome = solved(replace(problem, suppliers=best, offers=offers[1:3] + offers[4:], packages=(packed,)))
    assert outcome.plan is not None
    assert outcome.plan.packages == (0,)


def test_the_order_of_offers_changes_nothing() -> None:
    problem = three_items()
    assert solved(replace(problem, offers=problem.offers[::-1])).plan == solved(problem).plan


# ---- what a broken plan is found out by


def test_a_plan_that_breaks_anything_is_told_so() -> None:
    outcome = solved(three_items())
    assert outcome.plan is not None
    bent = replace(outcome.plan, packages=(0, 0))
    assert len(examine(three_items(), bent).broken) == 2
    twice = replace(three_items(), packages=tuple(replace(one, exclusive="x") for one in three_items().packages * 2))
    assert "two packages exclude each other" in examine(twice, replace(outcome.plan, packages=(0, 1))).broken


@pytest.mark.parametrize(
    "problem",
    [
        two_on_one(Exclude(A)),
        two_on_one(Force(B)),
        two_on_one(SupplierCount(fewest=2)),
        two_on_one(LargestShare(share=Decimal("0.9"), of=ShareOf.SPEND)),
        one_line(11, plan_offer(1, A, (0, "1"))),
        replace(one_line(9, plan_offer(1, A, (0, "1"))), surplus=True),
        one_line(10, replace(plan_offer(1, A, (0, "1")), minimum=Decimal(11))),
        one_line(10, replace(plan_offer(1, A, (0, "1")), maximum=Decimal(9))),
        one_line(10, replace(plan_offer(1, A, (0, "1")), multiple=Decimal(3))),
        replace(
            one_line(10, plan_offer(1, A, (0, "1"))),
            suppliers=(PlanSupplier(supplier_id=A, capacities=(Capacity(Decimal(9)),)),),
        ),
    ],
)
def test_every_condition_is_examined(problem: PlanProblem) -> None:
    plan = solved(one_line(10, plan_offer(1, A, (0, "1")))).plan
    assert plan is not None
    assert len(examine(problem, plan).broken) == 1


def test_half_a_link_is_found_out() -> None:
    problem = replace(
        three_items(), links=(AllOrNone(A, frozenset({line_id(1), line_id(3)})),), packages=(), rebates=(), rules=()
    )
    plan = solved(three_items()).plan
    assert plan is not None
    broken = examine(problem, replace(plan, packages=())).broken
    assert len([one for one in broken if "in part" in one]) == 1


# ---- input


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: plan_offer(1, A), "tiers begin at 0"),
        (lambda: plan_offer(1, A, (1, "1")), "tiers begin at 0"),
        (lambda: plan_offer(1, A, (0, "1"), (0, "2")), "tiers begin at 0"),
        (lambda: plan_offer(1, A, (0, "-1")), "are not negative"),
        (lambda: replace(plan_offer(1, A, (0, "1")), setup=Decimal(-1)), "are not negative"),
        (lambda: replace(plan_offer(1, A, (0, "1")), minimum=Decimal(-1)), "are not negative"),
        (lambda: replace(plan_offer(1, A, (0, "1")), multiple=Decimal(0)), "maximums and multiples"),
        (lambda: replace(plan_offer(1, A, (0, "1")), maximum=Decimal(0)), "maximums and multiples"),
        (lambda: Rebate(supplier_id=A, part=Decimal("1.01")), "a rebate is a part"),
        (lambda: one_line(0, plan_offer(1, A, (0, "1"))), "a positive quantity"),
        (lambda: PlanProblem(lines=(), suppliers=(), offers=()), "there is a need"),
        (lambda: one_line(1, plan_offer(1, A, (0, "1")), plan_offer(1, A, (0, "1"))), "stand once"),
        (lambda: one_line(1, plan_offer(2, A, (0, "1"))), "lines and suppliers of the problem"),
        (lambda: one_line(1, plan_offer(1, A, (0, "1")), rules=(Exclude(B),)), "lines and suppliers of the problem"),
        (lambda: Limits(seconds=0), "within an hour"),
        (lambda: Limits(seconds=3601), "within an hour"),
        (lambda: Limits(seconds=1, gap=Decimal(1)), "a gap from 0"),
    ],
)
def test_broken_values_are_errors_of_the_caller(make: Callable[[], PlanOffer], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_a_search_without_offers_is_explained() -> None:
    outcome = best_plan(one_line(10), LIMITS)
    assert outcome.verdict is Verdict.INFEASIBLE
    assert outcome.conflict is not None
    assert outcome.conflict.short == ((line_id(1), Decimal(10)),)
