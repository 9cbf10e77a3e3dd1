"""What an award is optimised over: needs, offers with tiers, packages, rebates, and the buyer's own rules.

Plain values in one comparison currency; costs per unit are exact (a landed cost may be a fraction). Suppliers and lines
stand in *declared order*, which settles what nothing else settles. Quantities of one line are in one unit; capacities
and shares of quantity add up different lines only where these share a unit, which the caller sees to. Broken values
are programming errors: ValueError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from uuid import UUID

Amount = Decimal | Fraction


class TierMode(StrEnum):
    """What a lower price from a quantity on is for: all units, or only those beyond it."""

    ALL_UNITS = "all_units"
    INCREMENTAL = "incremental"


@dataclass(frozen=True, slots=True)
class Tier:
    """``price`` per unit from ``start`` on (ALL_UNITS), or for the units after the first ``start`` (INCREMENTAL)."""

    start: Decimal
    price: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanLine:
    """A need: so much of it is to be given, no more unless the problem allows a surplus."""

    line_id: UUID
    quantity: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOffer:
    """One supplier's offer for one line.

    ``tiers`` begin at 0 and rise. If anything is taken it is at least ``minimum``, at most ``maximum`` (None: no limit
    of its own) and a whole number of times ``multiple`` (None: any), and costs ``setup`` once.
    """

    line_id: UUID
    supplier_id: UUID
    tiers: tuple[Tier, ...]
    mode: TierMode = TierMode.ALL_UNITS
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    multiple: Decimal | None = None
    setup: Amount = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse tiers out of order, negative amounts and multiples of nothing."""
        starts = [tier.start for tier in self.tiers]
        if not starts or starts[0] != 0 or any(low >= high for low, high in pairwise(starts)):
            raise ValueError("tiers begin at 0 and rise")
        if self.setup < 0 or self.minimum < 0 or any(tier.price < 0 for tier in self.tiers):
            raise ValueError("prices, set-up costs and minimums are not negative")
        if (self.maximum is not None and self.maximum <= 0) or (self.multiple is not None and self.multiple <= 0):
            raise ValueError("maximums and multiples are positive")


@dataclass(frozen=True, slots=True)
class Capacity:
    """At most ``most`` in all over ``lines`` (None: every line)."""

    most: Decimal
    lines: frozenset[UUID] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSupplier:
    """A supplier: what it can make, what it costs once to deal with it, and its ``merit`` among equal costs."""

    supplier_id: UUID
    capacities: tuple[Capacity, ...] = ()
    onboarding: Amount = Decimal(0)
    merit: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """Fixed quantities of several lines for one ``price``, taken once or not; of one ``exclusive`` name at most one."""

    supplier_id: UUID
    contents: Mapping[UUID, Decimal]
    price: Amount
    exclusive: str = ""


