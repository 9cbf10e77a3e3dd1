"""An allocation as values: shares of needs, what each supplier gets, what is saved and what stays open."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.quantity import Quantity
from b2b_market.sourcing.commands.comparing import Pick, QuoteLine
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
class Saving:
    """What is saved against the targets, on the awarded quantities of the ``lines`` that have one.

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
    """What one supplier gets: shares in the order of the needs; ``total`` is their sum, the amount of the contract."""

    supplier_id: UUID
    supplier: str
    currency: Currency
    rate: Rate | None
    shares: tuple[Share, ...]
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

    ``total`` adds the rounded shares in the comparison currency, ``exact`` the unrounded ones (what presets minimise).
    ``filled`` of ``lines`` needs are met in full; ``gaps`` lists the others. ``problems`` lists what forbids the
    award as it stands, gaps included; ``require_awardable`` refuses them.
    """

    picks: tuple[Pick, ...]
    shares: tuple[Share, ...]
    suppliers: tuple[SupplierAward, ...]
    total: Money
    exact: Decimal
    saving: Saving | None
    filled: int
    lines: int
    gaps: tuple[Gap, ...]
    longest_lead_days: int | None
    lead_times_missing: int
    problems: tuple[Problem, ...]
