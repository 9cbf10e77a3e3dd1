"""A correction is asked for while the award of its lot is approved: one of them wins, never both."""

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import Refusal
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.models.evaluation import Inquiry, TenderAward
from b2b_market.tendering.states.evaluation import TenderAwardStatus
from tests.support import judging
from tests.support import tenders as made
from tests.support.corrections import ask
from tests.support.rows import rows_of
from tests.support.together import at_once


@pytest.mark.committed
def test_no_lot_is_decided_beside_a_correction_that_waits(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime)
        tender = judging.opened(runtime, hall, [{0: judging.content("96")}, {0: judging.content("95")}])
        found = judging.begin(runtime, hall, tender)
        proposed = judging.propose(runtime, hall.purchaser, judging.turn(found.lots[0]))

        def act(number: int) -> bool:
            try:
                if number:
                    judging.approve(runtime, hall.approver, proposed)
                else:
                    ask(runtime, hall, tender.tender.id)
            except Refusal:
                return False
            return True

        assert sum(at_once(2, act)) == 1
        buyer = system_actor("test", hall.buyer_id)
        active = select(TenderAward.id).where(TenderAward.status == TenderAwardStatus.ACTIVE)
        assert len(rows_of(runtime, buyer, active)) + len(rows_of(runtime, buyer, select(Inquiry.id))) == 1
