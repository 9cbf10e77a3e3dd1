"""What a plan really costs and whether it really holds, worked out in fractions from the problem alone.

Nothing here knows of the solver or its model: a plan that the solver would have bent somewhere is found out.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil
from uuid import UUID

from b2b_market.sourcing.commands.planning import (
    BundleDiscount,
    Force,
    LargestShare,
    PlanOffer,
    PlanProblem,
    Rebate,
    Rule,
    ShareOf,
    SupplierCount,
    TierMode,
)

Pair = tuple[UUID, UUID]


@dataclass(frozen=True, slots=True)
class PlanShare:
    """So much of a line by a supplier's offer; what packages bring is not in it."""

    line_id: UUID
    supplier_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class Plan:
    """Who gives what: shares in the order of the lines and suppliers, and the places of the packages taken."""

    shares: tuple[PlanShare, ...]
    packages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplierCost:
    """What one supplier costs: ``spend`` before ``rebate`` (discounts too), and ``onboarding`` beside it."""

    supplier_id: UUID
    spend: Fraction
    rebate: Fraction
    onboarding: Fraction


@dataclass(frozen=True, slots=True)
class Examination:
    """The exact cost of a plan by supplier, what each line is given, and every condition it breaks, in plain words."""

    suppliers: tuple[SupplierCost, ...]
    given: Mapping[Pair, Fraction]
    broken: tuple[str, ...]

    @property
    def cost(self) -> Fraction:
        """The whole cost."""
        return sum((one.spend - one.rebate + one.onboarding for one in self.suppliers), Fraction(0))


def examine(problem: PlanProblem, plan: Plan) -> Examination:
    """Work out cost and faults of a plan; a plan for offers or packages that do not exist is a KeyError."""
    return Examiner(problem).examine(plan)


def offer_cost(offer: PlanOffer, quantity: Fraction) -> Fraction:
    """Return what ``quantity`` (above 0) of an offer costs with its set-up."""
    if offer.mode is TierMode.ALL_UNITS:
        reached = next(tier for tier in reversed(offer.tiers) if quantity >= Fraction(tier.start))
        goods = Fraction(reached.price) * quantity
        return goods + Fraction(offer.setup) if offer.setup else goods
    starts = [Fraction(tier.start) for tier in offer.tiers]
    prices = [Fraction(tier.price) for tier in offer.tiers]
    bounds = [*(min(start, quantity) for start in starts), quantity]
    widths = [above - below for below, above in pairwise(bounds)]
    return sum((price * width for price, width in zip(prices, widths, strict=True)), Fraction(offer.setup))


def price_of(offer: PlanOffer, quantity: Fraction) -> Fraction:
    """Return what ``quantity`` (above 0) of an offer costs without its set-up: what discounts come off."""
    return offer_cost(offer, quantity) - Fraction(offer.setup)


def discounts_by_supplier(problem: PlanProblem) -> Mapping[UUID, Sequence[BundleDiscount]]:
    """Return the discounts of a problem by supplier, in order."""
    found: dict[UUID, list[BundleDiscount]] = {}
    for discount in problem.discounts:
        found.setdefault(discount.supplier_id, []).append(discount)
    return found


def may_exceed(problem: PlanProblem, supplier_id: UUID, discounts: Sequence[BundleDiscount]) -> bool:
    """Tell whether discounts of a supplier could come to more than the prices of the lines that they are for."""
    needs = {line.line_id: Fraction(line.quantity) for line in problem.lines}
    prices = {
        offer.line_id: price_of(offer, most_of(offer, needs[offer.line_id], surplus=problem.surplus))
        for offer in problem.offers
        if offer.supplier_id == supplier_id
    }
    parts: dict[UUID, Fraction] = defaultdict(Fraction)
    for discount in discounts:
        whole = sum((prices.get(line_id, Fraction(0)) for line_id in discount.lines), Fraction(0))
        for line_id in discount.lines:
            parts[line_id] += Fraction(discount.amount) / whole if whole else int(bool(discount.amount)) * 2
    return any(part > 1 for part in parts.values())


