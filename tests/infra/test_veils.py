"""Veiled facts: delivered like others, but hidden from the platform's people and never given up until lifted."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update

from b2b_market.infra import outbox
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import MAX_ATTEMPTS, OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.veils import lift

MACHINE, OPERATOR, AUDITOR = Tenant(machine=True), Tenant(platform="operator"), Tenant(platform="auditor")


PACKAGE = Path(__file__).parents[2] / "b2b_market"


def test_one_place_says_when_a_veil_is_lifted() -> None:
    named = [path for path in PACKAGE.rglob("*.py") if "veil_lifted" in path.read_text("utf-8")]
    assert named == [PACKAGE / "infra" / "veils.py"]


def announce(runtime: Runtime, veil: UUID | None, attempts: int = 0) -> UUID:
    event_id = new_id()
    with runtime.database.session() as session:
        now = set_tenant(session, MACHINE)
        row = {
            "id": event_id,
            "topic": "thing.changed.v1",
            "aggregate_type": "thing",
            "aggregate_id": uuid4(),
            "aggregate_version": 1,
            "org_ids": [],
            "actor": {"kind": "system"},
            "correlation_id": "c",
            "payload": {},
            "occurred_at": now,
            "attempts": attempts,
            "next_attempt_at": now,
            "veil": veil,
        }
        insert_rows(session, OutboxRow, [row])
        session.commit()
    return event_id


def lifted(runtime: Runtime, veil: UUID) -> None:
    with runtime.database.session() as session:
        lift(session, veil, set_tenant(session, Tenant()))
        session.commit()


def claimed(runtime: Runtime) -> set[UUID]:
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        rows = outbox.claim(session, 10, outbox.LEASE)
        session.commit()
    return {row["id"] for row in rows}


def seen(runtime: Runtime, tenant: Tenant) -> set[UUID]:
    with runtime.database.session() as session:
        set_tenant(session, tenant)
        return {row.id for row in session.execute(text("SELECT id FROM outbox"))}


def failed(runtime: Runtime, event_id: UUID) -> bool:
    """Let the last attempt fail; tell whether the event went to the dead letters."""
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        outbox.mark_failed(session, event_id, MAX_ATTEMPTS, "no")
        session.commit()
        dead = session.execute(text("SELECT dead_at FROM outbox WHERE id = :id"), {"id": event_id}).scalar_one()
    return dead is not None


@pytest.mark.parametrize("reader", [OPERATOR, AUDITOR], ids=["operator", "auditor"])
def test_the_platforms_people_see_a_veiled_event_once_its_veil_is_lifted(runtime: Runtime, reader: Tenant) -> None:
    veil, other = uuid4(), uuid4()
    hidden, plain, elsewhere = announce(runtime, veil), announce(runtime, None), announce(runtime, other)
    assert seen(runtime, reader) == {plain}
    assert claimed(runtime) == {hidden, plain, elsewhere}
    lifted(runtime, veil)
    lifted(runtime, veil)
    assert seen(runtime, reader) == {plain, hidden}
    assert seen(runtime, Tenant()) == seen(runtime, Tenant((uuid4(),))) == set()


def test_the_operator_cannot_touch_it_either(runtime: Runtime) -> None:
    announce(runtime, uuid4())
    with runtime.database.session() as session:
        set_tenant(session, OPERATOR)
        done = session.execute(update(OutboxRow).values(attempts=0).returning(OutboxRow.id)).all()
        session.rollback()
    assert done == []


@pytest.mark.parametrize("veiled", [True, False])
def test_a_veiled_event_is_tried_on_and_never_given_up(runtime: Runtime, *, veiled: bool) -> None:
    veil = uuid4() if veiled else None
    event_id = announce(runtime, veil, attempts=MAX_ATTEMPTS)
    assert claimed(runtime) == ({event_id} if veiled else set())
    if veil is not None:
        assert not failed(runtime, event_id)
        lifted(runtime, veil)
        assert failed(runtime, event_id)


def test_nobody_reads_what_is_lifted_but_the_platform(runtime: Runtime) -> None:
    lifted(runtime, uuid4())
    counts = {}
    for name, tenant in {"company": Tenant((uuid4(),)), "platform": OPERATOR, "machine": MACHINE}.items():
        with runtime.database.session() as session:
            set_tenant(session, tenant)
            counts[name] = session.execute(text("SELECT count(*) FROM veil_lifted")).scalar_one()
    assert counts == {"company": 0, "platform": 1, "machine": 1}
