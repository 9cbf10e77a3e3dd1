"""Applications in the last moment before their time is over, and two approvers who decide on all of them at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import func, select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Refusal
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.tenders import StepTender
from b2b_market.tendering.events.selecting import ApplicationDecided
from b2b_market.tendering.rules.qualifying import ApplicationTooLate
from b2b_market.tendering.service import qualifying
from b2b_market.tendering.states.tenders import TenderStatus
from b2b_market.tendering.tasks import advance_due
from tests.support import selecting
from tests.support import tenders as made
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.tenders import Hall
from tests.support.together import at_once
from tests.support.works import work_for

COMPANIES = 8


@pytest.mark.committed
def test_what_is_acknowledged_is_judged_and_one_decision_counts(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime, COMPANIES)
        tender = made.published(runtime, hall, selecting.command(hall)).tender
        for place in range(2):
            selecting.apply(runtime, hall, tender.id, place)
        assert tender.applications_end_at is not None
        made.move(runtime, tender.applications_end_at - datetime.now(UTC) - timedelta(milliseconds=300))

        def send(place: int) -> int | None:
            try:
                selecting.apply(runtime, hall, tender.id, place)
            except ApplicationTooLate:
                return None
            return place

        with ThreadPoolExecutor(6) as pool:
            ending = pool.submit(_end, runtime, hall, tender.id)
            sent = {place for place in pool.map(send, range(2, COMPANIES)) if place is not None}
            ending.result()
        found = selecting.received(runtime, hall.evaluator, tender.id)
        assert {one.application.supplier_id for one in found} == {hall.suppliers[place] for place in {0, 1} | sent}
        for one in found:
            selecting.judge(runtime, hall, one)
        version = made.read(runtime, hall.approver, tender.id).version
        approvers = (hall.approver, make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER))

        def decide(number: int) -> str:
            try:
                with work_for(runtime, approvers[number]) as work:
                    command = StepTender(tender.id, version)
                    return qualifying.decide_qualification(work, approvers[number], command).status
            except Refusal as refusal:
                return type(refusal).__name__

        outcomes = at_once(2, decide)
        assert outcomes.count(TenderStatus.SHORTLISTED) == 1
        assert set(outcomes) <= {TenderStatus.SHORTLISTED, IllegalStep.__name__, "StaleVersion"}
        wanted = select(func.count()).select_from(OutboxRow).where(OutboxRow.topic == ApplicationDecided.topic)
        assert rows_of(runtime, system_actor("test", hall.buyer_id), wanted) == [len(found)]


def _end(runtime: Runtime, hall: Hall, tender_id: UUID) -> None:
    """Run the clock's task without a pause until the time for applications is over."""
    while made.read(runtime, hall.purchaser, tender_id).tender.status is TenderStatus.APPLICATIONS:
        advance_due(runtime)
