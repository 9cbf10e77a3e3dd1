"""What becomes of quotations when a further round closes."""

from uuid import UUID

from sqlalchemy import update

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.models.rounds import RfqRound
from b2b_market.rfq.queries import rounds as queries
from b2b_market.rfq.states import QUOTE_LIFECYCLE


def settle_round(work: Work, scope: Scope, rfq: Rfq) -> None:
    """Note the end of the round; a quotation that its supplier bettered is replaced, any other stands as it was."""
    ended = update(RfqRound).where(RfqRound.rfq_id == rfq.id, RfqRound.round == rfq.round)
    work.session.execute(ended.values(closed_at=work.now()))
    seen: set[UUID] = set()
    for quote in queries.lock_standing(work.session, scope, rfq.id):
        if quote.supplier_id in seen:
            QUOTE_LIFECYCLE.advance(quote, "replace")
            quote.changed_at = work.now()
            work.record("quote.replaced", quote)
        seen.add(quote.supplier_id)
