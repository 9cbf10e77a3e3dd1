"""An allocation as values: shares of needs, what each supplier gets, what is saved and what stays open."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.commands.comparing import ChargeKind, Pick, QuoteLine
from b2b_market.sourcing.rules.problems import Problem


@dataclass(frozen=True, slots=True)
class Share:
    """So much of a need from one supplier; ``offer`` holds the unit price that applies to this quantity.

    ``total`` is quantity × unit price in the quoted currency, rounded: the line of the contract. ``converted_total`` is
    ``total`` times ``rate`` in the comparison currency, rounded; ``exact`` the same without any rounding.
    ``target_total`` is this share's part of the line's target, None where the line has none.
    """

    line_id: UUID
    supplier_id: UUID
    offer: QuoteLine
    quantity: Quantity
    total: Money
    converted_total: Money
    exact: Decimal
    rate: Rate | None
    target_total: Money | None


@dataclass(frozen=True, slots=True)
class Charge:
    """An amount beside the prices of what one supplier gets; a discount is negative.

    ``lines`` are those it is for: the line of a set-up cost, the lines of a discount; of freight all that are awarded.
    ``total`` is in the quoted currency, rounded: its line of the contract. ``converted_total`` is ``total`` at the
    supplier's rate, rounded.
    """

    kind: ChargeKind
    supplier_id: UUID
    lines: tuple[UUID, ...]
    percent: Decimal | None
    total: Money
    converted_total: Money


@dataclass(frozen=True, slots=True)
class Saving:
    """What is saved against the targets, on the awarded quantities of the ``lines`` that have one.

    ``awarded`` holds what these lines cost with their part of the charges: the set-up of the line itself, freight and
    discounts in proportion to the amounts of the lines they are for.
    ``amount`` = ``target`` − ``awarded`` (negative: dearer than hoped), all in the comparison currency; ``percent``
    of the target with one decimal, None where the target is zero.
    """

    target: Money
    awarded: Money
    amount: Money
    percent: Decimal | None
    lines: int


@dataclass(frozen=True, slots=True)
class SupplierAward:
    """What one supplier gets: shares in the order of the needs, and the charges that come with them.

    ``total`` is the amount of the contract: the sum of the shares, ``goods``, and of the ``charges``.
    """

    supplier_id: UUID
    supplier: str
    currency: Currency
    rate: Rate | None
    shares: tuple[Share, ...]
    charges: tuple[Charge, ...]
    goods: Money
    total: Money
    converted_total: Money
    saving: Saving | None
    longest_lead_days: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """What a need lacks."""

    line_id: UUID
    number: int
    missing: Quantity


@dataclass(frozen=True, slots=True)
class Allocation:
    """A complete answer to "who gets what": the picks it is made of and all that follows from them.

    ``total`` adds the rounded shares and charges in the comparison currency: what all contracts come to. ``exact`` adds
    the unrounded shares alone (what presets minimise); ``charged`` the rounded charges, None where there are none.
    ``filled`` of ``lines`` needs are met in full; ``gaps`` lists the others. ``problems`` lists what forbids the
    award as it stands, gaps included; ``require_awardable`` refuses them.
    """

    picks: tuple[Pick, ...]
    shares: tuple[Share, ...]
    suppliers: tuple[SupplierAward, ...]
    total: Money
    exact: Decimal
    charged: Money | None
    saving: Saving | None
    filled: int
    lines: int
    gaps: tuple[Gap, ...]
    longest_lead_days: int | None
    lead_times_missing: int
    problems: tuple[Problem, ...]
