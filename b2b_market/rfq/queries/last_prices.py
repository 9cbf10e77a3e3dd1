"""What the scope's own companies quoted before."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import Quote, QuoteLine
from b2b_market.rfq.models.requests import RfqLine
from b2b_market.rfq.rules.last_prices import EarlierPrice, Item
from b2b_market.rfq.states import QuoteStatus

NEWEST = 10_000


def own_earlier_prices(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[EarlierPrice]:
    """Return the scope's own quoted prices on other requests, the newest first, withdrawn ones left out.

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
        .where(Quote.supplier_id.in_(scope.org_ids), Quote.rfq_id != rfq_id, Quote.status != QuoteStatus.WITHDRAWN)
        .where(QuoteLine.alternative == "")
        .order_by(Quote.received_at.desc(), Quote.id, QuoteLine.position)
        .limit(NEWEST)
    )
    return [
        EarlierPrice(
            item=Item(
                line_id=row[0],
                buyer_id=row[1],
                item_code=row[2],
                item_name=row[3],
                specification=row[4],
                unit=row[5],
            ),
            unit_price=row[6],
            currency=row[7],
            lead_days=row[8],
            quote_id=row[9],
            quote_number=row[10],
            quoted_at=row[11],
        )
        for row in session.execute(wanted)
    ]
