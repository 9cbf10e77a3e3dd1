"""Several relays on one outbox: every handler has every event once, each aggregate's in order."""

from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Lock
from types import MappingProxyType
from typing import Any

import pytest
from sqlalchemy import select, text

from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
from b2b_market.entrypoints.relay import MACHINE, Relay, _Tried
from b2b_market.infra import outbox
from b2b_market.infra.database import set_tenant
from b2b_market.infra.outbox import MAX_ATTEMPTS, InboxRow, OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.notifications.models import Notification
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.manifest import Handler
from tests.support.rfqs import Market, close, make_market, publish, submit
from tests.support.rows import rows_of
from tests.support.together import at_once, one_waits, patient

pytestmark = pytest.mark.committed
RELAYS = 4
Seen = list[tuple[str, Any]]


def noting(seen: Seen) -> Mapping[str, tuple[Handler, ...]]:
    """Return the product's handlers, each of which also notes what it got, when it got it."""
    lock = Lock()

    def noted(handler: Handler) -> Handler:
        def run(work: Work, actor: Actor, event: Any) -> None:
            handler.run(work, actor, event)
            with lock:
                seen.append((handler.name, event))

        return replace(handler, run=run)

    known = handlers_by_topic(load_manifests())
    return MappingProxyType({topic: tuple(noted(one) for one in handlers) for topic, handlers in known.items()})


def announce(runtime: Runtime, requests: int) -> Market:
    """Let a market publish, quote, revise and close, so that aggregates have several events each."""
    market = make_market(runtime, suppliers=3)
    for _ in range(requests):
        content = publish(runtime, market)
        for sales in market.sales:
            submit(runtime, sales, content, ["9", "9"])
        close(runtime, market, content.rfq.id)
    return market


def test_four_relays_at_once_run_each_handler_once(committed_runtime: Runtime) -> None:
    market = announce(committed_runtime, 6)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    events = rows_of(committed_runtime, machine, select(OutboxRow))
    seen: Seen = []
    handlers = noting(seen)
    delivered = at_once(RELAYS, lambda _: Relay(committed_runtime, handlers).drain())

    expected = Counter(handler.name for row in events for handler in handlers.get(row.topic, ()))
    assert Counter(name for name, _ in seen) == expected
    assert len({(name, event) for name, event in seen}) == len(seen)
    assert sum(delivered) == len(events)
    rows = rows_of(committed_runtime, machine, select(OutboxRow))
    assert all(row.done_at is not None and row.dead_at is None and row.attempts == 1 for row in rows)
    assert len(rows_of(committed_runtime, machine, select(InboxRow))) == sum(expected.values())


def test_each_request_is_told_in_the_order_it_happened(committed_runtime: Runtime) -> None:
    announce(committed_runtime, 4)
    seen: Seen = []
    handlers = noting(seen)
    at_once(RELAYS, lambda _: Relay(committed_runtime, handlers).drain())
    told: dict[Any, list[str]] = {}
    for name, event in seen:
        if name in ("rfq.published.invite_suppliers", "rfq.closed.tell_buyer"):
            told.setdefault(event.rfq_id, []).append(name)
    assert len(told) == 4
    assert set(map(tuple, told.values())) == {("rfq.published.invite_suppliers", "rfq.closed.tell_buyer")}


def test_relays_at_once_tell_each_person_once(committed_runtime: Runtime) -> None:
    market = announce(committed_runtime, 3)
    at_once(RELAYS, lambda _: Relay(committed_runtime, handlers_by_topic(load_manifests())).drain())
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    told = Counter(
        (row.user_id, row.kind, row.object_id) for row in rows_of(committed_runtime, machine, select(Notification))
    )
    assert told
    assert {count for (_, code, _), count in told.items() if code == "rfq.invited"} == {1}
    assert {count for (_, code, _), count in told.items() if code == "rfq.quote_received"} == {3}


@pytest.mark.timeout(120)
def test_two_relays_that_had_the_same_events_mark_them_in_one_order(committed_runtime: Runtime) -> None:
    """The first one still marks the early event, at which the second one failed; that delivered the late one."""
    market = announce(committed_runtime, 1)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    early, *_, late = sorted(row.id for row in rows_of(committed_runtime, machine, select(OutboxRow)))
    relay = Relay(committed_runtime, MappingProxyType({}))
    second = _Tried(done=[late], failed=[(early, MAX_ATTEMPTS, "LockNotAvailable")])
    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with committed_runtime.database.session() as session:
            set_tenant(session, MACHINE)
            outbox.mark_done(session, [early])
            marking = pool.submit(relay._turn_over, second, claim=False)
            assert one_waits(session, marking.done)
            outbox.mark_done(session, [late])
            session.commit()
        assert marking.result(60) == []
    rows = rows_of(committed_runtime, machine, select(OutboxRow).where(OutboxRow.id.in_([early, late])))
    assert [(row.done_at is not None, row.dead_at, row.error) for row in rows] == [(True, None, None)] * 2


@pytest.mark.timeout(120)
def test_a_relay_gives_up_what_is_spent_and_leaves_what_another_one_marks(committed_runtime: Runtime) -> None:
    market = announce(committed_runtime, 1)
    machine = system_actor("test", market.buyer_id, *market.suppliers)
    early, *_, late = sorted(row.id for row in rows_of(committed_runtime, machine, select(OutboxRow)))
    with committed_runtime.database.session() as session:
        set_tenant(session, MACHINE)
        spent = text("UPDATE outbox SET attempts = :most, next_attempt_at = now() - interval '1 hour'")
        session.execute(spent, {"most": MAX_ATTEMPTS})
        session.commit()
    with patient(committed_runtime), ThreadPoolExecutor(1) as pool:
        with committed_runtime.database.session() as session:
            set_tenant(session, MACHINE)
            outbox.mark_failed(session, late, MAX_ATTEMPTS, "it broke")
            draining = pool.submit(Relay(committed_runtime, MappingProxyType({})).drain)
            one_waits(session, draining.done)
            outbox.mark_failed(session, early, MAX_ATTEMPTS, "it broke")
            session.commit()
        assert draining.result(60) == 0
    rows = rows_of(committed_runtime, machine, select(OutboxRow))
    assert all(row.dead_at is not None for row in rows)
    assert {row.error for row in rows if row.id in (early, late)} == {"it broke"}
