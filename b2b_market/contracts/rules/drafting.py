"""From an award to contracts: numbers, amounts, and what may not be drafted."""

from collections.abc import Sequence

from b2b_market.contracts.commands import Deal, DealLine
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of


def contract_number(year: int, count: int) -> str:
    """Return the number people see: ``C-2026-000123``."""
    return f"C-{year:04d}-{count:06d}"


def amount_of(line: DealLine, currency: Currency) -> Money:
    """Return quantity × unit price, rounded half up to the minor unit."""
    return line_total(Money(line.unit_price, currency), line.quantity)


def total_amount(lines: Sequence[DealLine], currency: Currency) -> Money:
    """Return the sum of the rounded line amounts: exactly what the table of the contract adds up to."""
    return total_of((amount_of(line, currency) for line in lines), currency)


def require_drawable(deal: Deal) -> None:
    """Raise ValueError for a deal no award can hold: without lines, or with a line of nothing."""
    if not deal.lines or any(line.quantity <= 0 or line.unit_price < 0 for line in deal.lines):
        message = f"the award gives nothing to supplier {deal.supplier.org_id}"
        raise ValueError(message)
