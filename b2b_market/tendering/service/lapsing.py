"""What becomes of an amendment that waits when its tender takes none any more."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import amendments as queries
from b2b_market.tendering.states.amendments import TENDER_AMENDMENT_LIFECYCLE


def lapse(work: Work, scope: Scope, tender: Tender) -> None:
    """Let the amendment that waits lapse, where one does."""
    waiting = queries.waiting_amendment(work.session, scope, tender.id)
    if waiting is not None:
        TENDER_AMENDMENT_LIFECYCLE.advance(waiting, "lapse")
        work.touch(waiting)
        work.record("tender_amendment.lapsed", waiting)
