"""Several workers let one saved search speak at the same moment: its owner hears once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import func, select, text

from b2b_market.board import queries
from b2b_market.board.commands import Filters, ReadSearch, SaveSearch
from b2b_market.board.models import BoardEntry
from b2b_market.board.service import alerting, saving
from b2b_market.board.states import Cadence
from b2b_market.board.tasks import alert
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.rbac.actor import Scope, system_actor
from tests.board.boards import put_up, wanted
from tests.support.calling import caller_for
from tests.support.rfqs import make_market
from tests.support.together import at_once, one_waits, patient
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


@pytest.mark.timeout(120)
def test_a_search_that_tells_of_an_entry_and_a_worker_that_wakes_it_do_not_block_each_other(
    committed_runtime: Runtime,
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    (sales,) = market.sales
    with work_for(committed_runtime, sales) as work:
        saved = saving.save_search(work, sales, SaveSearch(name="All", filters=Filters(), cadence=Cadence.AT_ONCE))
    put_up(committed_runtime, market, wanted("Bearings"))
    clock = system_actor("test", sales.org_id)
    with work_for(committed_runtime, clock) as work:
        alerting.wake_searches(work, clock, None)
    put_up(committed_runtime, market, wanted("Pumps"))
    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with work_for(committed_runtime, clock) as work:
            assert queries.lock_due_search(work.session, Scope(clock, None), saved.id, work.now()) is not None
            waking = pool.submit(_wake, committed_runtime)
            one_waits(work.session, waking.done)
            news = alerting.tell_news(work, clock, ReadSearch(saved.id))
        assert news is not None
        assert {entry.title for entry in news.entries} == {"Bearings", "Pumps"}
        assert waking.result(timeout=60) >= 1


def test_workers_with_different_entries_wake_the_same_searches(
    committed_runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    market = make_market(committed_runtime, suppliers=1)
    (sales,) = market.sales
    monkeypatch.setattr(alerting, "BATCH", 1)
    for number in range(24):
        with work_for(committed_runtime, sales) as work:
            asked = Filters(text=("", "bearings", "pumps")[number % 3])
            saving.save_search(work, sales, SaveSearch(name=f"S{number}", filters=asked, cadence=Cadence.AT_ONCE))
    put_up(committed_runtime, market, *(wanted(title) for title in ("Bearings", "Pumps", "Belts") * 4))
    woken = sum(sum(at_once(4, lambda _: _wake(committed_runtime))) for _ in range(6))
    assert woken >= 12
    with work_for(committed_runtime, sales) as work:
        assert work.session.scalar(select(func.count()).where(BoardEntry.woken.is_(False))) == 0


def _wake(runtime: Runtime) -> int:
    clock = system_actor("test")
    with runtime.work(clock.who, Tenant(machine=True), Cause("task", new_correlation())) as work:
        return alerting.wake_searches(work, clock, None)
