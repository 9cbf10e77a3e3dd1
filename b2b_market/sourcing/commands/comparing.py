"""What a comparison is made of: needs, quotes, the basis they are compared on, and picks.

Everything here is frozen and complete in itself, so that a comparison can be stored, hashed and made again with the
same result. Broken values (floats, negative prices, a quote that mixes currencies) are programming errors:
ValueError.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity

HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One line of what is wanted; ``target_price`` is per unit of ``quantity`` and the quantity is positive."""

    line_id: UUID
    number: int
    item: str
    specification: str
    quantity: Quantity
    target_price: Money | None = None
    required_on: date | None = None

    def __post_init__(self) -> None:
        """Refuse a need of nothing and a negative target."""
        if self.quantity.value <= 0:
            raise ValueError("a need has a positive quantity")
        if self.target_price is not None and self.target_price.amount < 0:
            raise ValueError("a target price is not negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteLine:
    """A supplier's answer to one need; quantities are in the need's unit and ``unit_price`` is per one of that unit.

    ``offered`` is None where the whole need is offered; ``minimum`` is the smallest quantity the supplier accepts;
    ``lead_days`` are calendar days from the start of delivery; ``valid_until`` is the last day on which the offer
    holds. ``incomplete`` tells that the price lacks costs which the buyer pays: it is shown, but not ranked.
    """

    offer_id: UUID
    line_id: UUID
    unit_price: Money
    offered: Quantity | None = None
    minimum: Quantity | None = None
    lead_days: int | None = None
    valid_until: date | None = None
    alternative: bool = False
    note: str = ""
    incomplete: bool = False
    setup: Money | None = None
    """What is charged once if anything of the line is taken; on top of the prices."""
    multiple: Decimal | None = None
    """Only whole multiples of this are sold."""
    tiers: tuple[tuple[Decimal, Decimal], ...] = ()
    """All-units prices: (from this quantity on, unit price), rising; empty where one price holds for all."""
    unanswered: tuple[Decimal, ...] = ()
    """The quantities at which a price was asked for and none is named."""
    variant: int = 0
    """Which of the supplier's offers to this need: 0 the first, from 1 on its alternates."""

    def price_at(self, quantity: Decimal) -> Money:
        """Return the unit price of all units where ``quantity`` is taken; below the first tier its price holds too."""
        if not self.tiers:
            return self.unit_price
        reached = [price for start, price in self.tiers if start <= quantity]
        return Money(reached[-1] if reached else self.tiers[0][1], self.unit_price.currency)

    def __post_init__(self) -> None:
        """Refuse negative prices and lead times, and an offer of nothing."""
        if self.unit_price.amount < 0:
            raise ValueError("a unit price is not negative")
        if self.lead_days is not None and self.lead_days < 0:
            raise ValueError("a lead time is not negative")
        if self.offered is not None and self.offered.value <= 0:
            raise ValueError("an offer has a positive quantity; a line without an offer is left out of the quote")
        if self.setup is not None and (self.setup.amount < 0 or self.setup.currency != self.unit_price.currency):
            raise ValueError("a set-up cost is not negative and in the currency of the price")


class ChargeKind(StrEnum):
    """What stands beside the prices of an award, in the order in which it is shown."""

    SETUP = "setup"
    """Charged once for a line if anything of it is taken."""
    FREIGHT = "freight"
    """Charged once for the way of everything that is taken."""
    DISCOUNT = "discount"
    """What comes off because all lines of a bundle are taken; a negative amount."""


@dataclass(frozen=True, slots=True)
class Discount:
    """``percent`` off the prices of the lines in ``quantities`` if each is taken in that quantity at least."""

    percent: Decimal
    quantities: Mapping[UUID, Decimal]

    def __post_init__(self) -> None:
        """Refuse a discount on nothing, and one of more than there is."""
        if not self.quantities or not 0 <= self.percent <= HUNDRED:
            raise ValueError("a discount is 0 to 100 percent off some lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One supplier's live quote: all prices in one currency, at most one answer per need, and alternates to it.

    ``freight`` is charged once if anything is taken, on top of prices and set-up; ``discounts`` are earned by taking
    the first offers to all of their lines.
    """

    supplier_id: UUID
    supplier: str
    currency: Currency
    submitted_at: datetime
    lines: tuple[QuoteLine, ...]
    alternates: tuple[QuoteLine, ...] = ()
    """Further offers to needs that ``lines`` answers, each with a variant of its own from 1 on."""
    freight: Money | None = None
    discounts: tuple[Discount, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a naive time, a second currency and two answers to one need."""
        if self.freight is not None and (self.freight.amount < 0 or self.freight.currency != self.currency):
            raise ValueError("freight is not negative and in the currency of the quote")
        if self.submitted_at.tzinfo is None:
            raise ValueError("submission times are aware")
        if any(line.unit_price.currency != self.currency for line in self.lines):
            raise ValueError("a quote has one currency")
        if len({line.line_id for line in self.lines}) != len(self.lines):
            raise ValueError("a quote answers a need once")
        if self.alternates:
            self._require_sound_alternates()

    def _require_sound_alternates(self) -> None:
        answered = {line.line_id for line in self.lines}
        places = {(line.line_id, line.variant) for line in self.alternates}
        if any(line.unit_price.currency != self.currency for line in self.alternates):
            raise ValueError("a quote has one currency")
        if any(line.line_id not in answered or line.variant < 1 for line in self.alternates):
            raise ValueError("an alternate stands beside a first offer")
        if len(places) != len(self.alternates):
            raise ValueError("two alternates share a variant")


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What quotes are compared on: one currency with frozen rates, and the days that offers are judged by.

    A rate is used where its ``base`` is the quoted and its ``quote`` the comparison currency; an inverse is not
    derived, because 1/x is rarely exact. ``judged_on`` is the buyer's day on which expiry is judged;
    ``delivery_start`` is the day lead times count from; offers should hold until ``hold_until`` (the planned day of
    award) where one is given.
    """

    currency: Currency
    judged_on: date
    delivery_start: date
    rates: tuple[Rate, ...] = ()
    hold_until: date | None = None

    def __post_init__(self) -> None:
        """Refuse rates that are not positive and two rates for one pair of currencies."""
        if any(rate.value <= 0 for rate in self.rates):
            raise ValueError("an exchange rate is positive")
        if len({(rate.base, rate.quote) for rate in self.rates}) != len(self.rates):
            raise ValueError("a basis has one rate per pair of currencies")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """So much of one need from one supplier, of its first offer or of an alternate; in the need's unit."""

    line_id: UUID
    supplier_id: UUID
    quantity: Quantity
    variant: int = 0
