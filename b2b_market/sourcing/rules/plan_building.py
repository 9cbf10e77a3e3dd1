"""From an award problem to a mixed-integer programme (the sets and conditions of the trading design, section 2).

Quantities are whole numbers of a step: the last decimal that anything said about the line uses. So no award ever asks
for a third of a piece, "below the next tier" is exactly one step less, and a solution can be checked without rounding.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from b2b_market.sourcing.commands.planning import (
    AllOrNone,
    BundleDiscount,
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
    TierMode,
)
from b2b_market.sourcing.rules.plan_checking import discounts_by_supplier, may_exceed, most_of
from b2b_market.sourcing.rules.plan_model import Exact, Model, Term, exact, plain, times
from b2b_market.sourcing.rules.plan_steps import steps_of


@dataclass(frozen=True, slots=True)
class OfferColumns:
    """Where an offer stands in the model: taken or not, and its quantity and spend as sums."""

    offer: PlanOffer
    taken: int
    quantity: list[Term]
    spend: list[Term]


@dataclass(slots=True)
class Built:
    """The model with what is needed to read a solution and to ask more of it."""

    model: Model = field(default_factory=Model)
    offers: list[OfferColumns] = field(default_factory=list)
    parts: dict[int, tuple[int, Exact]] = field(default_factory=dict)
    """By the column of a quantity: the place of its offer, and how much one step of it is."""
    packages: list[int] = field(default_factory=list)
    used: dict[UUID, int] = field(default_factory=dict)
    cost: list[Term] = field(default_factory=list)
    slacks: dict[int, int] = field(default_factory=dict)
    short: dict[UUID, int] = field(default_factory=dict)


def build(
    problem: PlanProblem,
    rules: Collection[int],
    *,
    whole: bool = True,
    relaxed: int | None = None,
    shortage: bool = False,
) -> Built:
    """Build the model with the rules at these positions.

    Without ``whole`` quantities may be parts of a step: much quicker to solve, and the same wherever the solution turns
    out to be whole, which it does unless :func:`couples_quantities`.

    ``relaxed`` is a rule that may be broken by its column in ``slacks``; with ``shortage`` needs may stay open by the
    columns in ``short``.
    """
    builder = _Builder(problem, whole=whole)
    builder.supply(shortage=shortage)
    builder.conditions()
    for position in sorted({*rules, *([] if relaxed is None else [relaxed])}):
        slack = builder.slack(position) if position == relaxed else []
        builder.rule(problem.rules[position], slack)
    return builder.built


def couples_quantities(problem: PlanProblem) -> bool:
    """Tell whether conditions weigh quantities of different offers against each other with uneven factors.

    Without such conditions what is left once every yes or no is decided is a transport problem with whole supplies and
    demands, whose best solutions are whole.
    """
    several = any(len(supplier.capacities) > 1 for supplier in problem.suppliers)
    capped = any(may_exceed(problem, *one) for one in discounts_by_supplier(problem).items())
    shares = any(isinstance(rule, LargestShare) for rule in problem.rules)
    return several or capped or bool(problem.rebates) or shares


class _Builder:
    def __init__(self, problem: PlanProblem, *, whole: bool) -> None:
        self.problem = problem
        self.whole = whole
        self.built = Built()
        self.model = self.built.model
        self.needs = {line.line_id: Fraction(line.quantity) for line in problem.lines}
        self.steps = steps_of(problem)
        self.wanted = {line_id: floor(need / self.steps[line_id]) for line_id, need in self.needs.items()}
        self.ruled = {rule.line_id for rule in problem.rules if not isinstance(rule, LargestShare)} - {None}
        self.linked = {(line_id, link.supplier_id) for link in problem.links for line_id in link.lines}
        self.givers: dict[tuple[UUID, UUID], int | None] = {}
        self.own: dict[UUID, list[OfferColumns]] = defaultdict(list)
        self.pair: dict[tuple[UUID, UUID], OfferColumns] = {}
        self.packed: dict[tuple[UUID, UUID], list[Term]] = defaultdict(list)
        self.taken: dict[UUID, list[tuple[Package, int]]] = defaultdict(list)

    # ---- supply and demand

    def supply(self, *, shortage: bool) -> None:
        """Add suppliers, offers and packages, and meet every need."""
        lines = {line.line_id: place for place, line in enumerate(self.problem.lines)}
        places = {one.supplier_id: place for place, one in enumerate(self.problem.suppliers)}
        for supplier in self.problem.suppliers:
            used = self.built.used[supplier.supplier_id] = self.model.binary()
            self.built.cost.append((used, exact(supplier.onboarding)))
        ordered = sorted(self.problem.offers, key=lambda one: (lines[one.line_id], places[one.supplier_id]))
        for offer in ordered:
            made = self._offer(offer)
            self.built.parts |= {column: (len(self.built.offers), step) for column, step in made.quantity}
            self.built.offers.append(made)
            self.own[offer.supplier_id].append(made)
            self.pair[offer.line_id, offer.supplier_id] = made
        for package in self.problem.packages:
            self._package(package)
        for line in self.problem.lines:
            given = self._given(line.line_id)
            if shortage:
                short = self.built.short[line.line_id] = self.model.column(self.needs[line.line_id])
                given.append((short, 1))
            most = None if self.problem.surplus else self.needs[line.line_id]
            self.model.row(given, at_least=self.needs[line.line_id], at_most=most)

    def _package(self, package: Package) -> None:
        column = self.model.binary()
        self.built.packages.append(column)
        self.built.cost.append((column, Fraction(package.price)))
        self.taken[package.supplier_id].append((package, column))
        for line_id, quantity in package.contents.items():
            self.packed[line_id, package.supplier_id].append((column, Fraction(quantity)))

    def _offer(self, offer: PlanOffer) -> OfferColumns:
        step = self.steps[offer.line_id]
        least = offer.minimum if step == 1 else Fraction(offer.minimum) / step
        fewest = max(ceil(least), 1) if least else 1
        if offer.maximum is None and not self.problem.surplus:
            most = self.wanted[offer.line_id]
        else:
            most = floor(self._most_of(offer) / step)
        # only where something hangs on it, taking an offer is a yes or no; anywhere else quantities alone decide
        taken = self.model.column(int(fewest <= most), integer=fewest > 1 or self._decisive(offer))
        add = self._all_units if offer.mode is TierMode.ALL_UNITS else self._incremental
        parts = add(offer, taken, most)
        counted = [(column, 1) for column, _ in parts]
        self.model.row([*counted, (taken, -most)], at_most=0)
        self.model.row([*counted, (taken, -fewest)], at_least=0)
        if offer.multiple is not None:
            times_multiple = self.model.column(floor(most * step / Fraction(offer.multiple)), integer=True)
            whole = Fraction(offer.multiple) / step
            self.model.row([*counted, (times_multiple, -whole)], at_least=0, at_most=0)
        self.model.row([(taken, 1), (self.built.used[offer.supplier_id], -1)], at_most=0)
        spend = parts if step == 1 else [(column, step * price) for column, price in parts]
        if offer.setup:
            spend = [*spend, (taken, exact(offer.setup))]
        self.built.cost += spend
        return OfferColumns(offer, taken, [(column, step) for column, _ in parts], spend)

    def _decisive(self, offer: PlanOffer) -> bool:
        """Tell whether something but the quantity hangs on taking an offer."""
        own = bool(offer.setup) or len(offer.tiers) > 1 or offer.multiple is not None
        ruled = bool(self.ruled) and offer.line_id in self.ruled
        return own or ruled or (bool(self.linked) and (offer.line_id, offer.supplier_id) in self.linked)

    def _all_units(self, offer: PlanOffer, taken: int, most: int) -> list[Term]:
        """Add one quantity per tier, of which one at most is used; return them with their prices."""
        step = self.steps[offer.line_id]
        if len(offer.tiers) == 1:
            return [(self.model.column(most, integer=self.whole), exact(offer.tiers[0].price))] if most else []
        starts = [max(int(Fraction(tier.start) / step), 1) for tier in offer.tiers]
        ends = [min(start - 1, most) for start in starts[1:]] + [most]
        usable = [
            (start, end, exact(tier.price))
            for start, end, tier in zip(starts, ends, offer.tiers, strict=True)
            if start <= end
        ]
        parts, chosen = [], []
        for start, end, price in usable:
            quantity = self.model.column(end, integer=self.whole)
            parts.append((quantity, price))
            if len(usable) > 1:
                tier = self.model.binary()
                chosen.append(tier)
                self.model.row([(quantity, 1), (tier, -start)], at_least=0)
                self.model.row([(quantity, 1), (tier, -end)], at_most=0)
        if chosen:
            self.model.row([*plain(chosen), (taken, -1)], at_least=0, at_most=0)
        return parts

    def _incremental(self, offer: PlanOffer, taken: int, most: int) -> list[Term]:
        """Add one quantity per tier, each filled before the next is begun; return them with their prices."""
        step = self.steps[offer.line_id]
        starts = [int(Fraction(tier.start) / step) for tier in offer.tiers]
        ends = [*starts[1:], most]
        parts: list[Term] = []
        begun = taken
        for number, (start, end, tier) in enumerate(zip(starts, ends, offer.tiers, strict=True)):
            width = max(min(end, most) - start, 0)
            quantity = self.model.column(width, integer=self.whole)
            if number:
                following = self.model.binary(possible=width > 0)
                before = parts[-1][0]
                self.model.row([(before, 1), (following, starts[number - 1] - start)], at_least=0)
                begun = following
            self.model.row([(quantity, 1), (begun, -width)], at_most=0)
            parts.append((quantity, exact(tier.price)))
        return parts

    # ---- what suppliers ask

    def conditions(self) -> None:
        """Add capacities, exclusive packages, links and what comes off; count only suppliers that give something."""
        for supplier in self.problem.suppliers:
            self._supplier(supplier)
        for link in self.problem.links:
            self._link(link)
        for rebate in self.problem.rebates:
            self._rebate(rebate)
        for supplier_id, discounts in discounts_by_supplier(self.problem).items():
            self._discounts(supplier_id, discounts)

    def _supplier(self, supplier: PlanSupplier) -> None:
        used = self.built.used[supplier.supplier_id]
        packages = self.taken[supplier.supplier_id]
        ways = [one.taken for one in self.own[supplier.supplier_id]] + [column for _, column in packages]
        self.model.row([(used, 1), *times(plain(ways), -1)], at_most=0)
        for _, column in packages:
            self.model.row([(column, 1), (used, -1)], at_most=0)
        for name in sorted({package.exclusive for package, _ in packages if package.exclusive}):
            self.model.row(plain(column for package, column in packages if package.exclusive == name), at_most=1)
        for capacity in supplier.capacities:
            quantity = self._quantity(supplier.supplier_id, capacity.lines)
            self.model.row([*quantity, (used, -Fraction(capacity.most))], at_most=0)

    def _link(self, link: AllOrNone) -> None:
        """Take the linked offers together; where one of them is missing the others cannot be taken at all."""
        pairs = [(line_id, link.supplier_id) for line_id in sorted(link.lines)]
        offers = [self.pair[pair].taken for pair in pairs if pair in self.pair]
        for one in offers:
            if len(offers) == len(pairs):
                self.model.row([(offers[0], 1), (one, -1)], at_least=0, at_most=0)
            else:
                self.model.fix(one, 0)

    def _rebate(self, rebate: Rebate) -> None:
        spend = self._spend(rebate.supplier_id, rebate.lines)
        ceiling = sum((self._most(column) * part for column, part in spend), Fraction(0))
        part = Fraction(rebate.part)
        off, granted = self.model.column(ceiling * part), self.model.binary()
        self.model.row([(off, 1), *times(spend, -part)], at_most=0)
        self.model.row([(off, 1), (granted, -ceiling * part)], at_most=0)
        if rebate.from_spend is not None:
            self.model.row([*spend, (granted, -Fraction(rebate.from_spend))], at_least=0)
        else:
            for line_id in self.needs if rebate.lines is None else sorted(rebate.lines):
                got = self._given(line_id, rebate.supplier_id)
                self.model.row([*got, (granted, -self.needs[line_id])], at_least=0)
        self.built.cost.append((off, -1))

    def _discounts(self, supplier_id: UUID, discounts: Sequence[BundleDiscount]) -> None:
        """Add a yes or no for each discount, which needs all that is offered; together they are at most the prices."""
        earned: list[Term] = []
        for discount in discounts:
            offers = [self.pair.get((line_id, supplier_id)) for line_id in sorted(discount.lines)]
            granted = self.model.binary(possible=None not in offers)
            earned.append((granted, Fraction(discount.amount)))
            for one in offers:
                if one is not None:
                    all_of_it = self._most_of(one.offer)
                    self.model.row([*one.quantity, (granted, -all_of_it)], at_least=0)
        if not may_exceed(self.problem, supplier_id, discounts):
            self.built.cost += times(earned, -1)
            return
        off = self.model.column(sum((part for _, part in earned), Fraction(0)))
        goods = [term for one in self.own[supplier_id] for term in one.spend if term[0] != one.taken]
        self.model.row([(off, 1), *times(earned, -1)], at_most=0)
        self.model.row([(off, 1), *times(goods, -1)], at_most=0)
        self.built.cost.append((off, -1))

    def _most_of(self, offer: PlanOffer) -> Fraction:
        return most_of(offer, self.needs[offer.line_id], surplus=self.problem.surplus)

    # ---- what the buyer asks

    def slack(self, position: int) -> list[Term]:
        """Add a column for how much the rule at ``position`` is broken."""
        column = self.built.slacks[position] = self.model.column()
        return [(column, 1)]

    def rule(self, rule: Rule, give: list[Term]) -> None:
        """Add one of the buyer's rules, which may be broken by ``give``."""
        if isinstance(rule, LargestShare):
            self._share(rule, give)
            return
        if isinstance(rule, SupplierCount):
            members = list(self.built.used.values()) if rule.line_id is None else self._givers(rule.line_id)
            fewest, most = rule.fewest, rule.most
        else:
            members = self._member(rule)
            fewest, most = (1, None) if isinstance(rule, Force) else (0, 0)
        if fewest:
            self.model.row([*plain(members), *give], at_least=fewest)
        if most is not None:
            self.model.row([*plain(members), *times(give, -1)], at_most=most)

    def _member(self, rule: Exclude | Force) -> list[int]:
        if rule.line_id is None:
            return [self.built.used[rule.supplier_id]]
        giver = self._giver(rule.line_id, rule.supplier_id)
        return [] if giver is None else [giver]

    def _share(self, rule: LargestShare, give: list[Term]) -> None:
        amount = self._quantity if rule.of is ShareOf.QUANTITY else self._spend
        suppliers = list(self.built.used)
        whole = [term for supplier_id in suppliers for term in amount(supplier_id, None)]
        for supplier_id in suppliers if rule.supplier_id is None else [rule.supplier_id]:
            own = amount(supplier_id, None)
            self.model.row([*own, *times(whole, -Fraction(rule.share)), *times(give, -1)], at_most=0)

    # ---- sums

    def _given(self, line_id: UUID, supplier_id: UUID | None = None) -> list[Term]:
        """Return the quantity of a line that is given, by one supplier or by all."""
        terms: list[Term] = []
        for one in self.built.used if supplier_id is None else [supplier_id]:
            made = self.pair.get((line_id, one))
            if made is not None:
                terms += made.quantity
            if self.packed:
                terms += self.packed.get((line_id, one), ())
        return terms

    def _quantity(self, supplier_id: UUID, lines: Collection[UUID] | None) -> list[Term]:
        scope = self.needs if lines is None else sorted(lines)
        return [term for line_id in scope for term in self._given(line_id, supplier_id)]

    def _spend(self, supplier_id: UUID, lines: Collection[UUID] | None) -> list[Term]:
        """Return what is paid to a supplier before rebates; packages count where every line does."""
        own = self.own[supplier_id]
        terms = [term for one in own if lines is None or one.offer.line_id in lines for term in one.spend]
        if lines is None:
            terms += [(column, Fraction(package.price)) for package, column in self.taken[supplier_id]]
        return terms

    def _most(self, column: int) -> Exact:
        upper = self.model.columns[column].upper
        return 0 if upper is None else upper

    def _givers(self, line_id: UUID) -> list[int]:
        givers = [self._giver(line_id, supplier_id) for supplier_id in self.built.used]
        return [one for one in givers if one is not None]

    def _giver(self, line_id: UUID, supplier_id: UUID) -> int | None:
        """Return the column that tells whether a supplier gives anything of a line, None where it never could."""
        key = (line_id, supplier_id)
        if key not in self.givers:
            ways = [self.pair[key].taken] if key in self.pair else []
            ways += [column for column, _ in self.packed.get(key, ())]
            self.givers[key] = self._any_of(ways)
        return self.givers[key]

    def _any_of(self, ways: list[int]) -> int | None:
        """Return a column that is 1 exactly where one of ``ways`` is."""
        if len(ways) <= 1:
            return ways[0] if ways else None
        giver = self.model.binary()
        self.model.row([(giver, 1), *times(plain(ways), -1)], at_most=0)
        for way in ways:
            self.model.row([(giver, 1), (way, -1)], at_least=0)
        return giver
