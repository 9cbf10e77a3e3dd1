"""The optimiser is as good as trying everything, on problems small enough to try everything."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from b2b_market.sourcing.public import (
    AllOrNone,
    BundleDiscount,
    Capacity,
    Exclude,
    Force,
    LargestShare,
    Package,
    PlanOffer,
    PlanProblem,
    PlanSupplier,
    Rebate,
    Rule,
    ShareOf,
    SupplierCount,
    Tier,
    TierMode,
    Verdict,
    best_plan,
)
from tests.sourcing.markets import line_id, supplier_id
from tests.sourcing.plans import LIMITS, plan_line

MOST = 3
amounts = st.integers(0, 6).map(Decimal)
maybe = st.none() | st.integers(1, MOST).map(Decimal)


@st.composite
def offers(draw: st.DrawFn, line: int, supplier: int) -> PlanOffer:
    starts = sorted(draw(st.sets(st.integers(1, MOST), max_size=2)))
    return PlanOffer(
        line_id=line_id(line),
        supplier_id=supplier_id(supplier),
        tiers=tuple(Tier(Decimal(start), draw(amounts)) for start in (0, *starts)),
        mode=draw(st.sampled_from(TierMode)),
        minimum=Decimal(draw(st.sampled_from([0, 0, 2, 3]))),
        maximum=draw(maybe),
        multiple=draw(st.sampled_from([None, None, Decimal(2)])),
        setup=draw(st.sampled_from([Decimal(0), Decimal(0), Decimal(2)])),
    )


@st.composite
def rules(draw: st.DrawFn, lines: int, suppliers: int) -> Rule:
    line = draw(st.none() | st.integers(1, lines).map(line_id))
    supplier = supplier_id(draw(st.integers(1, suppliers)))
    made: list[Rule] = [
        SupplierCount(most=1, line_id=line),
        SupplierCount(fewest=2, line_id=line),
        Exclude(supplier, line),
        Force(supplier, line),
        LargestShare(share=Decimal("0.6"), of=ShareOf.QUANTITY),
        LargestShare(share=Decimal("0.7"), of=ShareOf.SPEND, supplier_id=supplier),
    ]
    return draw(st.sampled_from(made))


@st.composite
def problems(draw: st.DrawFn) -> PlanProblem:
    lines, count = draw(st.sampled_from([(1, 3), (2, 2)]))
    pairs = list(product(range(1, lines + 1), range(1, count + 1)))
    made = [draw(offers(*pair)) for pair in pairs if draw(st.integers(0, 5))]
    packages = [
        Package(
            supplier_id=supplier_id(draw(st.integers(1, count))),
            contents={line_id(line): Decimal(draw(st.integers(1, 2))) for line in range(1, lines + 1)},
            price=draw(amounts),
            exclusive="x",
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    every = frozenset(line_id(line) for line in range(1, lines + 1))
    first = supplier_id(1)
    rebates = [
        Rebate(
            supplier_id=first,
            part=Decimal("0.5"),
            from_spend=draw(st.none() | amounts),
            lines=draw(st.none() | st.just(every)),
        )
    ]
    bundles = st.builds(
        BundleDiscount,
        supplier_id=st.integers(1, count).map(supplier_id),
        amount=amounts,
        lines=st.sets(st.sampled_from(sorted(every)), min_size=1).map(frozenset),
    )
    return PlanProblem(
        discounts=tuple(draw(st.lists(bundles, max_size=2))),
        lines=tuple(plan_line(line, draw(st.integers(1, MOST))) for line in range(1, lines + 1)),
        suppliers=tuple(
            PlanSupplier(
                supplier_id=supplier_id(number),
                onboarding=draw(st.sampled_from([Decimal(0), Decimal(3)])),
                capacities=draw(st.sampled_from([(), (Capacity(Decimal(3)),)])),
            )
            for number in range(1, count + 1)
        ),
        offers=tuple(made),
        packages=tuple(packages),
        links=draw(st.sampled_from([(), (AllOrNone(first, every),)])),
        rebates=tuple(rebates[: draw(st.integers(0, 1))]),
        rules=tuple(draw(st.lists(rules(lines, count), max_size=2))),
        surplus=draw(st.booleans()),
    )


@dataclass(frozen=True)
class Try:
    """One way to award, judged by counting pieces one by one."""

    problem: PlanProblem
    bought: dict[tuple[int, int], int]
    packages: tuple[Package, ...]

    def price(self, offer: PlanOffer, quantity: int) -> Fraction:
        """Add up the price of every piece."""
        ordered = [(int(tier.start), Fraction(tier.price)) for tier in offer.tiers]
        total = Fraction(offer.setup)
        for piece in range(quantity):
            counted = quantity if offer.mode is TierMode.ALL_UNITS else piece
            total += [price for start, price in ordered if counted >= start][-1]
        return total

    def spend(self, supplier: int) -> Fraction:
        return sum(
            (
                self.price(offer, quantity)
                for offer in self.problem.offers
                if offer.supplier_id.int == supplier and (quantity := self.bought.get((offer.line_id.int, supplier), 0))
            ),
            Fraction(0),
        )

    def packaged(self, supplier: int) -> Fraction:
        return sum((Fraction(one.price) for one in self.packages if one.supplier_id.int == supplier), Fraction(0))

    def got(self, line: int, supplier: int) -> int:
        packed = [one for one in self.packages if one.supplier_id.int == supplier]
        return self.bought.get((line, supplier), 0) + sum(int(one.contents[line_id(line)]) for one in packed)

    @property
    def lines(self) -> list[int]:
        return [line.line_id.int for line in self.problem.lines]

    @property
    def everybody(self) -> list[int]:
        return [one.supplier_id.int for one in self.problem.suppliers]

    def cost(self) -> Fraction:
        total = Fraction(0)
        for supplier in self.problem.suppliers:
            number = supplier.supplier_id.int
            if any(self.got(line, number) for line in self.lines):
                total += self.spend(number) + self.packaged(number) + Fraction(supplier.onboarding)
        for rebate in self.problem.rebates:
            number = rebate.supplier_id.int
            base = self.spend(number) + (self.packaged(number) if rebate.lines is None else 0)
            needs = {line.line_id.int: line.quantity for line in self.problem.lines}
            whole = all(self.got(line, number) >= needs[line] for line in self.lines)
            if base >= rebate.from_spend if rebate.from_spend is not None else whole:
                total -= Fraction(rebate.part) * base
        return total - sum((self.off(supplier) for supplier in self.everybody), Fraction(0))

    def off(self, supplier: int) -> Fraction:
        """Add up what bundles take off, at most all prices."""
        offers = {one.line_id: one for one in self.problem.offers if one.supplier_id.int == supplier}
        needs = {line.line_id: int(line.quantity) for line in self.problem.lines}
        bought = {line: self.bought.get((line.int, supplier), 0) for line in offers}
        surplus = self.problem.surplus
        whole = {line for line in offers if bought[line] >= highest(offers[line], needs[line], surplus=surplus)}
        own = [one for one in self.problem.discounts if one.supplier_id.int == supplier and one.lines <= whole]
        prices = sum(
            (self.price(replace(offers[line], setup=Decimal(0)), taken) for line, taken in bought.items()), Fraction(0)
        )
        return min(sum((Fraction(one.amount) for one in own), Fraction(0)), prices)

    def holds(self) -> bool:
        return all((self.needs(), self.asked(), *(self.rule(rule) for rule in self.problem.rules)))

    def needs(self) -> bool:
        for line in self.problem.lines:
            given_all = sum(self.got(line.line_id.int, supplier) for supplier in self.everybody)
            if given_all < line.quantity or (given_all > line.quantity and not self.problem.surplus):
                return False
        return True

    def asked(self) -> bool:
        """Hold against what suppliers ask."""
        for offer in self.problem.offers:
            quantity = self.bought.get((offer.line_id.int, offer.supplier_id.int), 0)
            if quantity and (quantity < offer.minimum or quantity % (offer.multiple or 1)):
                return False
        for supplier in self.problem.suppliers:
            made = sum(self.got(line, supplier.supplier_id.int) for line in self.lines)
            if any(made > capacity.most for capacity in supplier.capacities):
                return False
        owners = [one.supplier_id for one in self.packages]
        links = [
            {bool(self.bought.get((line, link.supplier_id.int), 0)) for line in self.lines}
            for link in self.problem.links
        ]
        return len(owners) == len(set(owners)) and all(len(taken) == 1 for taken in links)

    def rule(self, rule: Rule) -> bool:
        if isinstance(rule, LargestShare):
            amounts_of = {
                supplier: sum(self.got(line, supplier) for line in self.lines)
                if rule.of is ShareOf.QUANTITY
                else self.spend(supplier) + self.packaged(supplier)
                for supplier in self.everybody
            }
            held = self.everybody if rule.supplier_id is None else [rule.supplier_id.int]
            return all(amounts_of[one] <= Fraction(rule.share) * sum(amounts_of.values()) for one in held)
        lines = self.lines if rule.line_id is None else [rule.line_id.int]
        giving = {one for one in self.everybody for line in lines if self.got(line, one)}
        if isinstance(rule, SupplierCount):
            return rule.fewest <= len(giving) and (rule.most is None or len(giving) <= rule.most)
        return (rule.supplier_id.int in giving) == isinstance(rule, Force)


def highest(offer: PlanOffer, need: int, *, surplus: bool) -> int:
    most = need
    if surplus:
        most = max(need, int(offer.minimum), int(offer.tiers[-1].start))
        while most % int(offer.multiple or 1):
            most += 1
    return min(most, int(offer.maximum or most))


def tries(problem: PlanProblem) -> Iterator[Try]:
    needs = {line.line_id: int(line.quantity) for line in problem.lines}
    pairs = [(offer.line_id.int, offer.supplier_id.int) for offer in problem.offers]
    most = [highest(offer, needs[offer.line_id], surplus=problem.surplus) for offer in problem.offers]
    sets = chain.from_iterable(combinations(problem.packages, size) for size in range(len(problem.packages) + 1))
    for packages in list(sets):
        for quantities in product(*(range(limit + 1) for limit in most)):
            bought = {pair: quantity for pair, quantity in zip(pairs, quantities, strict=True) if quantity}
            yield Try(problem, bought, packages)


@settings(max_examples=60)
@given(problems())
def test_the_optimiser_is_as_good_as_trying_everything(problem: PlanProblem) -> None:
    best = min((one.cost() for one in tries(problem) if one.holds()), default=None)
    outcome = best_plan(problem, LIMITS)
    if best is None:
        assert outcome.verdict is Verdict.INFEASIBLE
        assert outcome.conflict is not None
        assert outcome.conflict.complete
        return
    assert outcome.verdict is Verdict.OPTIMAL
    assert outcome.examination is not None
    assert outcome.examination.cost == best
    assert outcome.ties_settled


@settings(max_examples=40)
@given(problems())
def test_rules_in_conflict_cannot_hold_and_any_one_less_can(problem: PlanProblem) -> None:
    outcome = best_plan(problem, LIMITS)
    if outcome.conflict is None:
        return
    conflict = outcome.conflict

    def possible(kept: tuple[int, ...]) -> bool:
        asked = replace(problem, rules=tuple(problem.rules[place] for place in kept))
        return any(one.holds() for one in tries(asked))

    if conflict.short:
        assert not possible(())
        return
    assert not possible(conflict.rules)
    for gone in conflict.rules:
        assert possible(tuple(place for place in conflict.rules if place != gone))
    giving = {one.rule for one in conflict.giving_way}
    assert possible(tuple(place for place in range(len(problem.rules)) if place not in giving))