def most_of(offer: PlanOffer, need: Fraction, *, surplus: bool) -> Fraction:
    """Return the most that may be taken of an offer: the need, and beyond it what ``PlanProblem.surplus`` allows."""
    most = need
    if surplus:
        most = max(need, Fraction(offer.minimum), Fraction(offer.tiers[-1].start))
        if offer.multiple is not None:
            most = ceil(most / Fraction(offer.multiple)) * Fraction(offer.multiple)
    return most if offer.maximum is None else min(most, Fraction(offer.maximum))


class Examiner:
    """Examines one plan for a problem after another."""

    def __init__(self, problem: PlanProblem) -> None:
        """Look up once what the problem says of each offer, need and supplier."""
        self.problem = problem
        self.offers = {(offer.line_id, offer.supplier_id): offer for offer in problem.offers}
        self.discounts = discounts_by_supplier(problem)
        self.needs = {line.line_id: Fraction(line.quantity) for line in problem.lines}

    def examine(self, plan: Plan) -> Examination:
        """Work out cost and faults of a plan; a plan for offers or packages that do not exist is a KeyError."""
        return _Examined(self, plan).examination()


class _Examined:
    def __init__(self, known: Examiner, plan: Plan) -> None:
        problem = self.problem = known.problem
        self.offers, self.discounts, self.needs = known.offers, known.discounts, known.needs
        self.bought: dict[Pair, Fraction] = {
            (share.line_id, share.supplier_id): Fraction(share.quantity) for share in plan.shares
        }
        self.own: dict[UUID, list[tuple[UUID, Fraction]]] = defaultdict(list)
        """By supplier: the lines of which its offers are taken, with what that costs."""
        for pair, bought in self.bought.items():
            self.own[pair[1]].append((pair[0], offer_cost(self.offers[pair], bought)))
        self.packages = [problem.packages[place] for place in plan.packages]
        self.given: dict[Pair, Fraction] = defaultdict(Fraction, self.bought)
        for package in self.packages:
            for line_id, quantity in package.contents.items():
                self.given[line_id, package.supplier_id] += Fraction(quantity)
        self.used = self.own.keys() | {one.supplier_id for one in self.packages}

    def examination(self) -> Examination:
        costs = tuple(
            SupplierCost(
                supplier.supplier_id,
                self._spend(supplier.supplier_id),
                self._rebates(supplier.supplier_id),
                Fraction(supplier.onboarding),
            )
            for supplier in self.problem.suppliers
            if supplier.supplier_id in self.used
        )
        broken = [*self._needs(), *self._offers(), *self._suppliers()]
        broken += [f"{rule}" for rule in self.problem.rules if not self._holds(rule)]
        return Examination(costs, dict(self.given), tuple(broken))

    def _spend(self, supplier_id: UUID, lines: Sequence[UUID] | frozenset[UUID] | None = None) -> Fraction:
        own = self.own.get(supplier_id, ())
        bought = sum((cost for line_id, cost in own if lines is None or line_id in lines), Fraction(0))
        if lines is not None:
            return bought
        return bought + sum(Fraction(one.price) for one in self.packages if one.supplier_id == supplier_id)

    def _rebates(self, supplier_id: UUID) -> Fraction:
        own = [rebate for rebate in self.problem.rebates if rebate.supplier_id == supplier_id and self._granted(rebate)]
        spend = (Fraction(one.part) * self._spend(supplier_id, one.lines) for one in own)
        return sum(spend, self._discounts(supplier_id))

    def _discounts(self, supplier_id: UUID) -> Fraction:
        """Return what bundles take off: those of which every offer is taken as far as it goes, capped by the prices."""
        discounts = self.discounts.get(supplier_id)
        if discounts is None:
            return Fraction(0)
        own = {line_id: quantity for (line_id, owner), quantity in self.bought.items() if owner == supplier_id}
        offers = {line_id: self.offers[line_id, supplier_id] for line_id in own}
        whole = {line_id for line_id, offer in offers.items() if own[line_id] >= self._most(offer)}
        earned = [one for one in discounts if one.lines <= whole]
        prices = sum((price_of(offer, own[line_id]) for line_id, offer in offers.items()), Fraction(0))
        return min(sum((Fraction(one.amount) for one in earned), Fraction(0)), prices)

    def _most(self, offer: PlanOffer) -> Fraction:
        return most_of(offer, self.needs[offer.line_id], surplus=self.problem.surplus)

    def _granted(self, rebate: Rebate) -> bool:
        if rebate.from_spend is not None:
            return self._spend(rebate.supplier_id, rebate.lines) >= rebate.from_spend
        lines = self.needs if rebate.lines is None else rebate.lines
        return all(self.given.get((line, rebate.supplier_id), 0) >= self.needs[line] for line in lines)

    def _needs(self) -> Iterator[str]:
        sums: dict[UUID, Fraction] = defaultdict(Fraction)
        for (line_id, _), quantity in self.given.items():
            sums[line_id] += quantity
        for line_id, need in self.needs.items():
            given = sums[line_id]
            if given < need or (given > need and not self.problem.surplus):
                yield f"line {line_id} gets {given} of {need}"

    def _offers(self) -> Iterator[str]:
        for pair, quantity in self.bought.items():
            offer = self.offers[pair]
            most = self._most(offer)
            below = quantity <= 0 or (offer.minimum and quantity < Fraction(offer.minimum))
            if below or quantity > most:
                yield f"{quantity} is outside the offer {pair}"
            if offer.multiple is not None and quantity % Fraction(offer.multiple):
                yield f"{quantity} is no multiple of the offer {pair}"

    def _suppliers(self) -> Iterator[str]:
        for supplier in self.problem.suppliers:
            for capacity in supplier.capacities:
                if self._quantity(supplier.supplier_id, capacity.lines) > capacity.most:
                    yield f"{supplier.supplier_id} cannot make so much"
        names = [(one.supplier_id, one.exclusive) for one in self.packages if one.exclusive]
        if len(names) != len(set(names)):
            yield "two packages exclude each other"
        for link in self.problem.links:
            taken = [(line_id, link.supplier_id) in self.bought for line_id in link.lines]
            if any(taken) and not all(taken):
                yield f"{link} is taken in part"

    def _quantity(self, supplier_id: UUID, lines: frozenset[UUID] | None) -> Fraction:
        return sum(
            (
                quantity
                for (line_id, owner), quantity in self.given.items()
                if owner == supplier_id and (lines is None or line_id in lines)
            ),
            Fraction(0),
        )

    def _holds(self, rule: Rule) -> bool:
        if isinstance(rule, LargestShare):
            return self._share_holds(rule)
        if isinstance(rule, SupplierCount):
            count = len(self._givers(rule.line_id))
            return rule.fewest <= count and (rule.most is None or count <= rule.most)
        gives = rule.supplier_id in self._givers(rule.line_id)
        return gives if isinstance(rule, Force) else not gives

    def _givers(self, line_id: UUID | None) -> set[UUID]:
        if line_id is None:
            return self.used
        return {owner for (line, owner), quantity in self.given.items() if line == line_id and quantity}

    def _share_holds(self, rule: LargestShare) -> bool:
        owners = [supplier.supplier_id for supplier in self.problem.suppliers]
        amounts = {
            owner: self._quantity(owner, None) if rule.of is ShareOf.QUANTITY else self._spend(owner)
            for owner in owners
        }
        whole = sum(amounts.values(), Fraction(0))
        asked = owners if rule.supplier_id is None else [rule.supplier_id]
        return all(amounts[owner] <= Fraction(rule.share) * whole for owner in asked)
