"""Stored quotations as their suppliers would write them again."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from b2b_market.rfq.commands.quotes import PLAIN_LINE, LineTerms
from b2b_market.rfq.commands.requests import QuoteLineInput
from b2b_market.rfq.models.quotes import QuoteLine
from b2b_market.rfq.rules.alternates import as_written as alternates_written
from b2b_market.rfq.rules.pricing import read_tiers
from b2b_market.rfq.service.quoting import QuoteContent


def has_line_terms(content: QuoteContent) -> bool:
    """Tell whether a quotation says more of any line than the plain columns do."""
    return any(as_written(line).terms != PLAIN_LINE for line in content.lines)


def as_written(line: QuoteLine) -> QuoteLineInput:
    """Return a stored line as its supplier would write it again: with its tax, in its own unit of order.

    With tiers the unit price is left to them, so that another offered quantity finds its own.
    """
    stated = line.stated or {}
    tiers = read_tiers(stated.get("tiers", line.tiers))
    counts = {name: getattr(line, name) for name in ("min_quantity", "multiple_quantity")}
    if line.order_unit:
        counts = {name: _number(stated, name) for name in counts}
    return QuoteLineInput(
        line_id=line.line_id,
        unit_price=None if tiers else _number(stated, "unit_price", line.unit_price),
        quantity=line.quantity,
        lead_days=line.lead_days,
        min_quantity=counts["min_quantity"],
        alternative=line.alternative,
        note=line.note,
        terms=LineTerms(
            tiers=tiers,
            multiple_quantity=counts["multiple_quantity"],
            order_unit=line.order_unit,
            setup_cost=_number(stated, "setup_cost", line.setup_cost),
            alternative_specification=line.alternative_specification,
            origin_country=line.origin_country,
            capacity=line.capacity,
            alternates=alternates_written(line.alternates),
        ),
    )


def _number(stated: Mapping[str, Any], name: str, otherwise: Decimal | None = None) -> Decimal | None:
    """Return a figure as the supplier wrote it, or ``otherwise`` where nothing else was written than what is stored."""
    return Decimal(stated[name]) if name in stated else otherwise
