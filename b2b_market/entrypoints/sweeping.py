"""Sweeps of what the ground layer keeps for a while: idempotency keys, delivered events, used inbox keys."""

from typing import Final

from sqlalchemy import text

from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.idempotency import KEPT
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import Task

DELIVERED_DAYS: Final = 30
_SWEEPS: Final = (
    ("DELETE FROM idempotency WHERE created_at < now() - CAST(:kept AS interval)", f"{KEPT.total_seconds()} seconds"),
    ("DELETE FROM outbox WHERE done_at < now() - CAST(:kept AS interval)", f"{DELIVERED_DAYS} days"),
    # twice as long as an event can still be redelivered
    ("DELETE FROM inbox WHERE handled_at < now() - CAST(:kept AS interval)", f"{2 * DELIVERED_DAYS} days"),
)


def sweep_ground(runtime: Runtime) -> int:
    """Delete what has outlived its use; return how many rows went."""
    gone = 0
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        for statement, kept in _SWEEPS:
            gone += session.execute(text(statement), {"kept": kept}).rowcount  # type: ignore[attr-defined]  # a CursorResult
        session.commit()
    return gone


SWEEPS: Final = (Task("ground.sweep", sweep_ground, 3600.0),)
