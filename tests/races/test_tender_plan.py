"""Two approvers announce one draft at the same moment: one prior notice stands."""

import pytest
from sqlalchemy import select

from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.permission import Role
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.rules.planning import PlanStands
from tests.support import planning
from tests.support import tenders as made
from tests.support.people import make_person
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.tendering.test_public_side import public_command


@pytest.mark.committed
def test_one_prior_notice_stands(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    hall = made.make_hall(runtime)
    draft = made.draft(runtime, hall, public_command(hall))
    approvers = (hall.approver, make_person(runtime, hall.buyer_id, Role.BUYER_APPROVER))

    def act(number: int) -> bool:
        try:
            planning.announce(runtime, approvers[number], draft)
        except PlanStands:
            return False
        return True

    assert sorted(at_once(2, act)) == [False, True]
    assert len(rows_of(runtime, hall.purchaser, select(PriorNotice.id))) == 1
