"""What the landed cost of a request's quotations is asked for with."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.sourcing.public import CostRule, CustomsBasis


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCosting:
    """All that is assumed about the costs of the way; percentages as people write them (8 is 8 %).

    ``expected_version`` is that of the assumptions that these replace, None or 0 for the first.
    """

    rfq_id: UUID
    expected_version: int | None
    annual_percent: Decimal = Decimal(0)
    rate_source: str = ""
    customs_basis: CustomsBasis = CustomsBasis.CIF
    import_vat_percent: Decimal | None = None
    domestic: bool = False
    incoterm: str = ""
    incoterm_place: str = ""
    costs: tuple[CostRule, ...] = ()


@dataclass(frozen=True, slots=True)
class ExplainLanded:
    """How the landed cost of one offer comes about."""

    rfq_id: UUID
    line_id: UUID
    quote_id: UUID
    variant: int = 0
    """The first offer, or the alternate of this number."""
