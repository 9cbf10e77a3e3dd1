"""The relay: takes announced facts from the outbox to their handlers, each exactly once in effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError

from b2b_market.infra import outbox
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.who import Cause, Who
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.manifest import Handler

MACHINE = Tenant(machine=True)
BATCH = 50
log = structlog.get_logger("relay")


@dataclass(frozen=True)
class Relay:
    """Drains the outbox of one database into ``handlers`` (by topic).

    A relay that dies holds what it had claimed for ``lease``; then another one delivers it.
    """

    runtime: Runtime
    handlers: Mapping[str, tuple[Handler, ...]]
    lease: timedelta = outbox.LEASE

    def drain(self, rounds: int = 200) -> int:
        """Deliver until nothing is due or ``rounds`` batches are done; return how many events were delivered.

        Several drains may run at once: rows are leased, and only an aggregate's oldest event can be.
        """
        delivered = 0
        for _ in range(rounds):
            with self.runtime.database.session() as session:
                set_tenant(session, MACHINE)
                batch = outbox.claim(session, BATCH, self.lease)
                session.commit()
            if not batch:
                break
            delivered += self._deliver_all(batch)
        return delivered

    def _deliver_all(self, batch: list[dict[str, Any]]) -> int:
        done: list[UUID] = []
        failed: list[tuple[UUID, int, str]] = []
        for row in batch:
            try:
                for handler in self.handlers.get(row["topic"], ()):
                    self.deliver(row, handler)
            except Exception as error:
                log.warning("delivery failed", topic=row["topic"], event_id=str(row["id"]), exc_info=True)
                failed.append((row["id"], row["attempts"], failure_text(error)))
            else:
                done.append(row["id"])
        with self.runtime.database.session() as session:
            set_tenant(session, MACHINE)
            if done:
                outbox.mark_done(session, done)
            for event_id, attempts, error_text in failed:
                outbox.mark_failed(session, event_id, attempts, error_text)
            session.commit()
        return len(done)

    def deliver(self, row: Mapping[str, Any], handler: Handler) -> None:
        """Run ``handler`` for the event in a transaction of its own, unless its inbox already holds it."""
        orgs = tuple(row["org_ids"])
        actor: Actor = system_actor(handler.name, *orgs)
        cause = Cause("handler", row["correlation_id"], event_id=row["id"])
        event = handler.event.from_payload(row["payload"])
        with self.runtime.database.session() as session:
            stamp = set_tenant(session, Tenant(orgs))
            if not outbox.first_delivery(session, row["id"], handler.name, stamp):
                return
            origin = Who.from_json(row["actor"])
            who = Who(actor.who.kind, origin.user_id, origin.org_id, handler.name)
            work = self.runtime.begin(session, who, cause, stamp)
            handler.run(work, actor, event)
            work.finish()
            session.commit()
        self.runtime.settle(work)


def failure_text(error: Exception) -> str:
    """Return what the dead-letter desk shows of an error.

    Of the database's only its own sentence: the details repeat the rows' values, which the platform may not see.
    """
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        told = getattr(error.orig, "diag", None)
        return f"{name}: {getattr(told, 'message_primary', None) or type(error.orig).__name__}"
    return f"{name}: {error}"
