"""Reading and extending the tree's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, Select, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from b2b_market.audit.models import AuditCheckpoint, AuditListed, AuditNode
from b2b_market.audit.rules.checkpoint import Checkpoint, SignedCheckpoint
from b2b_market.audit.rules.sealing import LEAVES_PER_CHECKPOINT, START, Cursor
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.merkle import HASH_BYTES, TILE_HEIGHT, Frontier, Node
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.rbac.actor import Scope

SEALER_LOCK: Final = 0x6175646974_01
"""One sealer at a time holds it until its transaction ends; exports share it for a moment, to know none is at work."""
DIGITS: Final = 15
AnyRow = Row[*tuple[Any, ...]]
TILE: Final = 1 << TILE_HEIGHT

_SIGNED: Final = (
    AuditCheckpoint.origin,
    AuditCheckpoint.size,
    AuditCheckpoint.root,
    AuditCheckpoint.signed_at,
    AuditCheckpoint.previous,
    AuditCheckpoint.key_id,
    AuditCheckpoint.signature,
)
_HORIZON: Final = text("SELECT (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint, clock_timestamp()")
# The trail is always read along the index of its order: estimates behind a row policy are guesses, and a wrong one
# reads the whole trail for every batch. After a move by dump and restore even that is long, hence the time limit.
_ALONG_THE_INDEX: Final = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), "
    "set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true), "
    "set_config('enable_material', 'off', true), set_config('statement_timeout', '300s', true)"
)
_PLACE: Final = text(
    """
    WITH waiting AS MATERIALIZED (
        SELECT row_number() OVER (ORDER BY xid, id) - 1 AS place, xid, id, leaf_hash, veil
        FROM (
            SELECT event.xid, event.id, event.leaf_hash, event.veil FROM audit_event event
            WHERE (event.xid, event.id) > (:xid, :id) AND event.xid < :below
              AND NOT EXISTS (SELECT 1 FROM audit_leaf leaf WHERE leaf.event_id = event.id)
            ORDER BY event.xid, event.id
            LIMIT :limit
        ) AS batch
    ), placed AS (
        INSERT INTO audit_leaf (leaf_index, event_id, veiled)
        SELECT :size + place, id, veil IS NOT NULL FROM waiting
    )
    SELECT string_agg(leaf_hash, ''::bytea ORDER BY place) AS hashes,
           (array_agg(xid ORDER BY place DESC))[1] AS xid, (array_agg(id ORDER BY place DESC))[1] AS id
    FROM waiting
    """
)
_LIST: Final = text(
    """
    INSERT INTO audit_party (org_id, occurred_at, event_id)
    SELECT DISTINCT party.org_id, event.occurred_at, event.id
    FROM audit_leaf leaf
    JOIN audit_event event ON event.id = leaf.event_id, unnest(event.visible_to) AS party (org_id)
    WHERE leaf.leaf_index >= :begin AND leaf.leaf_index < :end
    """
)
_LEAF_TILE: Final = text(
    """
    SELECT greatest(covers_from, :begin) AS begin,
           substring(leaf_hashes FROM (32 * (greatest(covers_from, :begin) - covers_from) + 1)::integer
                     FOR (32 * (least(size, :end) - greatest(covers_from, :begin)))::integer) AS hashes
    FROM audit_checkpoint
    WHERE size > :begin AND size < :end + :longest AND covers_from < :end
    ORDER BY size
    """
)


@dataclass(frozen=True, slots=True)
class Tip:
    """Where the log ends: its newest checkpoint, the tree's right edge there, and where the sealer goes on."""

    signed: SignedCheckpoint
    frontier: Frontier
    cursor: Cursor


@dataclass(frozen=True, slots=True)
class Placed:
    """The entries that were given their indexes: their leaf hashes in order, and the last one's place in the trail."""

    hashes: tuple[bytes, ...]
    last: Cursor | None


def try_lock(session: Session, _scope: Scope) -> bool:
    """Become the sealer until the transaction ends; False where another one is at work."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(SEALER_LOCK))))


def wait_for_sealer(session: Session, _scope: Scope) -> datetime:
    """Return the time at a moment when no sealer is at work: what it says later is dated later."""
    session.execute(select(func.pg_advisory_xact_lock_shared(SEALER_LOCK)))
    moment: datetime = session.execute(text("SELECT clock_timestamp()")).scalar_one()
    return moment


def tip(session: Session, _scope: Scope) -> Tip | None:
    """Return where the log ends, None where nothing is sealed yet."""
    found = session.execute(
        select(*_SIGNED, AuditCheckpoint.frontier, AuditCheckpoint.cursor_xid, AuditCheckpoint.cursor_id)
        .order_by(AuditCheckpoint.size.desc())
        .limit(1)
    ).one_or_none()
    if found is None:
        return None
    return Tip(_signed(found), Frontier(found.size, split(found.frontier)), Cursor(found.cursor_xid, found.cursor_id))


def horizon(session: Session, _scope: Scope) -> tuple[int, datetime]:
    """Return the lowest transaction id that may still be running, and the database's clock."""
    below, moment = session.execute(_HORIZON).one()
    return below, moment


def place_waiting(session: Session, _scope: Scope, size: int, after: Cursor, bound: tuple[int, int]) -> Placed:
    """Give the entries after ``after`` their indexes from ``size`` on; ``bound`` is (xid below which, how many).

    The trail's order is (xid, id). Entries that have an index already are passed over.
    """
    below, limit = bound
    session.execute(_ALONG_THE_INDEX)
    found = session.execute(
        _PLACE, {"xid": after.xid, "id": after.event_id, "below": below, "limit": limit, "size": size}
    ).one()
    if found.hashes is None:
        return Placed((), None)
    return Placed(split(found.hashes), Cursor(found.xid, UUID(str(found.id))))


