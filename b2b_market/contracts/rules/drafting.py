"""From an award to contracts: numbers, amounts, and what may not be drafted."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from b2b_market.contracts.commands import Agreed, ChargeKind, Deal, DealLine
from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money, line_total, total_of


def contract_number(year: int, count: int) -> str:
    """Return the number people see: ``C-2026-000123``."""
    return f"C-{year:04d}-{count:06d}"


def amount_of(line: DealLine, currency: Currency) -> Money:
    """Return quantity × unit price, rounded half up to the minor unit."""
    return line_total(Money(line.unit_price, currency), line.quantity)


def total_amount(deal: Deal) -> Money:
    """Return the sum of the rounded line amounts and charges: exactly what the table of the contract adds up to."""
    charges = (Money(charge.amount, deal.currency) for charge in deal.charges)
    return total_of((*(amount_of(line, deal.currency) for line in deal.lines), *charges), deal.currency)


def written_charges(deal: Deal) -> list[dict[str, Any]]:
    """Return the charges as a contract keeps them, in the order of their kinds, with the contract's line numbers."""
    numbers: dict[UUID, list[int]] = {}
    for number, line in enumerate(deal.lines, start=1):
        numbers.setdefault(line.rfq_line_id, []).append(number)
    order = list(ChargeKind)
    return [
        {
            "kind": charge.kind.value,
            "lines": [number for line_id in charge.rfq_line_ids for number in numbers.get(line_id, ())],
            "percent": None if charge.percent is None else decimal_text(charge.percent),
            "amount": decimal_text(charge.amount),
        }
        for charge in sorted(deal.charges, key=lambda one: order.index(one.kind))
    ]


def written_agreed(agreed: Agreed | None) -> dict[str, Any] | None:
    """Return what a framework agreement settles as a contract keeps it."""
    if agreed is None:
        return None
    return {
        "ceiling": agreed.ceiling.to_json(),
        "starts_on": agreed.starts_on.isoformat(),
        "ends_on": agreed.ends_on.isoformat(),
        "rank": agreed.rank,
        "members": agreed.members,
        "by_competition": agreed.by_competition,
        "answer_hours": agreed.answer_hours,
    }


def read_agreed(stored: Mapping[str, Any] | None) -> Agreed | None:
    """Return what :func:`written_agreed` wrote."""
    if stored is None:
        return None
    return Agreed(
        ceiling=Money.of(stored["ceiling"]["amount"], stored["ceiling"]["currency"]),
        starts_on=date.fromisoformat(stored["starts_on"]),
        ends_on=date.fromisoformat(stored["ends_on"]),
        **{name: stored[name] for name in ("rank", "members", "by_competition", "answer_hours")},
    )


def require_drawable(deal: Deal) -> None:
    """Raise ValueError for a deal no award can hold: without lines, or with a line of nothing."""
    if not deal.lines or any(line.quantity <= 0 or line.unit_price < 0 for line in deal.lines):
        message = f"the award gives nothing to supplier {deal.supplier.org_id}"
        raise ValueError(message)
