"""Who dealt with which need, read in one go."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from b2b_market.infra.database import within
from b2b_market.infra.fixed import FixedRows
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.quotes import AwardLine, Quote, QuoteLine
from b2b_market.rfq.models.requests import RfqLine
from b2b_market.rfq.states import QuoteStatus

_QUOTED = FixedRows(
    select(QuoteLine.supplier_id, QuoteLine.buyer_id, RfqLine.item_code, RfqLine.item_name)
    .join(Quote, Quote.id == QuoteLine.quote_id)
    .join(RfqLine, RfqLine.id == QuoteLine.line_id)
    .where(QuoteLine.rfq_id == bindparam("rfq_id"), within(QuoteLine.buyer_id))
    .where(QuoteLine.opened, Quote.status != QuoteStatus.WITHDRAWN)
)
_WON = FixedRows(
    select(AwardLine.supplier_id, AwardLine.buyer_id, RfqLine.item_code, RfqLine.item_name)
    .join(RfqLine, RfqLine.id == AwardLine.line_id)
    .where(AwardLine.award_id == bindparam("award_id"), within(AwardLine.buyer_id), AwardLine.released)
    .where(AwardLine.cancelled_at.is_(None))
)


class DealtNeed(NamedTuple):
    """A supplier and a need that it quoted or won: the need's item code at its buyer, and its name."""

    supplier_id: UUID
    buyer_id: UUID
    item_code: str
    item_name: str


def quoted_needs(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[DealtNeed]:
    """Return the needs of the scope's own request by the suppliers that quoted them."""
    return [DealtNeed(*row) for row in _QUOTED.all(session, {"rfq_id": rfq_id, "orgs": scope.orgs})]


def won_needs(session: Session, scope: Scope, award_id: UUID) -> Sequence[DealtNeed]:
    """Return the needs that an approved award of the scope's own gives, by the suppliers that get them."""
    return [DealtNeed(*row) for row in _WON.all(session, {"award_id": award_id, "orgs": scope.orgs})]
