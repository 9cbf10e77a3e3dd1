"""Announced facts in every state, made by plain inserts as the machine."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime

DAY = timedelta(days=1)
DEAD: dict[str, Any] = {"attempts": 12, "error": "ValueError: no lamp", "dead_at": True}
FAILING: dict[str, Any] = {"attempts": 3, "error": "ValueError: no lamp"}


def announce(
    runtime: Runtime,
    topic: str = "lamp.lit.v1",
    *,
    aggregate: UUID | None = None,
    version: int = 1,
    age: timedelta = DAY,
    **more: Any,
) -> UUID:
    """Insert one event and return its id; ``done_at`` and ``dead_at`` may be True, which means now."""
    event_id = new_id()
    with runtime.database.session() as session:
        now: datetime = set_tenant(session, Tenant(machine=True))
        row = {
            "id": event_id,
            "topic": topic,
            "aggregate_type": "lamp",
            "aggregate_id": aggregate or new_id(),
            "aggregate_version": version,
            "org_ids": [new_id()],
            "actor": {"kind": "person", "user_id": str(new_id()), "org_id": None, "name": "Wei Zhang", "session": "x"},
            "correlation_id": "c" * 32,
            "payload": {"lamp_id": str(new_id()), "watts": 60, "note": None},
            "occurred_at": now - age,
            "attempts": 0,
            "next_attempt_at": now - age,
            "done_at": None,
            "dead_at": None,
            "error": None,
            **{name: now if value is True else value for name, value in more.items()},
        }
        session.add(OutboxRow(**row))
        session.commit()
    return event_id


def stored(runtime: Runtime, event_id: UUID) -> OutboxRow:
    """Return one event as it stands in the database."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        found = session.get(OutboxRow, event_id)
        assert found is not None
        session.expunge(found)
        session.rollback()
    return found
