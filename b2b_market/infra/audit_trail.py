"""The insert-only audit trail, written in the transaction of the change: no audit, no action.

``audit_event`` rows hold ids, names of changed fields and salted commitments of their values (HMAC-SHA-256), and the
state hash of the aggregate
after the change. Values and salts live in ``audit_detail``, which may be erased without breaking a proof. Sealing and
proofs are the
module ``audit``'s; see there for the tree.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from b2b_market.infra.aggregate import Change
from b2b_market.infra.bulk import insert_together
from b2b_market.infra.canonical import canonical, plain, written
from b2b_market.infra.database import Base
from b2b_market.infra.ids import new_id
from b2b_market.infra.who import Cause, Who

SCHEMA_VERSION = 1
DONE, DENIED = "done", "denied"
_SALT = 16
"""Bytes of the salt of each changed field."""


class AuditEvent(Base):
    """One sealed-to-be entry. The application may insert and read, never change or delete."""

    __tablename__ = "audit_event"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    schema_version: Mapped[int]
    occurred_at: Mapped[datetime]
    actor_kind: Mapped[str]
    actor_user_id: Mapped[UUID | None]
    actor_org_id: Mapped[UUID | None]
    session: Mapped[str]
    channel: Mapped[str]
    network: Mapped[str | None]
    action: Mapped[str]
    object_type: Mapped[str]
    object_id: Mapped[UUID | None]
    object_version: Mapped[int | None]
    visible_to: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    outcome: Mapped[str]
    rule: Mapped[str | None]
    changed: Mapped[list[str]] = mapped_column(ARRAY(Text()))
    commitments: Mapped[dict[str, list[str]]] = mapped_column(JSONB)
    state_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    correlation_id: Mapped[str]
    idempotency_key: Mapped[str | None]
    cause_event_id: Mapped[UUID | None]
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256(0x00 || all other columns but xid and veil in canonical JSON): the leaf of the tree (RFC 9162)."""
    veil: Mapped[UUID | None]
    """What holds the entry back from all but ``visible_to`` until it is lifted; who may read is not what was done."""


class AuditDetail(Base):
    """The erasable part of an entry: names and values a person may read, and the salts that tie them to the entry."""

    __tablename__ = "audit_detail"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    visible_to: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    actor_name: Mapped[str]
    changes: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """``{field: {"before": …, "after": …, "salt": hex}}``; secret fields have no entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry to be written: what was done to what, by the rule of the operation."""

    action: str
    object_type: str
    object_id: UUID | None = None
    object_version: int | None = None
    visible_to: tuple[UUID, ...] = ()
    outcome: str = DONE
    rule: str | None = None
    changes: Mapping[str, Change] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    state_hash: bytes | None = None
    veil: UUID | None = None


def commitment(salt: bytes, value: object) -> str:
    """Return HMAC-SHA-256 of the canonical form of ``value``, which is plain already, under ``salt``, in hex."""
    return hmac.digest(salt, written(value), "sha256").hex()


EntryRows = tuple[list[dict[str, object]], list[dict[str, object]]]


def entry_rows(entries: Sequence[Entry], who: Who, cause: Cause, now: datetime) -> EntryRows:
    """Return the rows of ``audit_event`` and of ``audit_detail`` that say ``entries``."""
    events: list[dict[str, object]] = []
    details: list[dict[str, object]] = []
    for entry in entries:
        event_id = new_id()
        commitments, values = _committed(entry)
        event = {"id": event_id, "occurred_at": now, **_event_row(entry, commitments, who, cause)}
        leaf_hash = hashlib.sha256(b"\x00" + canonical(event)).digest()
        events.append({**event, "leaf_hash": leaf_hash, "veil": entry.veil})
        details.append(
            {"event_id": event_id, "visible_to": list(entry.visible_to), "actor_name": who.name, "changes": values}
        )
    return events, details


def write_entries(session: Session, entries: Sequence[Entry], who: Who, cause: Cause, now: datetime) -> None:
    """Insert ``entries``; the caller's transaction carries them."""
    events, details = entry_rows(entries, who, cause, now)
    insert_together(session, (AuditEvent, events), (AuditDetail, details))


def _committed(entry: Entry) -> tuple[dict[str, list[str]], dict[str, object]]:
    commitments: dict[str, list[str]] = {}
    values: dict[str, object] = {}
    salts = secrets.token_bytes(_SALT * len(entry.changes))
    for place, (name, change) in enumerate(entry.changes.items()):
        salt = salts[_SALT * place : _SALT * (place + 1)]
        before, after = plain(change.before), plain(change.after)
        commitments[name] = [commitment(salt, before), commitment(salt, after)]
        if name not in entry.secret:
            values[name] = {"before": before, "after": after, "salt": salt.hex()}
    return commitments, values


def _event_row(entry: Entry, commitments: Mapping[str, list[str]], who: Who, cause: Cause) -> dict[str, object]:
    return {
        "schema_version": SCHEMA_VERSION,
        "actor_kind": who.kind.value,
        "actor_user_id": who.user_id,
        "actor_org_id": who.org_id,
        "session": who.session,
        "channel": cause.channel,
        "network": cause.network,
        "action": entry.action,
        "object_type": entry.object_type,
        "object_id": entry.object_id,
        "object_version": entry.object_version,
        "visible_to": list(entry.visible_to),
        "outcome": entry.outcome,
        "rule": entry.rule,
        "changed": sorted(entry.changes),
        "commitments": commitments,
        "state_hash": entry.state_hash,
        "correlation_id": cause.correlation_id,
        "idempotency_key": cause.idempotency_key,
        "cause_event_id": cause.event_id,
    }
