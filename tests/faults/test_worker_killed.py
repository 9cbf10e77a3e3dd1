"""The worker is killed around a task: the message comes again or the schedule asks again, and all is done once."""

import re
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from b2b_market.infra.outbox import OutboxRow
from tests.support.children import schedule, until, worker
from tests.support.deaths import Death
from tests.support.house import House
from tests.support.inspection import require_sound_trail
from tests.support.rfqs import Market
from tests.support.rows import rows_of
from tests.support.stories import award_a_request, expected_inbox, machine_of, require_award_settled

pytestmark = pytest.mark.committed
DRAIN = "relay.drain"
BEFORE_ANY_WORK = {"received but not begun": Death("celery.concurrency.thread:TaskPool.on_apply")}
AMID_THE_WORK = {"in the middle of a handler": Death("b2b_market.infra.work:Work.finish", after=True, nth=3)}
AFTER_THE_WORK = {"done but not acknowledged": Death("celery.worker.request:Request.acknowledge")}
PLACES = {**BEFORE_ANY_WORK, **AMID_THE_WORK, **AFTER_THE_WORK}


def all_handled(house: House, market: Market) -> bool:
    """Tell whether each handler has had each of the events that were announced so far."""
    rows = rows_of(house.runtime, machine_of(market), select(OutboxRow))
    return house.handled() >= expected_inbox(rows).total()


def require_place(house: House, market: Market, where: str) -> None:
    """Assert that the worker died where it was to die, and that the broker still holds its message."""
    assert (house.handled() > 0) == (where not in BEFORE_ANY_WORK)
    assert all_handled(house, market) == (where in AFTER_THE_WORK)
    assert house.messages() > 0


@pytest.mark.parametrize("where", PLACES)
def test_killed_anywhere_its_task_comes_again_and_is_done_once(house: House, where: str) -> None:
    market, _ = award_a_request(house.runtime)
    house.ask(DRAIN)
    # one thread: what a handler nudges for waits behind this task instead of running beside it
    house.nursery.start(worker, "threads", 1, death=PLACES[where]).died()
    require_place(house, market, where)
    house.end_leases()
    assert house.redeliver() > 0
    house.nursery.start(worker)
    until(lambda: house.undelivered() == 0, 240, "the next worker delivers everything")
    require_award_settled(house.runtime, market)
    until(lambda: house.messages() == 0, 240, "every message is acknowledged")


def test_without_its_message_the_schedule_asks_again(house: House) -> None:
    """The worker dies amid its work and the broker forgets all messages: two parts started anew finish everything."""
    market, _ = award_a_request(house.runtime)
    house.ask(DRAIN)
    house.nursery.start(worker, death=AMID_THE_WORK["in the middle of a handler"]).died()
    assert house.undelivered() > 0
    house.runtime.redis.flushall()
    house.end_leases()
    house.nursery.start(schedule)
    successor = house.nursery.start(worker)
    until(lambda: house.undelivered() == 0, 240, "the schedule and a worker deliver everything")
    require_award_settled(house.runtime, market)
    require_sound_trail(house)
    assert "Discarding" not in successor.said(), "no message waited until it was dropped"


def test_a_killed_pool_process_is_replaced_and_its_task_repeated(house: House, tmp_path: Path) -> None:
    """With processes as its pool a worker outlives them: it takes the task back and gives it to the next process."""
    market, _ = award_a_request(house.runtime)
    switch = tmp_path / "armed"
    switch.touch()
    place = Death("b2b_market.infra.work:Work.finish", after=True, nth=3, arm=switch)
    parent = house.nursery.start(worker, "prefork", death=place)
    house.ask(DRAIN)
    until(lambda: not switch.exists(), 240, "a pool process dies")
    assert house.undelivered() > 0
    house.end_leases()
    until(lambda: house.undelivered() == 0, 240, "another pool process delivers everything")
    require_award_settled(house.runtime, market)
    until(lambda: house.messages() == 0, 240, "every message is acknowledged")
    assert parent.process.exitcode is None
    received = Counter(re.findall(r"Task relay.drain\[([0-9a-f-]+)\] received", parent.said()))
    assert max(received.values()) == 2, "the message was given out again"
