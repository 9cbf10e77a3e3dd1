"""The outbox and the inbox: facts leave with the change that made them, and arrive exactly once in effect.

Rows are claimed by status with FOR UPDATE SKIP LOCKED, never by "id greater than the last": transactions commit out
of order, and a poll by id loses
rows. Only the oldest undelivered event of an aggregate can be claimed, so each aggregate's events arrive in order.
"""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from b2b_market.infra.database import SET_TENANT, Base, Tenant, run_fixed
from b2b_market.infra.ids import new_id
from b2b_market.infra.veils import unveiled_in
from b2b_market.infra.who import Who
from b2b_market.kernel.event import Event

LEASE = timedelta(seconds=30)
MAX_ATTEMPTS = 12
FIRST_DELAY = timedelta(seconds=1)
LONGEST_DELAY = timedelta(minutes=30)


class OutboxRow(Base):
    """One published fact on its way to its handlers."""

    __tablename__ = "outbox"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    topic: Mapped[str]
    aggregate_type: Mapped[str]
    aggregate_id: Mapped[UUID]
    aggregate_version: Mapped[int]
    org_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    actor: Mapped[dict[str, str | None]] = mapped_column(JSONB)
    correlation_id: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    dead_at: Mapped[datetime | None]
    error: Mapped[str | None]
    veil: Mapped[UUID | None]
    """What hides the event from the platform's people until it is lifted; meanwhile it is never given up."""


class InboxRow(Base):
    """The proof that a handler has had an event: a second delivery stops at this key."""

    __tablename__ = "inbox"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    handler: Mapped[str] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime]


def outbox_row(
    event: Event,
    root: tuple[str, UUID, int],
    orgs: tuple[UUID, ...],
    who: Who,
    stamp: tuple[str, datetime, UUID | None],
) -> dict[str, object]:
    """Return the row for ``event`` of the aggregate ``root`` (type, id, version).

    ``stamp`` is (correlation id, now, what veils the event).
    """
    aggregate_type, aggregate_id, version = root
    correlation_id, now, veil = stamp
    return {
        "id": new_id(),
        "topic": event.topic,
        "aggregate_type": aggregate_type,
        "aggregate_id": aggregate_id,
        "aggregate_version": version,
        "org_ids": list(orgs),
        "actor": who.to_json(),
        "correlation_id": correlation_id,
        "payload": event.payload(),
        "occurred_at": now,
        "attempts": 0,
        "next_attempt_at": now,
        "veil": veil,
    }


_LEASED: Final = (
    "id",
    "topic",
    "aggregate_type",
    "aggregate_id",
    "aggregate_version",
    "org_ids",
    "actor",
    "correlation_id",
    "payload",
    "occurred_at",
    "attempts",
)
CLAIM: Final = f"""
    WITH heads AS (
        SELECT head.id, head.aggregate_id, head.attempts FROM outbox head
        WHERE head.done_at IS NULL AND head.dead_at IS NULL AND head.next_attempt_at <= now()
          AND head.id = (
              SELECT oldest.id FROM outbox oldest
              WHERE oldest.aggregate_id = head.aggregate_id AND oldest.done_at IS NULL
              ORDER BY oldest.aggregate_version, oldest.id
              FETCH FIRST ROW ONLY)
        ORDER BY head.next_attempt_at
        FETCH FIRST %(batch)s ROWS ONLY
        FOR UPDATE SKIP LOCKED),
    following AS (
        SELECT behind.id FROM heads CROSS JOIN LATERAL (
            SELECT later.id, later.aggregate_version FROM outbox later
            WHERE later.aggregate_id = heads.aggregate_id AND later.done_at IS NULL AND later.id <> heads.id
            ORDER BY later.aggregate_version, later.id
            FETCH FIRST %(batch)s ROWS ONLY) behind
        WHERE heads.attempts = 0
        ORDER BY behind.aggregate_version, behind.id
        FETCH FIRST %(batch)s ROWS ONLY),
    leased AS (
        UPDATE outbox SET attempts = attempts + 1, next_attempt_at = now() + %(lease)s
        WHERE id IN (SELECT id FROM heads UNION ALL SELECT id FROM following)
        RETURNING {", ".join(_LEASED)})
    SELECT * FROM leased
    ORDER BY max(occurred_at) OVER (PARTITION BY aggregate_id ORDER BY aggregate_version, id),
             aggregate_id, aggregate_version, id
    """  # noqa: S608 - names of tables and columns, written here
