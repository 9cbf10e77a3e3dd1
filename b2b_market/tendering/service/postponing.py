"""More time to apply, as bids may be given more time."""

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.selecting import ExtendApplications
from b2b_market.tendering.events.selecting import ApplicationsExtended
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules import admission
from b2b_market.tendering.rules import drafting as rules
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.publishing import put_out, standing_cards
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, TenderStatus


@operation(TenderPermission.APPROVE)
def extend_applications(work: Work, scope: Scope, command: ExtendApplications) -> Tender:
    """Receive applications longer, with a reason and a new edition of the notice, by the rules of a later deadline.

    What was sent stays valid and can be replaced. The deadline for bids moves where it would leave less than the
    procedure's time after the invitation. The gate is held alone: an application is wholly before or after it.
    IllegalStep once the time is over.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = queries.lock_own_tender(work.session, scope, command.tender_id)
    moment = work.judging_time()
    before, closes_at = tender.applications_end_at, tender.closes_at
    TENDER_LIFECYCLE.require(tender.status, "end_applications")
    assert before is not None  # noqa: S101 - a tender that receives applications
    assert closes_at is not None  # noqa: S101 - a published tender has a deadline
    if moment >= before and not suspending.close_held(work, scope, tender):
        TENDER_LIFECYCLE.require(TenderStatus.QUALIFYING, "end_applications")
    work.expect_version(tender, command.expected_version)
    reason = rules.require_reason(command.reason)
    procedure, clock = read_procedure(tender.values), clock_of(work, scope, tender)
    rules.require_extension(procedure, clock, moment, before, command.ends_at)
    tender.applications_end_at, tender.next_due_at, tender.reason = command.ends_at, command.ends_at, reason
    tender.closes_at = admission.deadline_after(procedure, clock, command.ends_at, closes_at)
    work.touch(tender)
    put_out(work, scope, tender, standing_cards(tender), reason)
    extended = ApplicationsExtended(
        tender_id=tender.id, buyer_id=tender.buyer_id, ends_at=command.ends_at, reason=reason
    )
    work.emit(extended, tender)
    return tender
