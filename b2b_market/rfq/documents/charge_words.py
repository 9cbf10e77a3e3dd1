"""What is charged beside prices, in words: the same on pages and in letters."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.text import N_
from b2b_market.rfq.rules.charging import AwardCharge
from b2b_market.rfq.rules.notation import write_positions
from b2b_market.sourcing.public import ChargeKind

CHARGES: Final[Mapping[ChargeKind, str]] = MappingProxyType(
    {
        ChargeKind.SETUP: N_("Set-up cost of line {line}"),
        ChargeKind.FREIGHT: N_("Freight"),
        ChargeKind.DISCOUNT: N_("{percent} % off for taking lines {lines}"),
    }
)


def numbers_of(charge: AwardCharge, positions: Mapping[UUID, int]) -> str:
    """Return the lines that a charge is for by their numbers in the request."""
    return write_positions([positions[line_id] for line_id in charge.line_ids if line_id in positions])


def charge_facts(lines: str, percent: Decimal | None) -> Mapping[str, str]:
    """Return what fills a charge's words."""
    return {"line": lines, "lines": lines, "percent": decimal_text(percent or Decimal(0))}
