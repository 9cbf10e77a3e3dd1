"""Amendments that nobody decided on before their request closed or ended."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq import events
from b2b_market.rfq.models.amendments import RfqAmendment
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.queries import amendments as queries
from b2b_market.rfq.states import AMENDMENT_LIFECYCLE


def lapse_waiting(work: Work, scope: Scope, rfq: Rfq) -> None:
    """Let the amendment lapse that waits for its approval, if any; a request without one is asked nothing."""
    if rfq.waiting_amendment_id is None:
        return
    waiting = queries.own_amendment(work.session, scope, rfq.waiting_amendment_id, lock=True)
    settle(work, rfq, waiting, "lapse")
    announce(work, waiting)


def announce(work: Work, amendment: RfqAmendment) -> None:
    """Announce where an amendment stands now, to its own company alone."""
    moved = events.AmendmentMoved(
        amendment_id=amendment.id,
        rfq_id=amendment.rfq_id,
        buyer_id=amendment.buyer_id,
        author_id=amendment.author_id,
        status=amendment.status,
        reason=amendment.decision_reason or "",
    )
    work.emit(moved, amendment)


def settle(work: Work, rfq: Rfq, waiting: RfqAmendment, step: str, by: UUID | None = None) -> None:
    """Take a step of an amendment, after which the request waits for it no more."""
    AMENDMENT_LIFECYCLE.advance(waiting, step)
    waiting.decided_by = by
    waiting.decided_at = waiting.changed_at = work.now()
    rfq.waiting_amendment_id = None
