"""From an award problem to a mixed-integer programme (the sets and conditions of the trading design, section 2).

Quantities are whole numbers of a step: the last decimal that anything said about the line uses. So no award ever asks
for a third of a piece, "below the next tier" is exactly one step less, and a solution can be checked without rounding.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from uuid import UUID

from b2b_market.sourcing.commands.planning import (
    AllOrNone,
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
from b2b_market.sourcing.rules.plan_checking import most_of
from b2b_market.sourcing.rules.plan_model import Model, Term, plain, times

_ONE = Fraction(1)


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
    return several or bool(problem.rebates) or any(isinstance(rule, LargestShare) for rule in problem.rules)


class _Builder:
    def __init__(self, problem: PlanProblem, *, whole: bool) -> None:
        self.problem = problem
        self.whole = whole
        self.built = Built()
        self.model = self.built.model
        self.needs = {line.line_id: Fraction(line.quantity) for line in problem.lines}
        self.steps = _steps(problem)
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
            self.built.cost.append((used, Fraction(supplier.onboarding)))
        ordered = sorted(self.problem.offers, key=lambda one: (lines[one.line_id], places[one.supplier_id]))
        for offer in ordered:
            made = self._offer(offer)
            self.built.offers.append(made)
            self.own[offer.supplier_id].append(made)
            self.pair[offer.line_id, offer.supplier_id] = made
        for package in self.problem.packages:
            self._package(package)
        for line in self.problem.lines:
            given = self._given(line.line_id)
            if shortage:
                short = self.built.short[line.line_id] = self.model.column(self.needs[line.line_id])
                given.append((short, _ONE))
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
        fewest = max(ceil(Fraction(offer.minimum) / step), 1)
        most = floor(most_of(offer, self.needs[offer.line_id], surplus=self.problem.surplus) / step)
        # only where something hangs on it, taking an offer is a yes or no; anywhere else quantities alone decide
        taken = self.model.column(int(fewest <= most), integer=fewest > 1 or self._decisive(offer))
        add = self._all_units if offer.mode is TierMode.ALL_UNITS else self._incremental
        parts = add(offer, taken, most)
        self.model.row([*plain(column for column, _ in parts), (taken, Fraction(-most))], at_most=0)
        self.model.row([*plain(column for column, _ in parts), (taken, Fraction(-fewest))], at_least=0)
        if offer.multiple is not None:
            times_multiple = self.model.column(floor(most * step / Fraction(offer.multiple)), integer=True)
            whole = Fraction(offer.multiple) / step
            self.model.row([*plain(column for column, _ in parts), (times_multiple, -whole)], at_least=0, at_most=0)
        self.model.row([(taken, _ONE), (self.built.used[offer.supplier_id], -_ONE)], at_most=0)
        spend = [(column, step * price) for column, price in parts]
        spend.append((taken, Fraction(offer.setup)))
        self.built.cost += spend
        return OfferColumns(offer, taken, [(column, step) for column, _ in parts], spend)

    def _decisive(self, offer: PlanOffer) -> bool:
        """Tell whether something but the quantity hangs on taking an offer."""
        own = bool(offer.setup) or len(offer.tiers) > 1 or offer.multiple is not None
        return own or offer.line_id in self.ruled or (offer.line_id, offer.supplier_id) in self.linked

    def _all_units(self, offer: PlanOffer, taken: int, most: int) -> list[Term]:
        """Add one quantity per tier, of which one at most is used; return them with their prices."""
        step = self.steps[offer.line_id]
        starts = [max(int(Fraction(tier.start) / step), 1) for tier in offer.tiers]
        ends = [min(start - 1, most) for start in starts[1:]] + [most]
        usable = [
            (start, end, Fraction(tier.price))
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
                self.model.row([(quantity, _ONE), (tier, Fraction(-start))], at_least=0)
                self.model.row([(quantity, _ONE), (tier, Fraction(-end))], at_most=0)
        if chosen:
            self.model.row([*plain(chosen), (taken, -_ONE)], at_least=0, at_most=0)
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
                self.model.row([(before, _ONE), (following, Fraction(starts[number - 1] - start))], at_least=0)
                begun = following
            self.model.row([(quantity, _ONE), (begun, Fraction(-width))], at_most=0)
            parts.append((quantity, Fraction(tier.price)))
        return parts

    # ---- what suppliers ask

    def conditions(self) -> None:
        """Add capacities, exclusive packages, links and rebates, and count a supplier only where it gives something."""
        for supplier in self.problem.suppliers:
            self._supplier(supplier)
        for link in self.problem.links:
            self._link(link)
        for rebate in self.problem.rebates:
            self._rebate(rebate)

    def _supplier(self, supplier: PlanSupplier) -> None:
        used = self.built.used[supplier.supplier_id]
        packages = self.taken[supplier.supplier_id]
        ways = [one.taken for one in self.own[supplier.supplier_id]] + [column for _, column in packages]
        self.model.row([(used, _ONE), *times(plain(ways), -1)], at_most=0)
        for _, column in packages:
            self.model.row([(column, _ONE), (used, -_ONE)], at_most=0)
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
                self.model.row([(offers[0], _ONE), (one, -_ONE)], at_least=0, at_most=0)
            else:
                self.model.fix(one, Fraction(0))

    def _rebate(self, rebate: Rebate) -> None:
        spend = self._spend(rebate.supplier_id, rebate.lines)
        ceiling = sum((self._most(column) * part for column, part in spend), Fraction(0))
        part = Fraction(rebate.part)
        off, granted = self.model.column(ceiling * part), self.model.binary()
        self.model.row([(off, _ONE), *times(spend, -part)], at_most=0)
        self.model.row([(off, _ONE), (granted, -ceiling * part)], at_most=0)
        if rebate.from_spend is not None:
            self.model.row([*spend, (granted, -Fraction(rebate.from_spend))], at_least=0)
        else:
            for line_id in self.needs if rebate.lines is None else sorted(rebate.lines):
                got = self._given(line_id, rebate.supplier_id)
                self.model.row([*got, (granted, -self.needs[line_id])], at_least=0)
        self.built.cost.append((off, -_ONE))

    # ---- what the buyer asks

    def slack(self, position: int) -> list[Term]:
        """Add a column for how much the rule at ``position`` is broken."""
        column = self.built.slacks[position] = self.model.column()
        return [(column, _ONE)]

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
            if (line_id, one) in self.pair:
                terms += self.pair[line_id, one].quantity
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

    def _most(self, column: int) -> Fraction:
        upper = self.model.columns[column].upper
        return Fraction(0) if upper is None else upper

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
        self.model.row([(giver, _ONE), *times(plain(ways), -1)], at_most=0)
        for way in ways:
            self.model.row([(giver, _ONE), (way, -_ONE)], at_least=0)
        return giver


def _steps(problem: PlanProblem) -> Mapping[UUID, Fraction]:
    """Return the step of every line: one unit of the last decimal that anything said about it uses."""
    said: dict[UUID, list[Decimal]] = {line.line_id: [line.quantity] for line in problem.lines}
    for offer in problem.offers:
        more = [offer.minimum, *(tier.start for tier in offer.tiers)]
        said[offer.line_id] += [*more, *(one for one in (offer.maximum, offer.multiple) if one is not None)]
    for package in problem.packages:
        for line_id, quantity in package.contents.items():
            said[line_id].append(quantity)
    return {line_id: Fraction(1, max(_grain(value) for value in values)) for line_id, values in said.items()}


def _grain(value: Decimal) -> int:
    """Return 10 to the number of decimals that ``value`` really uses."""
    denominator, grain = Fraction(value).denominator, 1
    while grain % denominator:
        grain *= 10
    return grain
