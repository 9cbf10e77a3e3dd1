"""Several workers let one saved search speak at the same moment: its owner hears once."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.service import saving
from b2b_market.board.states import Cadence
from b2b_market.board.tasks import alert
from b2b_market.infra.runtime import Runtime
from tests.board.boards import put_up, wanted
from tests.support.calling import caller_for
from tests.support.rfqs import make_market
from tests.support.together import at_once
from tests.support.works import work_for

pytestmark = pytest.mark.committed


@pytest.mark.parametrize("_round", range(3))
def test_four_workers_tell_once(committed_runtime: Runtime, committed_client: TestClient, _round: int) -> None:
    market = make_market(committed_runtime, suppliers=1)
    (sales,) = market.sales
    with work_for(committed_runtime, sales) as work:
        saving.save_search(work, sales, SaveSearch(name="All", filters=Filters(), cadence=Cadence.AT_ONCE))
    put_up(committed_runtime, market, wanted("Bearings"), wanted("Pumps"))
    sent = at_once(4, lambda _: alert(committed_runtime))
    found = caller_for(committed_client, committed_runtime, sales).get("/notifications").json()["items"]
    told = [item["body"] for item in found if item["object_type"] == "board_search"]
    assert sum(sent) == len(told) == 1
    assert "Bearings" in told[0]
    assert "Pumps" in told[0]
    with work_for(committed_runtime, sales) as work:
        assert work.session.execute(text("SELECT count(*) FROM board_told")).scalar_one() == 2
