"""What awarded lines come to by supplier: goods, what is charged beside them, and both together."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of
from b2b_market.rfq.models.quotes import AwardLine
from b2b_market.rfq.rules.charging import AwardCharge, read_charges


@dataclass(frozen=True, slots=True)
class SupplierAmounts:
    """What one supplier gets of an award, in the quoted currency; ``total`` is the amount of the contract."""

    supplier_id: UUID
    quote_id: UUID
    lines: Sequence[AwardLine]
    charges: Sequence[AwardCharge]
    goods: Money
    total: Money

    @property
    def currency(self) -> str:
        """The code of the quoted currency."""
        return self.total.currency.code


def amounts_of(lines: Sequence[AwardLine]) -> Sequence[SupplierAmounts]:
    """Return awarded lines by award and supplier, in their order; what was cancelled is left out."""
    found: dict[tuple[UUID, UUID], list[AwardLine]] = {}
    for line in lines:
        if not line.stands:
            continue
        found.setdefault((line.award_id, line.supplier_id), []).append(line)
    return [_amounts(own) for own in found.values()]


def _amounts(lines: Sequence[AwardLine]) -> SupplierAmounts:
    currency = Currency(lines[0].currency)
    goods = total_of((line_total(Money(line.unit_price, currency), line.quantity) for line in lines), currency)
    charges = read_charges([line.charges for line in lines], currency)
    total = total_of([goods, *(charge.amount for charge in charges)], currency)
    return SupplierAmounts(lines[0].supplier_id, lines[0].quote_id, lines, charges, goods, total)
