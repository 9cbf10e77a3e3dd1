"""A complaint's fee arrives at the very end of the stand-still: it counts and holds the contracts, or is too late."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.events.evaluation import TenderAwarded
from b2b_market.tendering.rules.complaining import ComplaintTooLate
from b2b_market.tendering.states.complaints import ComplaintStatus, ComplaintTarget
from b2b_market.tendering.tasks import conclude_over, lapse_complaints
from tests.support import complaints as told
from tests.support import judging
from tests.support import tenders as made
from tests.support.rows import rows_of
from tests.support.together import at_once


@pytest.mark.committed
def test_a_fee_at_the_last_moment_counts_or_is_too_late(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime)
        _, operator = told.make_body(runtime)
        command = made.tender_command(
            hall, procedure=told.procedure(runtime, hall.purchaser), criteria=judging.PRICE_ALONE
        )
        bids = [{0: judging.content("95")}, {0: judging.content("97")}]
        tender = judging.opened(runtime, hall, bids, command)
        lot = judging.begin(runtime, hall, tender).lots[0]
        award = judging.approve(runtime, hall.approver, judging.propose(runtime, hall.purchaser, judging.turn(lot)))
        complaint = told.lodge(runtime, hall.sales[1], tender.tender.id, ComplaintTarget.AWARD, award.id)
        with runtime.database.session() as session:
            left = complaint.window_ends_at - session.scalars(select(func.now())).one() - runtime.shift
        made.move(runtime, left - timedelta(milliseconds=60))

        def act(number: int) -> type[object]:
            if number % 2:
                for _ in range(20):
                    conclude_over(runtime)
                    lapse_complaints(runtime)
                return Runtime
            try:
                return type(told.pay(runtime, operator, complaint))
            except Refusal as refusal:
                return type(refusal)

        outcome = at_once(4, act)[::2]
        status = told.seen(runtime, hall.sales[1], complaint).status
        awarded = rows_of(
            runtime,
            system_actor("test", hall.buyer_id),
            select(func.count()).select_from(OutboxRow).where(OutboxRow.topic == TenderAwarded.topic),
        )
        paid = sum(one.__name__ == "Complaint" for one in outcome)
        assert paid <= 1
        if paid:
            assert (status, awarded) == (ComplaintStatus.PENDING, [0])
        else:
            assert ComplaintTooLate in outcome or status is ComplaintStatus.MISTAKEN
            conclude_over(runtime)
            lapse_complaints(runtime)
            assert told.seen(runtime, hall.sales[1], complaint).status is ComplaintStatus.MISTAKEN