"""Says FETCH FIRST, which :mod:`b2b_market.infra.prepared` does not take for a page of a list: with the policies of its
readings this takes PostgreSQL longer to plan than to run. What else waits of an aggregate is asked for aggregate by
aggregate, so that a plan made while the table was empty still serves when many wait.
"""
_GIVE_UP: Final = f"""
    UPDATE outbox SET dead_at = now(), attempts = attempts - 1,
        error = coalesce(error, 'the relay ended each time it delivered this')
    WHERE id = ANY(%(ids)s) AND {unveiled_in("outbox")}
    RETURNING id
    """  # noqa: S608 - names of tables, written here


def claim(session: Session, batch: int, lease: timedelta) -> list[dict[str, Any]]:
    """Lease deliverable events and return them, oldest first and each aggregate's in order; the caller commits.

    They are the oldest ones of up to ``batch`` aggregates. Where such a one was never tried, those that wait behind it
    come along, up to ``batch`` of them: whoever cannot deliver it puts them back. Nobody else gets any of them before
    ``lease`` is over. One that was leased MAX_ATTEMPTS times goes to the dead letters instead: its delivery may have
    ended the relay before it could say so.
    """
    while True:
        found = run_fixed(session, CLAIM, {"batch": batch, "lease": lease})
        rows = [dict(zip(_LEASED, row, strict=True)) for row in found]
        dead = _given_up(session, [row["id"] for row in rows if row["attempts"] > MAX_ATTEMPTS])
        kept = [row for row in rows if row["id"] not in dead]
        if kept or not rows:
            return kept


def _given_up(session: Session, spent: list[UUID]) -> frozenset[UUID]:
    """Move events that were leased too often to the dead letters, but those that are veiled; return which went."""
    if not spent:
        return frozenset()
    return frozenset(event_id for (event_id,) in run_fixed(session, _GIVE_UP, {"ids": spent}))


_FIRST: Final = f"""
    WITH noted AS (
        INSERT INTO inbox (event_id, handler, handled_at) SELECT %(event_id)s, unnest(%(handlers)s), now())
    {SET_TENANT}
    """


def begin_delivery(session: Session, tenant: Tenant, event_id: UUID, handlers: list[str]) -> datetime | None:
    """Set ``tenant``, note that ``handlers`` get ``event_id`` now, and return the transaction's stamp.

    None where one of them has had it already: the transaction is lost then, and with it what it noted of the others.
    """
    values = {**tenant.settings(), "event_id": event_id, "handlers": handlers}
    try:
        stamp: datetime = run_fixed(session, _FIRST, values).one()[3]
    except IntegrityError:  # the inbox's key: to stumble over it is rare, to ask for it would be done every time
        return None
    return stamp


_HOLD: Final = "SELECT id FROM outbox WHERE id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE"
_DONE: Final = f"UPDATE outbox SET done_at = now(), error = NULL WHERE id IN ({_HOLD})"  # noqa: S608 - our own text


def hold(session: Session, event_ids: list[UUID]) -> None:
    """Lock events before they are marked in several ways, in one order.

    A delivery that outlasts its lease is done by two relays, and each marks what it had in an order of its own.
    """
    run_fixed(session, _HOLD, {"ids": event_ids})


def mark_done(session: Session, event_ids: list[UUID]) -> None:
    """Mark events as delivered to every handler, in the order that :func:`hold` takes."""
    run_fixed(session, _DONE, {"ids": event_ids})


def put_back(session: Session, event_ids: list[UUID]) -> None:
    """End the lease of events that wait behind one that failed, as if they had not been leased."""
    statement = (
        "UPDATE outbox SET attempts = attempts - 1, next_attempt_at = now() "
        "WHERE id = ANY(%(ids)s) AND done_at IS NULL AND attempts > 0"
    )
    run_fixed(session, statement, {"ids": event_ids})


_AGAIN: Final = text(
    f"""
    UPDATE outbox SET error = :error, next_attempt_at = now() + :delay,
        dead_at = CASE WHEN :dead AND {unveiled_in("outbox")} THEN now() END
    WHERE id = :id AND done_at IS NULL
    """  # noqa: S608 - names of tables, written here
)


def mark_failed(session: Session, event_id: UUID, attempts: int, error: str) -> None:
    """Put an event back with a doubling delay, or to the dead letters after MAX_ATTEMPTS.

    One that another relay delivered meanwhile stays as it is. A veiled one never goes to the dead letters: a letter on
    the desk would tell that there is something to be hidden.
    """
    delay = min(FIRST_DELAY * 2 ** min(attempts, 16), LONGEST_DELAY)
    values = {"id": event_id, "error": error[:2000], "delay": delay, "dead": attempts >= MAX_ATTEMPTS}
    session.execute(_AGAIN, values)
