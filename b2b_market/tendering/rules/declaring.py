"""What a bid declares of its lot's features and life-cycle costs.

Beside its prices a bid's content has ``"features": [{"feature": 1, "answer": 2}]`` and ``"costs": [{"cost": 1,
"amount": "1500"}]``: positions in the notice, counted from 1, and how much of the cost's unit. What cannot be read is a
finding, never an error. A feature without a known answer is worth nothing; a cost that is not declared leaves nothing
to compare, because less would otherwise win.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeGuard

from b2b_market.tendering.rules.effective import Declared, Weighing, read_weighing
from b2b_market.tendering.rules.offers import PRICELESS, Fault, Finding, Offer, read_decimal, read_offer


@dataclass(frozen=True, slots=True)
class Asked:
    """What a lot asks of a bid: prices for ``quantities``, in the order of its items, and what it weighs besides."""

    quantities: Sequence[Decimal]
    weighing: Weighing

    def read(self, content: Mapping[str, Any] | None) -> Offer:
        """Return what ``content`` offers as ``read_offer`` does, with what it declares; no total without every cost."""
        offer = read_offer(content, self.quantities)
        if not self.weighing or offer.total is None:
            return offer
        declared, findings = _declared(content or {}, self.weighing)
        total = None if any(one.fault is Fault.COST for one in findings) else offer.total
        return replace(offer, total=total, findings=(*offer.findings, *findings), declared=declared)


def require_answering(content: Mapping[str, Any], lot: Mapping[str, Any]) -> None:
    """Raise ValueError unless a bid answers all that an announced ``lot`` asks: prices, features, life-cycle costs."""
    weighing = read_weighing(lot["features"], lot["costs"])
    found = Asked([Decimal(item["quantity"]) for item in lot["items"]], weighing).read(content)
    missing = [one for one in found.findings if one.fault in PRICELESS or one.fault is Fault.FEATURE]
    if missing:
        told = "; ".join(" ".join(filter(None, (one.fault, str(one.line or ""), one.said))) for one in missing)
        raise ValueError(f"the bid does not answer what the lot asks ({told})")


def _declared(content: Mapping[str, Any], weighing: Weighing) -> tuple[Declared, list[Finding]]:
    chosen = _by_place(content.get("features"), "feature", "answer")
    amounts = _by_place(content.get("costs"), "cost", "amount")
    answers, findings = [], []
    for place, feature in enumerate(weighing.features, start=1):
        said = chosen.get(place)
        known = dict(enumerate(feature.answers, start=1))
        answer = known.get(said) if _is_position(said) else None
        answers.append(answer)
        findings += [] if answer else [Finding(Fault.FEATURE, place, feature.name)]
    declared = tuple(read_decimal(amounts.get(place)) for place in range(1, len(weighing.costs) + 1))
    findings += [
        Finding(Fault.COST, place, cost.name)
        for place, (cost, amount) in enumerate(zip(weighing.costs, declared, strict=True), start=1)
        if amount is None
    ]
    return Declared(tuple(answers), declared), findings


def _by_place(rows: object, key: str, value: str) -> dict[object, Any]:
    """Return the rows' values by position; a position that comes twice says nothing."""
    found: dict[object, Any] = {}
    for row in rows if isinstance(rows, list) else ():
        place = row.get(key) if isinstance(row, Mapping) else None
        if _is_position(place):
            found[place] = None if place in found else row.get(value)
    return found


def _is_position(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
