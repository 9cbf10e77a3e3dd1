"""Quotations whose last day is over, for the clock."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.rfq.models.quotes import Quote
from b2b_market.rfq.states import QuoteStatus


def run_out(session: Session, before: date, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (quotation, supplier) of at most ``limit`` that stand and were valid until a day ``before``, oldest first.

    For the machine branch, which sees what ran out of every company's.
    """
    wanted = select(Quote.id, Quote.supplier_id).where(
        Quote.status == QuoteStatus.SUBMITTED, Quote.valid_until < before
    )
    rows = session.execute(wanted.order_by(Quote.valid_until, Quote.id).limit(limit))
    return [(quote_id, supplier_id) for quote_id, supplier_id in rows]
