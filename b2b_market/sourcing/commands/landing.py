"""What landed cost is worked out from: a price under its delivery term, the buyer's costs of the way, when money moves.

All amounts are per one unit of the need and without recoverable tax. Days count from the basis day (the expected
delivery, or the invoice where terms are reckoned from it): a deposit has a negative day. Broken values are programming
errors: ValueError.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate


class Leg(StrEnum):
    """One cost between the seller's floor and the buyer's use, in the order in which it arises."""

    LOADING = "loading"
    EXPORT_CLEARANCE = "export_clearance"
    ORIGIN_CARRIAGE = "origin_carriage"
    BOARDING = "boarding"
    FREIGHT = "freight"
    INSURANCE = "insurance"
    ARRIVAL_HANDLING = "arrival_handling"
    IMPORT_CLEARANCE = "import_clearance"
    DUTY = "duty"
    INLAND = "inland"
    UNLOADING = "unloading"
    INSPECTION = "inspection"
    RISK = "risk"
    SWITCHING = "switching"


@dataclass(frozen=True, slots=True)
class LegCost:
    """What one leg costs the buyer per unit, when it is paid and who says so (shown as the figure's source)."""

    amount: Money
    day: int
    source: str

    def __post_init__(self) -> None:
        """Refuse a negative cost."""
        if self.amount.amount < 0:
            raise ValueError("the cost of a leg is not negative")


@dataclass(frozen=True, slots=True)
class PartOfPrice:
    """A leg that costs a ``rate`` (0.02 is 2 %) of the quoted price."""

    rate: Decimal
    day: int
    source: str

    def __post_init__(self) -> None:
        """Refuse a negative rate."""
        if self.rate < 0:
            raise ValueError("the cost of a leg is not negative")


@dataclass(frozen=True, slots=True)
class SpreadCost:
    """A leg that costs ``total`` once for a whole quotation, borne by value: a unit bears price ÷ ``over`` of it.

    ``over`` is what everything quoted comes to, in the currency of the price.
    """

    total: Money
    over: Money
    day: int
    source: str

    def __post_init__(self) -> None:
        """Refuse a negative cost, and a quotation of nothing to spread it over."""
        if self.total.amount < 0 or self.over.amount <= 0:
            raise ValueError("the cost of a leg is not negative and spread over a positive value")


@dataclass(frozen=True, slots=True)
class Insurance:
    """Cargo insurance by formula: ``rate`` of the insured sum, which is ``cover`` times the CIF value."""

    rate: Decimal
    day: int
    source: str
    cover: Decimal = Decimal("1.1")

    def __post_init__(self) -> None:
        """Refuse a rate that would insure more than there is."""
        if self.rate < 0 or self.cover <= 0 or self.rate * self.cover >= 1:
            raise ValueError("an insurance rate is not negative and its premium below the insured value")


class CustomsBasis(StrEnum):
    """What the importing country levies duty on: with the way to it (CN, EU), or without (US)."""

    CIF = "cif"
    FOB = "fob"


@dataclass(frozen=True, slots=True)
class Duty:
    """Import duty as a part of the customs value."""

    rate: Decimal
    day: int
    source: str
    basis: CustomsBasis = CustomsBasis.CIF

    def __post_init__(self) -> None:
        """Refuse a negative rate."""
        if self.rate < 0:
            raise ValueError("a rate of duty is not negative")


@dataclass(frozen=True, slots=True)
class Switching:
    """What changing to this supplier costs once (tools, approval), spread over the quantity."""

    total: Money
    quantity: Decimal
    day: int
    source: str

    def __post_init__(self) -> None:
        """Refuse a negative cost and a quantity of nothing."""
        if self.total.amount < 0 or self.quantity <= 0:
            raise ValueError("switching costs are not negative and spread over a positive quantity")


@dataclass(frozen=True, slots=True)
class Instalment:
    """A ``share`` (above 0, at most 1) of the price, paid ``day`` days after the basis day."""

    share: Decimal
    day: int


Terms = tuple[Instalment, ...]

CASH: Terms = (Instalment(Decimal(1), 0),)
"""Everything on the basis day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TermedPrice:
    """A quoted unit price with the delivery term it is quoted under, the place it names, and when it is paid.

    ``customs_value`` is what would be declared per unit where the quotation states it. ``left_to_buyer`` are legs that
    the named place leaves to the buyer although the term usually has the seller pay them (carriage to a terminal
    instead of the door). ``setup`` is charged once for ``quantity`` and paid with the price. ``source`` says where the
    price comes from.
    """

    unit_price: Money
    incoterm: str
    place: str
    source: str
    terms: Terms = CASH
    customs_value: Money | None = None
    left_to_buyer: frozenset[Leg] = frozenset()
    setup: Money | None = None
    quantity: Decimal = Decimal(1)

    def __post_init__(self) -> None:
        """Refuse negative amounts, a term without its place, and instalments that do not add up to the price."""
        if self.unit_price.amount < 0 or (self.customs_value is not None and self.customs_value.amount < 0):
            raise ValueError("prices and customs values are not negative")
        if self.quantity <= 0 or (self.setup is not None and self.setup.amount < 0):
            raise ValueError("a set-up cost is not negative and for a positive quantity")
        if not self.place.strip():
            raise ValueError("a delivery term names its place")
        require_terms(self.terms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The buyer's own costs of getting one unit from this supplier; a leg without an entry is not estimated.

    ``legs`` never holds DUTY (it has its own rule), and INSURANCE and SWITCHING only where they are not by formula.
    ``import_vat`` is the recoverable tax on customs value and duty: cash, but no cost.
    """

    legs: Mapping[Leg, LegCost | PartOfPrice | SpreadCost] = field(default_factory=dict)
    insurance: Insurance | None = None
    duty: Duty | None = None
    switching: Switching | None = None
    import_vat: Decimal | None = None

    def __post_init__(self) -> None:
        """Refuse a leg that is stated in two places."""
        if Leg.DUTY in self.legs:
            raise ValueError("duty has its own rule")
        if self.switching is not None and Leg.SWITCHING in self.legs:
            raise ValueError("switching costs are stated once")
        if self.insurance is not None and Leg.INSURANCE in self.legs:
            raise ValueError("insurance is an amount or a formula, not both")
        if self.import_vat is not None and self.import_vat < 0:
            raise ValueError("a rate of tax is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Valuation:
    """In what currency, on which frozen rates and at what yearly cost of capital ``annual_rate`` money is compared."""

    currency: Currency
    annual_rate: Decimal
    rate_source: str
    rates: tuple[Rate, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a negative cost of capital and two rates for one pair."""
        if self.annual_rate < 0:
            raise ValueError("a cost of capital is not negative")
        if len({(rate.base, rate.quote) for rate in self.rates}) != len(self.rates):
            raise ValueError("there is one rate per pair of currencies")


def require_terms(terms: Terms) -> None:
    """Refuse payment terms that pay another amount than the price (ValueError)."""
    if any(one.share <= 0 for one in terms) or sum((one.share for one in terms), Decimal(0)) != 1:
        raise ValueError("instalments are positive shares that add up to 1")
