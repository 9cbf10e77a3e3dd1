"""Exports: a stream of lines that can be verified anywhere, without this product's database or network."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final

from sqlalchemy.orm import Session

from b2b_market.audit.commands import BeginExport, WriteExport
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.queries import states, trail, tree
from b2b_market.audit.queries.tree import Tip
from b2b_market.audit.rules.heading import Heading, heading_line
from b2b_market.audit.rules.lines import (
    Kind,
    checkpoint_line,
    entry_line,
    key_line,
    plain_line,
    unsealed_line,
    veiled_line,
)
from b2b_market.audit.rules.sealing import START, window
from b2b_market.audit.service.proving import TreeReader
from b2b_market.audit.states import Reach
from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.who import Cause
from b2b_market.infra.work import Work
from b2b_market.kernel import merkle
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.operation import operation

CHECKPOINTS_AT_ONCE: Final = 500
HASHES_AT_ONCE: Final = 50
"""Checkpoints whose leaf hashes (up to 32 kB each) are read at a time."""
LEAVES_REMEMBERED: Final = 256
_WHOLE = "the operator's command line exports everything, with the login that sees every row"


@dataclass(frozen=True, slots=True)
class ExportPlan:
    """What an export will hold: whose entries, as of when, and which older checkpoints it links to the newest."""

    reach: Reach
    made_at: datetime
    held: tuple[int, ...]


@operation(AuditPermission.EXPORT, system=True, reason=_WHOLE)
def begin_export(work: Work, scope: Scope, command: BeginExport) -> ExportPlan:
    """Note in the trail that an export is made, and fix its moment while no sealer is at work.

    Commit before writing: an export is a sensitive read, logged before the first byte leaves. Checkpoints dated up to
    ``made_at`` are committed then, so the export will hold them.
    """
    for size in command.held:
        if tree.checkpoint(work.session, scope, size) is None:
            raise NotFound(size=str(size))
    made_at = tree.wait_for_sealer(work.session, scope)
    work.note(Entry("audit.exported", "audit_log", visible_to=scope.org_ids))
    whole = scope.actor.is_system or scope.actor.platform == "auditor"
    return ExportPlan(Reach.ALL if whole else Reach.OWN, made_at, tuple(sorted(set(command.held))))


@operation(AuditPermission.EXPORT, system=True, reason=_WHOLE)
def write_export(work: Work, scope: Scope, command: WriteExport) -> Iterator[bytes]:
    """Stream the lines of the export. ``work`` must be a :func:`snapshot`, so that all lines are of one moment."""
    return _Writer(work.session, scope, command, _held_back(work, scope)).lines()


def _held_back(work: Work, scope: Scope) -> tuple[int, ...]:
    """Return where the entries stand that are veiled from the auditor: an own export holds none of other companies."""
    tip = tree.tip(work.session, scope)
    if tip is None or scope.actor.platform != "auditor":
        return ()
    with work.reaching(Tenant(machine=True)):  # the auditor's own view does not tell a veiled entry from a lost one
        return trail.veiled_leaves(work.session, scope, tip.signed.size)


@contextmanager
def snapshot(runtime: Runtime, actor: Actor, tenant: Tenant, cause: Cause) -> Iterator[Work]:
    """Open a transaction that sees one moment of the whole database, for reading only; nothing is committed."""
    with runtime.database.session() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        yield runtime.begin(session, actor.who, cause, set_tenant(session, tenant), tenant=tenant)


class _Writer:
    """One export under way; counts what it writes, for the last line."""

    def __init__(self, session: Session, scope: Scope, command: WriteExport, veiled: tuple[int, ...] = ()) -> None:
        self._session = session
        self._scope = scope
        self._command = command
        self._counts = dict.fromkeys((Kind.CHECKPOINT, Kind.ENTRY, Kind.UNSEALED, Kind.STATE), 0)
        self._tip: Tip | None = tree.tip(session, scope)
        self._veiled = veiled

    @property
    def _head(self) -> int:
        return self._tip.signed.size if self._tip is not None else 0

    def lines(self) -> Iterator[bytes]:
        whole = self._command.reach is Reach.ALL
        yield self._heading()
        yield from (key_line(key) for _, key in sorted(self._command.keys.items()))
        yield from self._counted(Kind.CHECKPOINT, self._checkpoints() if whole else self._newest())
        if not whole:
            yield from self._proofs()
        yield from self._counted(Kind.ENTRY, self._entries() if whole else self._own_entries())
        yield from self._counted(Kind.UNSEALED, self._unsealed())
        yield from self._counted(Kind.STATE, self._states())
        yield plain_line(Kind.END, {kind.value: count for kind, count in self._counts.items()})

    def _counted(self, kind: Kind, lines: Iterator[bytes]) -> Iterator[bytes]:
        for line in lines:
            self._counts[kind] += 1
            yield line

    def _heading(self) -> bytes:
        origin = self._tip.signed.checkpoint.origin if self._tip is not None else "b2b-market/unsealed"
        types = tuple(kind.audit_type for kind in self._kinds())
        heading = Heading(origin, self._command.reach, self._head, self._command.made_at, types, self._veiled)
        return heading_line(heading, self._command.key)

    def _kinds(self) -> Sequence[type[Aggregate]]:
        # The auditor sees every entry but not every row; rows are compared where all or just the own ones are seen.
        return () if self._scope.actor.platform == "auditor" else states.audited_kinds()

    def _newest(self) -> Iterator[bytes]:
        if self._tip is not None:
            yield checkpoint_line(self._tip.signed)

    def _checkpoints(self) -> Iterator[bytes]:
        size = 0
        while found := tree.checkpoints_after(self._session, self._scope, size, CHECKPOINTS_AT_ONCE):
            yield from (checkpoint_line(signed) for signed in found)
            size = found[-1].size

    def _proofs(self) -> Iterator[bytes]:
        reader = TreeReader(self._session, self._scope)
        for first in self._command.held:
            path = merkle.consistency_proof(first, self._head, reader)
            yield plain_line(Kind.CONSISTENCY, {"first": first, "proof": [step.hex() for step in path]})

    def _entries(self) -> Iterator[bytes]:
        texts = trail.sealed_texts(self._session, self._scope, self._head)
        waiting = next(texts, None)
        veiled = frozenset(self._veiled)
        for index, recorded in self._recorded():
            if index in veiled:
                yield veiled_line(index, recorded)
                continue
            text = None
            if waiting is not None and waiting[0] == index:
                text, waiting = waiting[1], next(texts, None)
            yield entry_line(None if text is None else text.encode(), index, recorded)

    def _recorded(self) -> Iterator[tuple[int, bytes]]:
        index = size = 0
        while found := tree.recorded_hashes(self._session, self._scope, size, HASHES_AT_ONCE):
            for _, hashes in found:
                yield from enumerate(hashes, index)
                index += len(hashes)
            size = found[-1][0]

    def _own_entries(self) -> Iterator[bytes]:
        reader = TreeReader(self._session, self._scope)
        texts = trail.own_texts(self._session, self._scope, self._head)
        while part := list(islice(texts, LEAVES_REMEMBERED)):
            for index, text in part:
                entry = text.encode()
                path = merkle.inclusion_proof(index, self._head, reader)
                yield entry_line(entry, index, merkle.leaf_hash(entry), path)
            reader.forget_leaves()

    def _unsealed(self) -> Iterator[bytes]:
        below, _ = tree.horizon(self._session, self._scope)
        after = window(self._tip.cursor, below).after if self._tip is not None else START
        return (unsealed_line(text.encode()) for text in trail.unsealed_texts(self._session, self._scope, after.xid))

    def _states(self) -> Iterator[bytes]:
        for kind in self._kinds():
            for state in states.states(self._session, self._scope, kind):
                yield plain_line(
                    Kind.STATE,
                    {
                        "object_type": state.object_type,
                        "object_id": state.object_id,
                        "version": state.version,
                        "state_hash": state.state_hash,
                    },
                )
