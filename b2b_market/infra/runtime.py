"""What a process holds: settings, database, Redis, keys.

Built once by an entrypoint and handed down; nothing is global.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

import redis
from sqlalchemy.orm import Session

from b2b_market.infra.audit_trail import Entry, write_entries
from b2b_market.infra.database import Database, Tenant, set_tenant
from b2b_market.infra.settings import Settings
from b2b_market.infra.signing import SigningKey
from b2b_market.infra.who import Cause, Who
from b2b_market.infra.work import Work


def _no_nudge() -> None:
    """Do nothing: the schedule sweeps the outbox anyway."""


@dataclass
class Runtime:
    """The process's means. ``nudge`` asks the relay to drain soon.

    ``shift`` moves every clock reading (rehearsal, tests).
    """

    settings: Settings
    database: Database
    redis: "redis.Redis"
    receipts: SigningKey
    checkpoints: SigningKey
    nudge: Callable[[], None] = _no_nudge
    shift: timedelta = field(default=timedelta(0))

    @classmethod
    def open(cls, settings: Settings, nudge: Callable[[], None] = _no_nudge) -> "Runtime":
        """Open everything from settings; connections are made when first needed."""
        keys = settings.data_dir / "keys"
        return cls(
            settings,
            Database(
                settings.database_url.get_secret_value(),
                pool_size=settings.pool_size,
                prepare=settings.prepare_statements,
            ),
            redis.Redis.from_url(settings.redis_url.get_secret_value(), socket_timeout=2, socket_connect_timeout=2),
            SigningKey.load(keys, "receipts"),
            SigningKey.load(keys, "checkpoints"),
            nudge,
        )

    def begin(self, session: Session, who: Who, cause: Cause, stamp: datetime, *, tenant: Tenant) -> Work:
        """Return the unit of work of a session whose tenant is set; ``stamp`` is its transaction's start."""
        return Work(session, who, cause, stamp, tenant=tenant, receipts=self.receipts, shift=self.shift)

    @contextmanager
    def work(self, who: Who, tenant: Tenant, cause: Cause) -> Iterator[Work]:
        """Run a block as one transaction for ``who`` on ``tenant``'s rows.

        Commit at its end, roll back on any exception.
        """
        with self.database.session() as session:
            work = self.begin(session, who, cause, set_tenant(session, tenant), tenant=tenant)
            yield work
            work.finish()
            session.commit()
            self.settle(work)

    def settle(self, work: Work) -> None:
        """Do what waited for the commit: the hooks, and a nudge where something was announced."""
        work.committed()
        if work.emitted:
            self.nudge()

    def note_denial(self, entry: Entry, who: Who, cause: Cause) -> None:
        """Write one audit entry in a transaction of its own, after the refused one was rolled back."""
        with self.database.session() as session:
            stamp = set_tenant(session, Tenant())
            write_entries(session, [entry], who, cause, stamp + self.shift)
            session.commit()

    def close(self) -> None:
        """Let go of every connection."""
        self.database.dispose()
        self.redis.close()


def new_correlation() -> str:
    """Return a fresh correlation id: 32 hex digits, as W3C trace context writes a trace id."""
    return uuid4().hex
