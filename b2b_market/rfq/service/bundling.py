"""Holding an award to what suppliers sell together only."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

from b2b_market.rfq.rules.bundling import BundleBroken, broken, read_bundles
from b2b_market.rfq.rules.notation import write_positions
from b2b_market.rfq.service.comparing import RfqComparison
from b2b_market.sourcing import public as sourcing


def require_bundles(compared: RfqComparison, allocation: sourcing.Allocation) -> None:
    """Raise BundleBroken where an award, with what is awarded already, takes a part of lines sold together."""
    bundles = {quote.id: read_bundles(quote.bundles) for quote in compared.quotes.values() if quote.bundles}
    if not bundles:
        return
    taken: defaultdict[UUID, defaultdict[UUID, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in compared.awarded:
        taken[line.quote_id][line.line_id] += line.quantity
    for share in allocation.shares:
        taken[share.offer.offer_id][share.line_id] += share.quantity.value
    lines = [line for line in compared.prices if line.quote_id in bundles]
    suppliers = {quote.id: supplier_id for supplier_id, quote in compared.quotes.items()}
    names = {column.supplier_id: column.supplier for column in compared.comparison.columns}
    for quote_id, conditions in bundles.items():
        quoted = [line for line in lines if line.quote_id == quote_id]
        offered = {line.line_id: line.quantity for line in quoted}
        for bundle in broken(conditions, offered, taken[quote_id]):
            wanted = [line.position for line in quoted if not bundle.line_ids or line.line_id in bundle.line_ids]
            raise BundleBroken(supplier=names[suppliers[quote_id]], lines=write_positions(wanted))