@dataclass(frozen=True, slots=True)
class AllOrNone:
    """The supplier's offers for ``lines`` are taken all or not at all ("both or none")."""

    supplier_id: UUID
    lines: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebate:
    """``part`` (0 to 1) of a supplier's spend comes off it.

    With ``from_spend``, once the spend reaches it; without, if the supplier gets all of every line. ``lines`` limits
    what counts and what is reduced (None: everything, packages included). Several rebates add up, each on the spend
    before any of them; onboarding never counts.
    """

    supplier_id: UUID
    part: Decimal
    from_spend: Amount | None = None
    lines: frozenset[UUID] | None = None

    def __post_init__(self) -> None:
        """Refuse a rebate of more than there is."""
        if not 0 <= self.part <= 1:
            raise ValueError("a rebate is a part between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleDiscount:
    """``amount`` comes off if each of the supplier's offers for ``lines`` is taken as far as it goes.

    That is its maximum, or all that is needed: so an offer with a discount has one quantity and one price, and the
    caller knows what a percentage comes to. Several add up, never to more than the supplier's prices; set-up, packages
    and onboarding are not reduced.
    """

    supplier_id: UUID
    amount: Amount
    lines: frozenset[UUID]

    def __post_init__(self) -> None:
        """Refuse a discount for nothing, and one that makes an award dearer."""
        if not self.lines or self.amount < 0:
            raise ValueError("a discount is for lines, and not negative")


class ShareOf(StrEnum):
    """What a share is a share of: the quantity of all lines, or the spend before rebates and onboarding."""

    QUANTITY = "quantity"
    SPEND = "spend"


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierCount:
    """At least ``fewest`` and at most ``most`` suppliers, in all or for one line (single source: ``most`` 1)."""

    fewest: int = 0
    most: int | None = None
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LargestShare:
    """No supplier (or not this one) gets more than ``share`` (0 to 1) of the whole award."""

    share: Decimal
    of: ShareOf
    supplier_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Exclude:
    """This supplier gets nothing, or nothing of one line."""

    supplier_id: UUID
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Force:
    """This supplier gets something, or something of one line."""

    supplier_id: UUID
    line_id: UUID | None = None


Rule = SupplierCount | LargestShare | Exclude | Force


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanProblem:
    """Everything an award is optimised over; ``rules`` are the buyer's, the most important first.

    With ``surplus`` a line may be given more than it needs, each offer as far as its own minimum, multiple or last tier
    asks for it (that can be the better buy); without, exactly what it needs.
    """

    lines: tuple[PlanLine, ...]
    suppliers: tuple[PlanSupplier, ...]
    offers: tuple[PlanOffer, ...]
    packages: tuple[Package, ...] = ()
    links: tuple[AllOrNone, ...] = ()
    rebates: tuple[Rebate, ...] = ()
    discounts: tuple[BundleDiscount, ...] = ()
    rules: tuple[Rule, ...] = ()
    surplus: bool = False

    def __post_init__(self) -> None:
        """Refuse repeated lines, suppliers and offers, needs of nothing, and whatever names a stranger."""
        lines, suppliers = {line.line_id for line in self.lines}, {one.supplier_id for one in self.suppliers}
        pairs = {(offer.line_id, offer.supplier_id) for offer in self.offers}
        if (len(lines), len(suppliers), len(pairs)) != (len(self.lines), len(self.suppliers), len(self.offers)):
            raise ValueError("lines, suppliers and offers stand once")
        if not self.lines or any(line.quantity <= 0 for line in self.lines):
            raise ValueError("there is a need, and each has a positive quantity")
        if not self._named_lines() <= lines or not self._named_suppliers() <= suppliers:
            raise ValueError("offers, packages, links, rebates and rules are about lines and suppliers of the problem")

    def _named_lines(self) -> set[UUID]:
        scopes = [link.lines for link in self.links]
        scopes += [rebate.lines for rebate in self.rebates if rebate.lines is not None]
        scopes += [discount.lines for discount in self.discounts]
        capacities = [capacity for supplier in self.suppliers for capacity in supplier.capacities]
        scopes += [capacity.lines for capacity in capacities if capacity.lines is not None]
        scopes += [frozenset(package.contents) for package in self.packages]
        scopes.append(frozenset(offer.line_id for offer in self.offers))
        of_rules = [rule.line_id for rule in self.rules if not isinstance(rule, LargestShare)]
        return {line_id for scope in (*scopes, of_rules) for line_id in scope if line_id is not None}

    def _named_suppliers(self) -> set[UUID]:
        named = {offer.supplier_id for offer in self.offers} | {package.supplier_id for package in self.packages}
        named |= {link.supplier_id for link in self.links} | {rebate.supplier_id for rebate in self.rebates}
        named |= {discount.supplier_id for discount in self.discounts}
        of_rules = [rule.supplier_id for rule in self.rules if not isinstance(rule, SupplierCount)]
        return named | {supplier_id for supplier_id in of_rules if supplier_id is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long the search may take in all, in seconds of the solver, and the relative ``gap`` that is good enough."""

    seconds: int
    gap: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        """Refuse a search without an end."""
        if not 1 <= self.seconds <= 3600 or not 0 <= self.gap < 1:  # noqa: PLR2004 - an hour is the longest job
            raise ValueError("a search ends within an hour, at a gap from 0 to below 1")
