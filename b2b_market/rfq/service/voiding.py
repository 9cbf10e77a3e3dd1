"""Counter-offers that nobody answered when their time was over: a round opened, or the request ended."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.requests import Rfq
from b2b_market.rfq.queries import bargaining as queries
from b2b_market.rfq.states import COUNTER_LIFECYCLE


def void_waiting(work: Work, scope: Scope, rfq: Rfq) -> None:
    """Void what waits for an answer on the scope's own request; both sides see it in the talk."""
    for counter in queries.lock_waiting(work.session, scope, rfq.id):
        COUNTER_LIFECYCLE.advance(counter, "void")
        counter.decided_at = counter.changed_at = work.now()
        work.record("counter.voided", counter)
