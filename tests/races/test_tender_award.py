"""Two approvers decide one lot at the same moment, and several workers end its stand-still."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import IllegalStep, Refusal
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.evaluation import StepAward
from b2b_market.tendering.events.evaluation import LotDecided, TenderAwarded
from b2b_market.tendering.models.evaluation import TenderResult
from b2b_market.tendering.service import revoking
from b2b_market.tendering.tasks import conclude_over
from tests.support import judging
from tests.support import tenders as made
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for


@pytest.mark.committed
def test_one_decision_and_one_end_of_the_stand_still(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime)
        tender = judging.opened(runtime, hall, [{0: judging.content("96")}, {0: judging.content("95")}])
        found = judging.begin(runtime, hall, tender)
        proposed = judging.propose(runtime, hall.purchaser, judging.turn(found.lots[0]))
        approvers = (hall.approver, make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER))

        def approve(number: int) -> type[object]:
            try:
                return type(judging.approve(runtime, approvers[number], proposed))
            except Refusal as refusal:
                return type(refusal)

        outcomes = at_once(2, approve)
        assert sorted(one.__name__ for one in outcomes) == [IllegalStep.__name__, "TenderAward"]
        buyer = system_actor("test", hall.buyer_id)
        assert len(rows_of(runtime, buyer, select(TenderResult))) == 2
        made.move(runtime, timedelta(days=3))

        with work_for(runtime, hall.approver) as work, pytest.raises(IllegalStep):
            revoking.cancel_award(work, hall.approver, StepAward(proposed.id, proposed.version + 1, "too late"))
        assert sum(at_once(4, lambda _: conclude_over(runtime))) == 1
        for event in (LotDecided, TenderAwarded):
            wanted = select(func.count()).select_from(OutboxRow).where(OutboxRow.topic == event.topic)
            assert rows_of(runtime, buyer, wanted) == [1]
