"""Claims of the outbox: leases, order within an aggregate, and giving up."""

from uuid import UUID, uuid4

from sqlalchemy import text

from b2b_market.infra import outbox
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.database import Tenant, run_fixed, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import MAX_ATTEMPTS, OutboxRow
from b2b_market.infra.runtime import Runtime

MACHINE = Tenant(machine=True)


def announce(runtime: Runtime, aggregate: UUID, version: int, attempts: int = 0) -> UUID:
    event_id = new_id()
    with runtime.database.session() as session:
        now = set_tenant(session, MACHINE)
        row = {
            "id": event_id,
            "topic": "thing.changed.v1",
            "aggregate_type": "thing",
            "aggregate_id": aggregate,
            "aggregate_version": version,
            "org_ids": [],
            "actor": {"kind": "system"},
            "correlation_id": "c",
            "payload": {},
            "occurred_at": now,
            "attempts": attempts,
            "next_attempt_at": now,
        }
        insert_rows(session, OutboxRow, [row])
        session.commit()
    return event_id


def claimed(runtime: Runtime) -> list[UUID]:
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        rows = outbox.claim(session, 10, outbox.LEASE)
        session.commit()
    return [row["id"] for row in rows]


def test_what_waits_of_an_aggregate_is_leased_in_order_and_only_once(runtime: Runtime) -> None:
    thing, other = uuid4(), uuid4()
    second, first = announce(runtime, thing, 2), announce(runtime, thing, 1)
    alone = announce(runtime, other, 1)
    leased = claimed(runtime)
    assert set(leased) == {first, second, alone}
    assert leased.index(first) < leased.index(second), "by version, whenever they were written"
    announce(runtime, thing, 3)
    assert claimed(runtime) == []


def test_what_waits_behind_an_event_that_was_tried_goes_on_waiting(runtime: Runtime) -> None:
    thing = uuid4()
    tried, _behind = announce(runtime, thing, 1, attempts=1), announce(runtime, thing, 2)
    assert claimed(runtime) == [tried]


def test_what_is_put_back_was_never_tried(runtime: Runtime) -> None:
    thing = uuid4()
    first, second = announce(runtime, thing, 1), announce(runtime, thing, 2)
    assert claimed(runtime) == [first, second]
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        outbox.put_back(session, [second])
        found = session.execute(text("SELECT id, attempts FROM outbox")).all()
        session.commit()
    assert {row.id: row.attempts for row in found} == {first: 1, second: 0}
    assert claimed(runtime) == [], "the first one is still leased"


def test_a_lease_takes_a_long_queue_from_its_front(runtime: Runtime) -> None:
    thing = uuid4()
    waiting = [announce(runtime, thing, version) for version in range(1, 14)]
    assert claimed(runtime) == waiting[:11], "the oldest and ten behind it"


def test_an_event_whose_deliveries_ended_the_relay_goes_to_the_dead_letters(runtime: Runtime) -> None:
    event_id = announce(runtime, uuid4(), 1, attempts=MAX_ATTEMPTS)
    assert claimed(runtime) == []
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        row = session.execute(text("SELECT dead_at, error FROM outbox WHERE id = :id"), {"id": event_id}).one()
        session.rollback()
    assert row.dead_at is not None
    assert "relay ended" in row.error


def test_what_is_given_up_takes_no_place_from_what_can_be_delivered(runtime: Runtime) -> None:
    spent = announce(runtime, uuid4(), 1, attempts=MAX_ATTEMPTS)
    fresh = announce(runtime, uuid4(), 1)
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        assert [row["id"] for row in outbox.claim(session, 1, outbox.LEASE)] == [fresh]
        attempts = session.execute(text("SELECT attempts FROM outbox WHERE id = :id"), {"id": spent}).scalar_one()
        session.commit()
    assert attempts == MAX_ATTEMPTS


def test_a_claim_never_reaches_the_question_of_veils(runtime: Runtime) -> None:
    """Each part of its plan is started whether it runs or not; a veil asked about in a policy is six of them."""
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        plan = run_fixed(session, f"EXPLAIN {outbox.CLAIM}", {"batch": 10, "lease": outbox.LEASE})
        parts = [line for (line,) in plan if "InitPlan" in line or "SubPlan" in line]
        tables = {name for (line,) in plan for name in ("outbox", "veil_lifted") if f" on {name}" in line}
        session.rollback()
    assert tables == {"outbox"}
    assert len(parts) == 2, "the oldest of an aggregate, named and used"


def test_a_delivery_sets_the_tenant_and_is_begun_once(runtime: Runtime) -> None:
    event_id, org = uuid4(), uuid4()
    seen = text("SELECT app_orgs(), app_machine(), now()")
    with runtime.database.session() as session:
        stamp = outbox.begin_delivery(session, Tenant((org,)), event_id, ["one", "two"])
        assert tuple(session.execute(seen).one()) == ([org], False, stamp)
        session.commit()
    for handlers in (["one"], ["three", "two"]):
        with runtime.database.session() as session:
            assert outbox.begin_delivery(session, Tenant((org,)), event_id, handlers) is None
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        noted = session.execute(text("SELECT handler FROM inbox ORDER BY handler")).scalars().all()
        session.rollback()
    assert noted == ["one", "two"], "who comes along with one that has had it is not noted either"
