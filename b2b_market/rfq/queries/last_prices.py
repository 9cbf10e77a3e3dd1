"""What the scope's own companies quoted before."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.models.requests import RfqLine
from b2b_market.rfq.rules.last_prices import EarlierPrice, Item
from b2b_market.rfq.states import QuoteStatus

NEWEST = 10_000
NO_PRICE = (QuoteStatus.WITHDRAWN, QuoteStatus.REPLACED)
"""What was taken back, and what was bettered in a later round."""


def own_earlier_prices(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[EarlierPrice]:
    """Return the scope's own quoted prices on other requests, the newest first, withdrawn and bettered ones left out.

    At most NEWEST lines: prices older than that many are no guide. What is offered instead of the item is not its
    price.
    """
    columns = (
        RfqLine.id,
        QuoteLine.buyer_id,
        RfqLine.item_code,
        RfqLine.item_name,
        RfqLine.specification,
        RfqLine.unit,
        QuoteLine.unit_price,
        Quote.currency,
        QuoteLine.lead_days,
        Quote.id,
        Quote.number,
        Quote.received_at,
    )
    wanted = (
        select(*columns)
        .join(QuoteLine, QuoteLine.quote_id == Quote.id)
        .join(RfqLine, RfqLine.id == QuoteLine.line_id)
        .where(Quote.supplier_id.in_(scope.org_ids), Quote.rfq_id != rfq_id, Quote.status.not_in(NO_PRICE))
        .where(QuoteLine.alternative == "")
        .order_by(Quote.received_at.desc(), Quote.id, QuoteLine.position)
        .limit(NEWEST)
    )
    return [_price(*row) for row in session.execute(wanted)]


def _price(*row: Any) -> EarlierPrice:  # noqa: ANN401 - the columns above, in their order
    line_id, buyer_id, item_code, item_name, specification, unit, *offer = row
    unit_price, currency, lead_days, quote_id, quote_number, quoted_at = offer
    return EarlierPrice(
        item=Item(
            line_id=line_id,
            buyer_id=buyer_id,
            item_code=item_code,
            item_name=item_name,
            specification=specification,
            unit=unit,
        ),
        unit_price=unit_price,
        currency=currency,
        lead_days=lead_days,
        quote_id=quote_id,
        quote_number=quote_number,
        quoted_at=quoted_at,
    )
