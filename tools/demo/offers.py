"""What the suppliers quote: prices around the buyer's targets, each supplier with its own strengths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal
from statistics import median_low
from typing import Any, Final

from tools.demo.desk import Desk, expect
from tools.demo.needs import today

_LEAST: Final = Decimal("0.0001")
_VALID_FOR: Final = timedelta(days=60)
_USUAL: Final = Decimal(180)
_INVENTED: Final = (Decimal("0.6"), Decimal("1.8"), Decimal("0.9"), Decimal("2.4"), Decimal("1.2"))
"""Needs without a target cost so many times the median target (180 where there is none at all), in turn."""


@dataclass(frozen=True)
class Plan:
    """How a supplier quotes: ``factor`` of the targets, cheaper on every other line from ``strong`` (0 or 1) on."""

    factor: Decimal
    strong: int
    every: int = 1
    """1 quotes every line, 2 every other one."""


def quote_body(desk: Desk, plan: Plan, rfq: Mapping[str, Any], targets: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return a quotation in the supplier's own currency. ``rfq`` is the request as the supplier sees it."""
    currency = str(desk.get("/organization/settings")["base_currency"])
    rate = rate_between(desk, str(rfq["currency"]), currency)
    lines = [line for line in rfq["lines"] if (line["position"] - 1) % plan.every == 0]
    return {
        "currency": currency,
        "valid_until": (today() + _VALID_FOR).isoformat(),
        "payment_terms": "30 days net",
        "note": "Prices without tax, packed for sea transport.",
        "lines": [
            {
                "line_id": line["id"],
                "unit_price": str(_price(plan, line["position"], targets[line["id"]] * rate)),
                "lead_days": 10 + (line["position"] * 5 + plan.strong * 3) % 20,
            }
            for line in lines
        ],
    }


def targets_of(rfq: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return a price in the request's currency for every line, by its id: the buyer's target, else an invented one."""
    known = {line["id"]: Decimal(line["target_price"]) for line in rfq["lines"] if line["target_price"]}
    usual = median_low(known.values()) if known else _USUAL
    invented = {line["id"]: usual * _INVENTED[index % len(_INVENTED)] for index, line in enumerate(rfq["lines"])}
    return invented | known


def rate_between(desk: Desk, base: str, quote: str) -> Decimal:
    """Return how many ``quote`` one ``base`` is worth today, as the product has stored it."""
    if base == quote:
        return Decimal(1)
    found = desk.get("/reference/rates/lookup", base=base, quote=quote, day=today().isoformat())
    rate = Decimal(found["value"])
    expect(rate > 0, f"the rate {base}/{quote} is {rate}")
    return rate


def total_of(lines: Sequence[Mapping[str, Any]], digits: int) -> Decimal:
    """Return the sum of price × quantity, each line rounded half up to ``digits`` decimals."""
    unit = Decimal(1).scaleb(-digits)
    return sum(
        ((Decimal(line["unit_price"]) * Decimal(line["quantity"])).quantize(unit, ROUND_HALF_UP) for line in lines),
        Decimal(0),
    )


def _price(plan: Plan, position: int, target: Decimal) -> Decimal:
    spread = Decimal("0.96") if position % 2 == plan.strong else Decimal("1.03")
    wobble = 1 + Decimal(position * 7 % 5 - 2) / 200
    return max(_LEAST, (target * plan.factor * spread * wobble).quantize(_LEAST, ROUND_HALF_UP))
