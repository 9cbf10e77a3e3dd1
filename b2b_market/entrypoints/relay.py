"""The relay: takes announced facts from the outbox to their handlers, each exactly once in effect."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from b2b_market.infra import outbox
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.who import Cause, Who
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Actor, system_actor
from b2b_market.rbac.manifest import Handler

MACHINE = Tenant(machine=True)
BATCH = 50
log = structlog.get_logger("relay")


@dataclass(frozen=True, slots=True)
class _Tried:
    """What became of a batch.

    The events that are done, those that failed with their attempts and the reason, and those that wait behind them.
    """

    done: list[UUID] = field(default_factory=list)
    failed: list[tuple[UUID, int, str]] = field(default_factory=list)
    waiting: list[UUID] = field(default_factory=list)


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

        Several drains may run at once: rows are leased, and all that wait of an aggregate to one of them.
        """
        delivered = 0
        tried = _Tried()
        for number in range(rounds + 1):
            batch = self._turn_over(tried, claim=number < rounds)
            if not batch:
                break
            tried = self._deliver_all(batch)
            delivered += len(tried.done)
        return delivered

    def _turn_over(self, tried: _Tried, *, claim: bool) -> list[dict[str, Any]]:
        """Write down what became of the last batch and lease the next one, with one commit for both."""
        with self.runtime.database.session() as session:
            set_tenant(session, MACHINE)
            if tried.failed:
                ended = [*tried.done, *(event_id for event_id, _, _ in tried.failed), *tried.waiting]
                outbox.hold(session, ended)
            if tried.done:
                outbox.mark_done(session, tried.done)
            for event_id, attempts, error_text in tried.failed:
                outbox.mark_failed(session, event_id, attempts, error_text)
            if tried.waiting:
                outbox.put_back(session, tried.waiting)
            batch = outbox.claim(session, BATCH, self.lease) if claim else []
            session.commit()
        return batch

    def _deliver_all(self, batch: list[dict[str, Any]]) -> _Tried:
        tried, stuck = _Tried(), set[UUID]()
        for row in batch:
            if row["aggregate_id"] in stuck:
                tried.waiting.append(row["id"])
                continue
            try:
                self._deliver_to_all(row)
            except Exception as error:
                stuck.add(row["aggregate_id"])
                log.warning("delivery failed", topic=row["topic"], event_id=str(row["id"]), exc_info=True)
                tried.failed.append((row["id"], row["attempts"], failure_text(error)))
            else:
                tried.done.append(row["id"])
        return tried

    def _deliver_to_all(self, row: Mapping[str, Any]) -> None:
        """Run every subscriber of an event that has not had it: in one transaction, or else each in its own.

        One that fails so takes back nothing of what the others did, and those that lock the same things in another
        order as those of another event come through one after the other.
        """
        handlers = self.handlers.get(row["topic"], ())
        if len(handlers) > 1 and self._deliver_together(row, handlers):
            return
        for handler in handlers:
            self.deliver(row, (handler,))

    def _deliver_together(self, row: Mapping[str, Any], handlers: tuple[Handler, ...]) -> bool:
        try:
            return self.deliver(row, handlers)
        except Exception:
            log.info("not delivered together", topic=row["topic"], event_id=str(row["id"]), exc_info=True)
            return False

    def deliver(self, row: Mapping[str, Any], handlers: tuple[Handler, ...]) -> bool:
        """Run ``handlers`` for the event in one transaction; False, and nothing is done, where one has had it."""
        tenant = Tenant(tuple(row["org_ids"]))
        with self.runtime.database.session() as session:
            stamp = outbox.begin_delivery(session, tenant, row["id"], [handler.name for handler in handlers])
            if stamp is None:
                return False
            works = [self._run(session, row, handler, (tenant, stamp)) for handler in handlers]
            session.commit()
        for work in works:
            work.committed()  # no nudge: this drain goes on until nothing is due
        return True

    def _run(self, session: Session, row: Mapping[str, Any], handler: Handler, begun: tuple[Tenant, datetime]) -> Work:
        tenant, stamp = begun
        actor: Actor = system_actor(handler.name, *tenant.orgs)
        origin = Who.from_json(row["actor"])
        who = Who(actor.who.kind, origin.user_id, origin.org_id, handler.name)
        cause = Cause("handler", row["correlation_id"], event_id=row["id"])
        work = self.runtime.begin(session, who, cause, stamp, tenant=tenant)
        handler.run(work, actor, handler.event.from_payload(row["payload"]))
        work.finish()
        session.expunge_all()  # what the next one reads is what is written by now
        return work


def failure_text(error: Exception) -> str:
    """Return what the dead-letter desk shows of an error.

    Of the database's only its own sentence: the details repeat the rows' values, which the platform may not see.
    """
    name = type(error).__name__
    if isinstance(error, DBAPIError):
        told = getattr(error.orig, "diag", None)
        return f"{name}: {getattr(told, 'message_primary', None) or type(error.orig).__name__}"
    return f"{name}: {error}"
