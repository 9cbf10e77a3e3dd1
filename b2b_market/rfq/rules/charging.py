"""What is charged beside the prices of awarded lines, as it is stored with them. How it is worked out is sourcing's."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from b2b_market.infra.canonical import decimal_text
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.sourcing.public import Charge, ChargeKind

Stored = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class AwardCharge:
    """One charge of an award; ``line_ids`` are the lines it is for, ``amount`` is negative for a discount."""

    kind: ChargeKind
    line_ids: tuple[UUID, ...]
    percent: Decimal | None
    amount: Money


def written(charges: Iterable[Charge]) -> dict[UUID, list[dict[str, Any]]]:
    """Return one supplier's charges by the line that each stands with: the first that it is for."""
    found: dict[UUID, list[dict[str, Any]]] = {}
    for charge in charges:
        stored = {
            "kind": charge.kind.value,
            "line_ids": [str(line_id) for line_id in charge.lines],
            "percent": None if charge.percent is None else decimal_text(charge.percent),
            "amount": decimal_text(charge.total.amount),
        }
        found.setdefault(charge.lines[0], []).append(stored)
    return found


def read_charges(stored: Iterable[Stored], currency: Currency) -> tuple[AwardCharge, ...]:
    """Return the charges of one supplier's lines, in the order in which they are shown: by kind, then as stored."""
    found = [
        AwardCharge(
            ChargeKind(one["kind"]),
            tuple(UUID(line_id) for line_id in one["line_ids"]),
            None if one["percent"] is None else Decimal(one["percent"]),
            Money(Decimal(one["amount"]), currency).rounded(),
        )
        for charges in stored
        for one in charges
    ]
    order = list(ChargeKind)
    return tuple(sorted(found, key=lambda one: order.index(one.kind)))
