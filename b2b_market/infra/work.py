"""The unit of work: one transaction, one stamp of time, one trail.

A Work is built only at edges (request, task, handler, command line, tests). Operations change rows through its
session, announce facts through :meth:`Work.emit`, and never commit: the edge does, after :meth:`Work.finish` has
flushed the rows and written outbox and audit.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from b2b_market.infra.aggregate import Aggregate, Change
from b2b_market.infra.audit_trail import DENIED, AuditDetail, AuditEvent, Entry, entry_rows
from b2b_market.infra.bulk import Fixed, insert_together
from b2b_market.infra.database import Tenant, run_fixed, set_tenant
from b2b_market.infra.outbox import OutboxRow, outbox_row
from b2b_market.infra.signing import SigningKey
from b2b_market.infra.veils import lift
from b2b_market.infra.who import Cause, Who, WhoKind
from b2b_market.kernel.event import Event
from b2b_market.kernel.refusal import Refusal, StaleVersion, VersionRequired


@dataclass(frozen=True, slots=True)
class _Announced:
    """An event or a silent record waiting for the flush, with what had changed on its root when it was announced."""

    action: str
    root: Aggregate
    changes: Mapping[str, Change]
    event: Event | None
    unnamed: bool = False


@dataclass(frozen=True, slots=True)
class _Gate:
    exclusive: bool
    since: datetime


# the lock is what the clock is selected from: two things in one list have no promised order
_GATE_SHARED = "SELECT clock_timestamp() FROM pg_advisory_xact_lock_shared(%(key)s)"
_GATE_ALONE = "SELECT clock_timestamp() FROM pg_advisory_xact_lock(%(key)s)"


class Work:
    """One transaction on behalf of one actor.

    ``stamp`` is the transaction's start in the database's clock; ``shift`` moves every clock reading (rehearsals and
    tests).
    """

    def __init__(
        self,
        session: Session,
        who: Who,
        cause: Cause,
        stamp: datetime,
        *,
        tenant: Tenant,
        receipts: SigningKey,
        shift: timedelta = timedelta(0),
    ) -> None:
        """Take over a session whose tenant is set, to ``tenant``; ``receipts`` signs what is received."""
        self.receipts = receipts
        self.session = session
        self.who = who
        self.cause = cause
        self._tenant = tenant
        self._stamp = stamp
        self._shift = shift
        self._announced: list[_Announced] = []
        self._entries: list[Entry] = []
        self._last: list[Fixed] = []
        self._after: list[Callable[[], None]] = []
        self._gates: dict[UUID, _Gate] = {}
        self.veiled: UUID | None = None
        self.emitted = False

    def now(self) -> datetime:
        """Return the one stamp of this transaction, aware, in UTC."""
        return self._stamp + self._shift

    def judging_time(self) -> datetime:
        """Read the database's clock now. Deadlines are judged with this, after :meth:`gate`, never with :meth:`now`."""
        moment: datetime = run_fixed(self.session, "SELECT clock_timestamp()", {}).scalar_one()
        return moment + self._shift

    @property
    def shift(self) -> timedelta:
        """By how much every clock reading is moved; statements that read ``clock_timestamp()`` themselves add it."""
        return self._shift

    def gate(self, key: UUID, *, exclusive: bool = False) -> datetime:
        """Hold the deadline gate of ``key`` until the transaction ends; return the database's clock once it was held.

        That moment judges deadlines as :meth:`judging_time` does: whoever shares the gate keeps every close out.
        Quotations and bids share it; publish, amend, close and cancel take it alone, before they lock any row. What is
        read in a *later* statement is then wholly before or wholly after such a step. A supplier cannot lock the
        buyer's row instead: row-level security would refuse it. A gate already held is not asked for
        again.
        """
        held = self._gates.get(key)
        if held is None or (exclusive and not held.exclusive):
            taking = _GATE_ALONE if exclusive else _GATE_SHARED
            held = _Gate(exclusive, run_fixed(self.session, taking, {"key": gate_key(key)}).scalar_one())
            self._gates[key] = held
        return held.since + self._shift

    def expect_version(self, root: Aggregate, expected: int | None) -> None:
        """Refuse with VersionRequired where no version was sent, with StaleVersion where ``root`` has moved on."""
        if expected is None:
            raise VersionRequired
        if root.version != expected:
            raise StaleVersion(expected=expected, actual=root.version)

    def expect_version_if_any(self, root: Aggregate | None, expected: int | None) -> None:
        """Do as ``expect_version`` does; None, which nobody has made yet, is at version 0 and may go unnamed."""
        if root is not None:
            self.expect_version(root, expected)
        elif expected:
            raise StaleVersion(expected=expected, actual=0)

    def touch(self, root: Aggregate) -> None:
        """Raise the version of ``root`` with the flush, although only its lines changed."""
        root.changed_at = self.now()

    def emit(self, event: Event, root: Aggregate, *, unnamed: bool = False) -> None:
        """Announce ``event`` of ``root``: outbox and audit rows are written with the change, delivery comes later.

        What subscribers do is recorded as done on behalf of who acts here; ``unnamed``, on behalf of nobody, so that
        those who read of it do not learn who it was.
        """
        self.emitted = True
        action = event.topic.rpartition(".v")[0]
        self._announced.append(_Announced(action, root, root.pending_changes(), event, unnamed))

    def record(self, action: str, root: Aggregate) -> None:
        """Audit a change of ``root`` that nobody else needs to hear of."""
        self._announced.append(_Announced(action, root, root.pending_changes(), None))

    def note(self, entry: Entry) -> None:
        """Audit something that is not a change of an aggregate: a sign-in, a sensitive read, a denial."""
        self._entries.append(entry)

    def veil(self, veil: UUID) -> None:
        """Hold back whatever this transaction leaves in trail, outbox and mail until ``veil`` is lifted.

        From all but the companies that it is visible to; where the transaction is refused, its denial is held back too.
        """
        self.veiled = veil

    def lift_veil(self, veil: UUID) -> None:
        """Let everybody read what ``veil`` held back, as far as they may read the like, once this has committed."""
        lift(self.session, veil, self.now())

    def after_commit(self, action: Callable[[], None]) -> None:
        """Run ``action`` once the transaction has committed; a lost one must only delay, never lose, an effect."""
        self._after.append(action)

    def act_for(self, tenant: Tenant) -> None:
        """Change whose rows this transaction may touch, for all that follows (edges and system operations only)."""
        self._tenant = tenant
        set_tenant(self.session, tenant)

    @contextmanager
    def reaching(self, tenant: Tenant) -> Iterator[None]:
        """Touch the rows of ``tenant`` within a block; the fence of before comes back after it, whatever it raised.

        Nothing is flushed: what the block changed and has to be written as ``tenant`` is flushed in it.
        """
        before = self._tenant
        self.act_for(tenant)
        try:
            yield
        except DBAPIError:
            self._tenant = before  # the transaction is lost, or goes on from a savepoint, which brings the fence back
            raise
        except BaseException:
            self.act_for(before)
            raise
        self.act_for(before)

    def write_last(self, fixed: Fixed) -> None:
        """Run a statement that changes one row together with what :meth:`finish` writes."""
        self._last.append(fixed)

    def finish(self) -> None:
        """Flush the rows, then write outbox and audit; the edge calls this right before its commit."""
        self.session.flush()
        rows: list[dict[str, object]] = []
        for said in self._announced:
            root = said.root
            veil = root.veil()
            self._entries.append(
                Entry(
                    said.action,
                    root.audit_type,
                    root.id,
                    root.version,
                    self._readers(root),
                    changes=said.changes,
                    secret=root.audit_secret,
                    state_hash=root.state_hash(),
                    veil=veil,
                )
            )
            if said.event is not None:
                key = (root.audit_type, root.id, root.version)
                stamp = (self.cause.correlation_id, self.now(), veil or self.veiled)
                who = Who(WhoKind.ANONYMOUS) if said.unnamed else self.who
                rows.append(outbox_row(said.event, key, root.parties(), who, stamp))
        entries = self._entries
        if self.veiled is not None:
            entries = [replace(entry, veil=entry.veil or self.veiled) for entry in entries]
        events, details = entry_rows(entries, self.who, self.cause, self.now())
        insert_together(self.session, (OutboxRow, rows), (AuditEvent, events), (AuditDetail, details), also=self._last)
        self._announced.clear()
        self._entries.clear()
        self._last.clear()

    def _readers(self, root: Aggregate) -> tuple[UUID, ...]:
        """Return who may read an entry of ``root``; a person's company always reads what the person did."""
        readers, own = root.readers(), self.who.org_id
        if own is None or own in readers or self.who.kind is WhoKind.SYSTEM:
            return readers
        return (*readers, own)

    def committed(self) -> None:
        """Run what waited for the commit."""
        actions, self._after = self._after, []
        for action in actions:
            action()

    def forget(self) -> None:
        """Drop everything announced: the transaction was rolled back."""
        self._announced.clear()
        self._entries.clear()
        self._last.clear()
        self._after.clear()
        self._gates.clear()
        self.emitted = False


def gate_key(key: UUID) -> int:
    """Return the 64-bit advisory lock key of a thing: the random tail of its UUIDv7."""
    return int.from_bytes(key.bytes[8:], "big", signed=True)


def denial(
    refusal: Refusal,
    action: str,
    thing: tuple[str, UUID | None],
    visible_to: tuple[UUID, ...],
    veil: UUID | None = None,
) -> Entry:
    """Return the audit entry of a refused attempt: who tried what, by which rule it was refused, never the content.

    ``thing`` is what kind of thing it was tried on, and which.
    """
    return Entry(action, *thing, None, visible_to, DENIED, refusal.code, veil=veil)
