"""Who dealt with which need, read in one go."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import AwardLine, Quote, QuoteLine
from b2b_market.rfq.models.requests import RfqLine
from b2b_market.rfq.states import QuoteStatus


class DealtNeed(NamedTuple):
    """A supplier and a need that it quoted or won: the need's item code at its buyer, and its name."""

    supplier_id: UUID
    buyer_id: UUID
    item_code: str
    item_name: str


def quoted_needs(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[DealtNeed]:
    """Return the needs of the scope's own request by the suppliers that quoted them."""
    wanted = (
        select(QuoteLine.supplier_id, QuoteLine.buyer_id, RfqLine.item_code, RfqLine.item_name)
        .join(Quote, Quote.id == QuoteLine.quote_id)
        .join(RfqLine, RfqLine.id == QuoteLine.line_id)
        .where(QuoteLine.rfq_id == rfq_id, QuoteLine.buyer_id.in_(scope.org_ids))
        .where(QuoteLine.opened, Quote.status != QuoteStatus.WITHDRAWN)
    )
    return [DealtNeed(*row) for row in session.execute(wanted)]


def won_needs(session: Session, scope: Scope, award_id: UUID) -> Sequence[DealtNeed]:
    """Return the needs that an approved award of the scope's own gives, by the suppliers that get them."""
    wanted = (
        select(AwardLine.supplier_id, AwardLine.buyer_id, RfqLine.item_code, RfqLine.item_name)
        .join(RfqLine, RfqLine.id == AwardLine.line_id)
        .where(AwardLine.award_id == award_id, AwardLine.buyer_id.in_(scope.org_ids), AwardLine.released)
        .where(AwardLine.cancelled_at.is_(None))
    )
    return [DealtNeed(*row) for row in session.execute(wanted)]
