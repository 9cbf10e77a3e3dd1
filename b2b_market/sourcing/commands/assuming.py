"""What a buyer assumes about the way of its goods: costs by leg, for all quotations or for some, and where they stand.

Plain values; amounts are without recoverable tax. Broken values are programming errors (ValueError); what a person may
have typed wrong is found by ``rules/assuming.py`` before it gets here.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.sourcing.commands.landing import CustomsBasis, Instalment, Leg, Terms


class CostMeasure(StrEnum):
    """What the value of a cost counts."""

    PER_UNIT = "per_unit"
    """An amount for each unit of the need."""
    PERCENT = "percent"
    """Percent of the quoted price; for insurance of the insured sum, for duty of the customs value."""
    PER_QUOTE = "per_quote"
    """An amount for the whole quotation, borne by its lines by value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRule:
    """One cost that the buyer bears: ``value`` as ``measure`` says, paid ``day`` days after the delivery.

    ``currency`` is that of an amount, None for a percentage. The rule counts for one supplier, for one line, for both
    or (None) for all; ``source`` says where the figure comes from.
    """

    leg: Leg
    measure: CostMeasure
    value: Decimal
    source: str
    day: int = 0
    currency: Currency | None = None
    supplier_id: UUID | None = None
    line_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """All that the buyer assumes: cost of capital per year (0.08 is 8 %), customs, and costs by leg.

    ``import_vat`` is the recoverable tax on import (0.13 is 13 %): cash, but no cost. With ``domestic`` no border is
    crossed: what would be paid at one is nothing, unless somebody states it.
    """

    annual_rate: Decimal = Decimal(0)
    rate_source: str
    customs_basis: CustomsBasis = CustomsBasis.CIF
    import_vat: Decimal | None = None
    domestic: bool = False
    rules: tuple[CostRule, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A ``share`` of the price that is due ``days`` after the delivery, or (``from_order``) after the order.

    The order is the lead time before the delivery; a line without a lead time is ordered and delivered on one day.
    """

    share: Decimal
    days: int = 0
    from_order: bool = False


AT_DELIVERY = (Part(Decimal(1)),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Under what terms a quotation delivers and is paid; an empty ``incoterm`` says that nobody knows.

    ``freight`` is what the supplier charges once for the carriage, beside its prices; ``source`` says who named the
    term.
    """

    incoterm: str
    place: str
    source: str
    parts: tuple[Part, ...] = AT_DELIVERY
    freight: Money | None = None

    def terms(self, lead_days: int | None) -> Terms:
        """Return when the price of a line with this lead time is paid, counted from its delivery."""
        ordered = -(lead_days or 0)
        return tuple(
            Instalment(part.share, part.days + ordered if part.from_order else part.days) for part in self.parts
        )

    def key(self, lead_days: int | None) -> int:
        """Return what lines have in common that are paid at the same times."""
        return (lead_days or 0) if any(part.from_order for part in self.parts) else 0
