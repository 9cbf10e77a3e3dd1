"""The relay is killed between any two of its steps: every handler still has every event, once in effect."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.entrypoints.relay import Relay
from b2b_market.infra.outbox import InboxRow, OutboxRow
from tests.support.children import relay, until
from tests.support.deaths import Death
from tests.support.house import House
from tests.support.rows import rows_of
from tests.support.stories import award_a_request, machine_of, require_award_settled

pytestmark = pytest.mark.committed
LEASE = 0.4
PLACES = {
    "claimed but not committed": Death("b2b_market.infra.outbox:claim", after=True),
    "between claim and delivery": Death("b2b_market.entrypoints.relay:Relay._deliver_all"),
    "in the first handler": Death("b2b_market.infra.work:Work.finish", after=True),
    "in a later handler": Death("b2b_market.infra.work:Work.finish", after=True, nth=3),
    "between two handlers": Death("b2b_market.entrypoints.relay:Relay.deliver", after=True, nth=2),
    "delivered but not marked": Death("b2b_market.infra.outbox:mark_done"),
    "marked but not committed": Death("b2b_market.infra.outbox:mark_done", after=True),
}


def deliver_the_rest(house: House) -> None:
    """Let relays run until nothing waits, as the schedule does."""
    again = Relay(house.runtime, handlers_by_topic(load_manifests()), lease=timedelta(seconds=LEASE))

    def nothing_waits() -> bool:
        again.drain()
        return house.undelivered() == 0

    until(nothing_waits, 240, "every event is delivered")


@pytest.mark.parametrize("where", PLACES)
def test_killed_anywhere_it_delivers_everything_once(house: House, where: str) -> None:
    market, _ = award_a_request(house.runtime)
    house.nursery.start(relay, LEASE, death=PLACES[where]).died()
    assert house.undelivered() > 0
    deliver_the_rest(house)
    require_award_settled(house.runtime, market)


def test_what_a_dead_relay_holds_waits_for_its_lease_and_nothing_else_waits(house: House) -> None:
    market, _ = award_a_request(house.runtime)
    machine = machine_of(market)
    house.nursery.start(relay, 3600.0, death=PLACES["between claim and delivery"]).died()
    held = {row.id for row in rows_of(house.runtime, machine, select(OutboxRow)) if row.attempts == 1}
    assert held
    before = rows_of(house.runtime, machine, select(InboxRow))
    delivered = Relay(house.runtime, handlers_by_topic(load_manifests())).drain()
    rows = rows_of(house.runtime, machine, select(OutboxRow))
    assert before == []
    assert {row.id for row in rows if row.done_at is None} >= held
    # an event of the same aggregate waits behind the held one; all others were free to go
    aggregates = {row.aggregate_id for row in rows if row.id in held}
    free = [row for row in rows if row.aggregate_id not in aggregates]
    assert all(row.done_at is not None for row in free)
    assert delivered == len(free)
