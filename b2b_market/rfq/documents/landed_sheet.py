"""What a comparison's files say of landed cost, as plain values, and the costs assumed in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.text import N_
from b2b_market.rfq.documents.saying import Translate
from b2b_market.sourcing import public as sourcing
from b2b_market.ui import fmt

_MEASURES = {
    sourcing.CostMeasure.PER_UNIT: N_("{value} {currency} per unit"),
    sourcing.CostMeasure.PERCENT: N_("{value} %"),
    sourcing.CostMeasure.PER_QUOTE: N_("{value} {currency} per quotation"),
}


@dataclass(frozen=True, slots=True)
class LandedSheet:
    """The same quotations on their landed cost, in the order of the raw comparison, and what they stand on."""

    comparison: sourcing.Comparison
    lines: Mapping[tuple[UUID, UUID], sourcing.CostLine]
    """By line and supplier: how a quoted price becomes a landed one."""
    assumptions: sourcing.Assumptions


@dataclass(frozen=True, slots=True)
class CostWords:
    """One assumed cost as people read it."""

    name: str
    value: str
    day: int
    suppliers: str
    lines: str
    source: str


def costs_in_words(sheet: LandedSheet, say: Translate) -> Iterator[CostWords]:
    """Yield every assumed cost, the cost of capital first."""
    given = sheet.assumptions
    percent = fmt.number(given.annual_rate * Decimal(100))
    everyone = say(N_("All"))
    yield CostWords(say(N_("Cost of capital per year")), f"{percent} %", 0, everyone, everyone, say(given.rate_source))
    numbers = {row.need.line_id: str(row.need.number) for row in sheet.comparison.rows}
    names = {column.supplier_id: column.supplier for column in sheet.comparison.columns}
    for rule in given.rules:
        value = say(
            _MEASURES[rule.measure],
            value=fmt.number(rule.value),
            currency="" if rule.currency is None else rule.currency.code,
        )
        yield CostWords(
            name=say(sourcing.LEG_NAMES[rule.leg]),
            value=value,
            day=rule.day,
            suppliers=everyone if rule.supplier_id is None else names.get(rule.supplier_id, fmt.NONE),
            lines=everyone if rule.line_id is None else numbers.get(rule.line_id, fmt.NONE),
            source=say(rule.source),
        )
