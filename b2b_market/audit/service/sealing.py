"""Sealing: waiting entries become leaves of the tree, and checkpoints are signed over them."""

from collections.abc import Mapping
from dataclasses import dataclass

from b2b_market.audit.commands import ListBatch, ReadCheckpointsAfter, SealBatch
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.queries import tree
from b2b_market.audit.rules.checkpoint import SignedCheckpoint
from b2b_market.audit.rules.sealing import (
    LARGEST_XID,
    Cursor,
    LogDamaged,
    Run,
    SigningKeyUnknown,
    next_cursor,
    seal,
    window,
)
from b2b_market.infra.work import Work
from b2b_market.kernel.merkle import Frontier
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_MACHINE = "sealing is the schedule's work, not a person's"


@dataclass(frozen=True, slots=True)
class SealedBatch:
    """How many entries were sealed, the newest checkpoint, and whether more may wait."""

    count: int
    newest: SignedCheckpoint | None
    more: bool


@operation(system=True, reason=_MACHINE)
def seal_batch(work: Work, scope: Scope, command: SealBatch) -> SealedBatch | None:
    """Give the next waiting entries their leaf indexes and sign checkpoints over them; None while another sealer works.

    Entries are taken in the order of (transaction id, event id), only those of transactions that can no longer be
    running, so indexes have no gaps and nothing appears behind them. All of it is one transaction: a crash leaves
    nothing half done.
    """
    session = work.session
    if not tree.try_lock(session, scope):
        return None
    tip = tree.tip(session, scope)
    before = tip.signed if tip is not None else None
    frontier = tip.frontier if tip is not None else Frontier()
    if before is not None:
        _require_sound(before, frontier, {**command.known_keys, command.key.key_id: command.key.public_key})
    below, moment = tree.horizon(session, scope)
    at = window(tip.cursor if tip is not None else None, below)
    placed = tree.place_waiting(session, scope, frontier.size, at.after, (at.below, command.limit))
    if placed.last is None:
        return SealedBatch(0, before, more=False)
    more = len(placed.hashes) == command.limit
    run = seal(before, frontier, placed.hashes, command.key, moment)
    tree.add(session, _rows(run, next_cursor(at, placed.last, below, more=more)), run.nodes)
    return SealedBatch(len(placed.hashes), run.checkpoints[-1].signed, more=more)


def _require_sound(before: SignedCheckpoint, frontier: Frontier, keys: Mapping[str, bytes]) -> None:
    if before.key_id not in keys:
        raise SigningKeyUnknown(size=before.size, key_id=before.key_id)
    if frontier.root() != before.root or not before.is_signed_by(keys):
        raise LogDamaged(size=before.size)


def _rows(run: Run, cursor: Cursor) -> list[dict[str, object]]:
    return [
        {
            "size": sealed.signed.size,
            "covers_from": sealed.signed.size - len(sealed.leaves),
            "origin": sealed.signed.checkpoint.origin,
            "root": sealed.signed.root,
            "signed_at": sealed.signed.checkpoint.time,
            "previous": sealed.signed.checkpoint.previous,
            "key_id": sealed.signed.key_id,
            "signature": sealed.signed.signature,
            "leaf_hashes": b"".join(sealed.leaves),
            "frontier": b"".join(sealed.frontier),
            "cursor_xid": cursor.xid,
            "cursor_id": cursor.event_id,
        }
        for sealed in run.checkpoints
    ]


@operation(system=True, reason=_MACHINE)
def list_batch(work: Work, scope: Scope, command: ListBatch) -> bool:
    """Put the next sealed entries on their companies' lists; tell whether more may wait. False while a sealer works."""
    session = work.session
    if not tree.try_lock(session, scope):
        return False
    tip = tree.tip(session, scope)
    begin, listed = tree.listed_up_to(session, scope)
    if tip is None or begin >= tip.signed.size:
        return False
    end = min(begin + command.limit, tip.signed.size)
    done = end == tip.signed.size and tip.cursor.xid != LARGEST_XID
    tree.list_leaves(session, scope, (begin, end), tip.cursor if done else listed)
    return end < tip.signed.size


@operation(AuditPermission.READ, system=True, reason="the sealer tells the installation's own witness")
def read_checkpoints_after(work: Work, scope: Scope, command: ReadCheckpointsAfter) -> list[SignedCheckpoint]:
    """Return the checkpoints that a witness has yet to see, the smallest first."""
    return tree.checkpoints_after(work.session, scope, command.size, command.limit)