def listed_up_to(session: Session, _scope: Scope) -> tuple[int, Cursor]:
    """Return how far the companies' lists go: (leaf index, the entry up to which every one is listed)."""
    found = session.execute(select(AuditListed.up_to, AuditListed.cursor_xid, AuditListed.cursor_id)).one_or_none()
    return (found.up_to, Cursor(found.cursor_xid, found.cursor_id)) if found is not None else (0, START)


def list_leaves(session: Session, _scope: Scope, leaves: tuple[int, int], cursor: Cursor) -> None:
    """Put the entries of ``leaves`` (first, end) on the lists of the companies that see them; note how far that is."""
    begin, end = leaves
    session.execute(_ALONG_THE_INDEX)
    session.execute(_LIST, {"begin": begin, "end": end})
    moved = {"up_to": end, "cursor_xid": cursor.xid, "cursor_id": cursor.event_id}
    session.execute(
        upsert(AuditListed)
        .values(only_row=True, **moved)
        .on_conflict_do_update(index_elements=["only_row"], set_=moved)
    )


def add(session: Session, checkpoints: Sequence[dict[str, object]], nodes: Sequence[tuple[Node, bytes]]) -> None:
    """Store what a batch of sealing made, one statement per table."""
    session.execute(insert(AuditCheckpoint), checkpoints)
    if nodes:
        rows = [{"level": node.level, "place": node.index, "hash": hash_} for node, hash_ in nodes]
        session.execute(insert(AuditNode), rows)


def checkpoint(session: Session, _scope: Scope, size: int) -> SignedCheckpoint | None:
    """Return the checkpoint of exactly ``size`` leaves."""
    found = session.execute(select(*_SIGNED).where(AuditCheckpoint.size == size)).one_or_none()
    return None if found is None else _signed(found)


def newest(session: Session, _scope: Scope) -> SignedCheckpoint | None:
    """Return the newest checkpoint."""
    found = session.execute(select(*_SIGNED).order_by(AuditCheckpoint.size.desc()).limit(1)).one_or_none()
    return None if found is None else _signed(found)


def first_covering(session: Session, _scope: Scope, leaf_index: int) -> SignedCheckpoint | None:
    """Return the checkpoint that first covered ``leaf_index``."""
    found = session.execute(
        select(*_SIGNED).where(AuditCheckpoint.size > leaf_index).order_by(AuditCheckpoint.size).limit(1)
    ).one_or_none()
    return None if found is None else _signed(found)


def checkpoints_after(session: Session, _scope: Scope, size: int, limit: int) -> list[SignedCheckpoint]:
    """Return up to ``limit`` checkpoints above ``size`` leaves, the smallest first."""
    wanted = select(*_SIGNED).where(AuditCheckpoint.size > size).order_by(AuditCheckpoint.size).limit(limit)
    return [_signed(row) for row in session.execute(wanted)]


def checkpoint_page(session: Session, _scope: Scope, page: PageRequest) -> Page[SignedCheckpoint]:
    """Return checkpoints, the newest first."""
    wanted: Select[*tuple[Any, ...]] = select(*_SIGNED).order_by(AuditCheckpoint.size.desc()).limit(page.limit + 1)
    if page.after is not None:
        wanted = wanted.where(AuditCheckpoint.size < _keyset(page.after[0]))
    rows = [_signed(row) for row in session.execute(wanted)]
    return page_of(rows, page, lambda signed: (str(signed.size), ""))


def _keyset(size: str) -> int:
    if not (size.isascii() and size.isdecimal() and len(size) <= DIGITS):
        raise MalformedRequest(reason="the cursor is not one of this list's")
    return int(size)


def recorded_hashes(session: Session, _scope: Scope, size: int, limit: int) -> list[tuple[int, tuple[bytes, ...]]]:
    """Return (size, leaf hashes) of up to ``limit`` checkpoints above ``size`` leaves, the smallest first."""
    wanted = (
        select(AuditCheckpoint.size, AuditCheckpoint.leaf_hashes)
        .where(AuditCheckpoint.size > size)
        .order_by(AuditCheckpoint.size)
        .limit(limit)
    )
    return [(row.size, split(row.leaf_hashes)) for row in session.execute(wanted)]


def tile(session: Session, _scope: Scope, level: int, number: int) -> dict[int, bytes]:
    """Return the nodes of kept level ``level`` in tile ``number`` (256 of them, fewer at the right edge), by index."""
    begin = number * TILE
    if level:
        rows = session.execute(
            select(AuditNode.place, AuditNode.hash).where(
                AuditNode.level == level, AuditNode.place >= begin, AuditNode.place < begin + TILE
            )
        )
        return {row.place: bytes(row.hash) for row in rows}
    found: dict[int, bytes] = {}
    bound = {"begin": begin, "end": begin + TILE, "longest": LEAVES_PER_CHECKPOINT}
    for row in session.execute(_LEAF_TILE, bound):
        found.update(enumerate(split(row.hashes), row.begin))
    return found


def split(joined: bytes | memoryview) -> tuple[bytes, ...]:
    """Cut a run of hashes into single ones."""
    raw = bytes(joined)
    return tuple(raw[at : at + HASH_BYTES] for at in range(0, len(raw), HASH_BYTES))


def _signed(row: AnyRow) -> SignedCheckpoint:
    previous = None if row.previous is None else bytes(row.previous)
    statement = Checkpoint(row.origin, row.size, bytes(row.root), row.signed_at, previous)
    return SignedCheckpoint(statement, row.key_id, bytes(row.signature))
