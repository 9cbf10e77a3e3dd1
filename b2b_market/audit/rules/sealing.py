"""What the sealer makes of a run of leaves: checkpoints, the nodes to keep, and where to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.audit.rules.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from b2b_market.infra.signing import SigningKey
from b2b_market.kernel.merkle import Frontier, Node
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

LEAVES_PER_CHECKPOINT: Final = 1000
"""A checkpoint covers at most so many new leaves; a longer run makes several."""
NOBODY: Final = UUID(int=0)
EVERYBODY: Final = UUID(int=2**128 - 1)
LARGEST_XID: Final = 2**63 - 1


class LogDamaged(Refusal):
    """The newest checkpoint does not fit the stored tree, so nothing may be built upon it."""

    kind, code = Kind.UNAVAILABLE, "audit-log-damaged"
    title = N_("The audit log is damaged")
    advice = N_(
        "The checkpoint of {size} leaves does not fit the stored tree or its own signature. Nothing was sealed. "
        "Export the log and verify it, then restore the database from a backup."
    )


class SigningKeyUnknown(Refusal):
    """The newest checkpoint was signed with a key that this installation does not have."""

    kind, code = Kind.UNAVAILABLE, "audit-signing-key-unknown"
    title = N_("The key of the audit log is not here")
    advice = N_(
        "The checkpoint of {size} leaves was signed with the key {key_id}, which is not in the folder of keys. "
        "Nothing was sealed. Copy the folder of keys to every host that seals."
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the trail's order: transaction id, then event id."""

    xid: int
    event_id: UUID


START: Final = Cursor(-1, NOBODY)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint with the hashes of the leaves it added and the right edge of the tree at its size."""

    signed: SignedCheckpoint
    leaves: tuple[bytes, ...]
    frontier: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the sealer adds."""

    checkpoints: tuple[Sealed, ...]
    nodes: tuple[tuple[Node, bytes], ...]


@dataclass(frozen=True, slots=True)
class Window:
    """Which waiting entries may be sealed now: after ``after``, of transactions below ``below``."""

    after: Cursor
    below: int


def window(cursor: Cursor | None, horizon: int) -> Window:
    """Return what may be sealed when the sealer stood at ``cursor`` and ``horizon`` is the lowest running transaction.

    Ids below the horizon belong to transactions that have ended, so nothing can appear behind the cursor later. A
    cursor at or above the horizon comes from another cluster: the database was moved by dump and restore. Then every
    entry without a leaf is taken, whatever its transaction's id, and the sealer goes on from the new one's horizon.
    """
    if cursor is None:
        return Window(START, horizon)
    if cursor.xid >= horizon:
        return Window(START, LARGEST_XID)
    return Window(cursor, horizon)


def next_cursor(at: Window, last: Cursor, horizon: int, *, more: bool) -> Cursor:
    """Return where the next run starts after ``last`` was sealed within ``at``; ``more`` says that the run was full."""
    if at.below != LARGEST_XID:
        return last
    return Cursor(LARGEST_XID, EVERYBODY) if more else Cursor(horizon - 1, EVERYBODY)


def seal(
    before: SignedCheckpoint | None, frontier: Frontier, leaves: Sequence[bytes], key: SigningKey, time: datetime
) -> Run:
    """Append ``leaves`` to the tree and sign a checkpoint after every LEAVES_PER_CHECKPOINT and after the last one.

    ``before`` is the newest checkpoint so far; the first one of a log founds its origin. Checkpoints never go back in
    time.
    """
    origin = before.checkpoint.origin if before is not None else f"b2b-market/{key.key_id}"
    moment = max(time, before.checkpoint.time) if before is not None else time
    checkpoints: list[Sealed] = []
    nodes: list[tuple[Node, bytes]] = []
    for begin in range(0, len(leaves), LEAVES_PER_CHECKPOINT):
        part = tuple(leaves[begin : begin + LEAVES_PER_CHECKPOINT])
        for leaf in part:
            nodes.extend(frontier.append(leaf))
        previous = before.checkpoint.digest() if before is not None else None
        before = sign_checkpoint(Checkpoint(origin, frontier.size, frontier.root(), moment, previous), key)
        checkpoints.append(Sealed(before, part, frontier.nodes))
    return Run(tuple(checkpoints), tuple(nodes))
