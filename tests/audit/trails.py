"""Entries written the way every operation writes them, and the sealer of a test's runtime."""

import time
from typing import Any
from uuid import UUID

from sqlalchemy import text

from b2b_market.audit.service.rounds import Sealer, sealer_of
from b2b_market.infra.aggregate import Change
from b2b_market.infra.audit_trail import DENIED, DONE, Entry
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause, Who, WhoKind
from b2b_market.rbac.actor import Actor

MACHINE = Tenant(machine=True)
PATIENCE = 600
WAITING = "SELECT count(*) FROM audit_event e WHERE NOT EXISTS (SELECT 1 FROM audit_leaf l WHERE l.event_id = e.id)"


def entry(
    *orgs: UUID, action: str = "thing.changed", thing: UUID | None = None, version: int = 1, denied: bool = False
) -> Entry:
    return Entry(
        action,
        "thing",
        thing or new_id(),
        version,
        orgs,
        DENIED if denied else DONE,
        "thing-refused" if denied else None,
        {} if denied else {"title": Change("旧", "new"), "price": Change(1, 2), "parts": Change([], ["a"])},
        frozenset({"price"}),
        None if denied else bytes(32),
    )


def write(runtime: Runtime, *entries: Entry, actor: Actor | None = None) -> None:
    """Write ``entries`` in one transaction, by ``actor`` or by nobody in particular."""
    who = actor.who if actor is not None else Who(WhoKind.PERSON, new_id(), new_id(), "张三", "0123456789abcdef")
    tenant = actor.tenant() if actor is not None else Tenant()
    cause = Cause("test", new_correlation(), network="10.0.0.0/24")
    with runtime.work(who, tenant, cause) as work:
        for item in entries:
            work.note(item)


def write_many(runtime: Runtime, count: int, *orgs: UUID) -> None:
    write(runtime, *(entry(*orgs) for _ in range(count)))


def sealer(runtime: Runtime) -> Sealer:
    return sealer_of(runtime, "test")


def seal(runtime: Runtime, *, batch: int = 10_000, by: Sealer | None = None) -> int:
    """Seal until nothing waits and return how many entries.

    Transactions of the server's other databases hold the sealer back as well, and other tests keep theirs open.
    """
    one, sealed, patience = by or sealer(runtime), 0, time.monotonic() + PATIENCE
    while True:
        sealed += one.run(batches=1_000_000, batch=batch)
        if rows(runtime, WAITING) == [(0,)]:
            return sealed
        assert time.monotonic() < patience, "another transaction of this server stays open"
        time.sleep(0.05)


def rows(runtime: Runtime, statement: str) -> list[tuple[Any, ...]]:
    """Read as the machine."""
    with runtime.database.session() as session:
        set_tenant(session, MACHINE)
        return [tuple(row) for row in session.execute(text(statement)).all()]
