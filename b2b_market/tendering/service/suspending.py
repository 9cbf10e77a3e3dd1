"""What waits while a complaint is open: the close of bidding, awards, contracts, calling off."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.queries import complaints as queries
from b2b_market.tendering.rules import complaining as rules
from b2b_market.tendering.rules.procedures import read_procedure


def require_clear(work: Work, scope: Scope, tender_id: UUID, lot_id: UUID | None = None) -> None:
    """Refuse with ComplaintOpen while an undecided complaint concerns the lot of an own tender, or any of its lots."""
    rules.require_none_open(_open(work, scope, tender_id), lot_id)


def concerned(work: Work, scope: Scope, tender_id: UUID, lot_id: UUID) -> bool:
    """Tell whether an undecided complaint concerns the lot of an own tender."""
    try:
        require_clear(work, scope, tender_id, lot_id)
    except rules.ComplaintOpen:
        return True
    return False


def close_held(work: Work, scope: Scope, tender: Tender) -> bool:
    """Tell whether bidding on an own tender must not close now."""
    terms = read_procedure(tender.values).complaints
    return terms is not None and rules.holds_close(_open(work, scope, tender.id), terms.holds)


def contracts_held(work: Work, scope: Scope, tender: Tender) -> bool:
    """Tell whether the awards of an own tender must not bind now."""
    return rules.holds_contracts(_open(work, scope, tender.id))


def _open(work: Work, scope: Scope, tender_id: UUID) -> list[rules.OpenComplaint]:
    return [
        rules.OpenComplaint(one.number, one.kind, one.target, one.status, one.lot_id)
        for one in queries.waited_for(work.session, scope, tender_id)
    ]
