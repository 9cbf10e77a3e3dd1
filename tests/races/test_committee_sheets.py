"""Two members hand in the last sheets at the same moment, while several workers look for sheets to open."""

import pytest
from sqlalchemy import func, select

from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.rbac.actor import system_actor
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.committee import SheetsOpened
from b2b_market.tendering.service import committee
from b2b_market.tendering.states.committee import CommitteeStatus
from b2b_market.tendering.tasks import advance_committees
from tests.support import committees, judging
from tests.support import tenders as made
from tests.support.rows import rows_of
from tests.support.together import at_once
from tests.support.works import work_for
from tests.tendering.test_committee import members, opened


@pytest.mark.committed
def test_all_sheets_open_once(committed_runtime: Runtime) -> None:
    runtime = committed_runtime
    with made.own_clock(runtime):
        hall = made.make_hall(runtime)
        tender = opened(runtime, hall)
        judging.begin(runtime, hall, tender)
        five = members(runtime, hall, tender.tender.id)
        for one in five:
            committees.declare(runtime, one, tender.tender.id)
        with work_for(runtime, five[0]) as work:
            bids = [one.bid.id for one in committee.list_member_bids(work, five[0], ReadTender(tender.tender.id))]
        sheet = dict.fromkeys(bids, "70")
        for one in five[:3]:
            committees.hand_in(runtime, one, tender.tender.id, sheet)

        def act(number: int) -> int:
            if number < 2:
                committees.hand_in(runtime, five[3 + number], tender.tender.id, sheet)
                return 0
            return advance_committees(runtime)

        early = sum(at_once(4, act))
        assert early + sum(at_once(4, lambda _: advance_committees(runtime))) == 1
        found = committees.view(runtime, hall.purchaser, tender.tender.id).committee
        assert found is not None
        assert found.status is CommitteeStatus.SCORED
        wanted = select(func.count()).select_from(OutboxRow).where(OutboxRow.topic == SheetsOpened.topic)
        assert rows_of(runtime, system_actor("test", hall.buyer_id), wanted) == [1]
