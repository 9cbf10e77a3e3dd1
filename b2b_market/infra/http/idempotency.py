"""Idempotency keys: the same POST sent twice has one effect and one answer.

The key's row is inserted in the transaction of the work, so it exists exactly when the effect does. A twin waits on
the unique index for at most five seconds (the connection's lock timeout), then reads the stored answer. Refusals are
not stored; rows are kept for 72 hours. Row-level security shows a row to the person who sent the key and to nobody
else, whichever company's rows the work turns to meanwhile.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from psycopg2.errors import LockNotAvailable
from sqlalchemy import LargeBinary
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from b2b_market.infra.bulk import Fixed
from b2b_market.infra.database import Base, run_fixed
from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

KEPT = timedelta(hours=72)
PATTERN = re.compile(r"^[A-Za-z0-9_\-:.]{8,100}$", re.ASCII)


class IdempotencyKeyRequired(Refusal):
    """This POST makes something that must not be made twice."""

    kind, code = Kind.PRECONDITION, "idempotency-key-required"
    title = N_("Send an Idempotency-Key")
    advice = N_("Send a header Idempotency-Key of 8 to 100 letters, digits or -_:. that is new for each new request.")


class IdempotencyKeyMalformed(Refusal):
    """The header is there but is not a key."""

    kind, code = Kind.MALFORMED, "idempotency-key-malformed"
    title = N_("This is not an idempotency key")
    advice = N_("Use 8 to 100 letters, digits or -_:. such as a UUID.")


class IdempotencyKeyReused(Refusal):
    """The key belongs to another request."""

    kind, code = Kind.INVALID, "idempotency-key-reused"
    title = N_("This idempotency key was used for another request")
    advice = N_("Use a new key for a new request; repeat a request only with exactly the same content.")


class RequestInProgress(Refusal):
    """The first request with this key has not ended yet."""

    kind, code = Kind.CONFLICT, "request-in-progress"
    title = N_("The same request is still being worked on")
    advice = N_("Wait {retry_after} seconds, then send it again with the same key.")


class IdempotencyRow(Base):
    """One used key with the answer that was given."""

    __tablename__ = "idempotency"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    operation: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    headers: Mapped[str | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """Whose key for which operation it is, and the digest of the request it came with."""

    org_id: UUID
    actor: str
    operation: str
    key: str
    request_hash: bytes


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer that the first request got."""

    status: int
    headers: str
    body: bytes


_ITS: Final = "WHERE org_id = %(org_id)s AND actor = %(actor)s AND operation = %(operation)s AND key = %(key)s"
_TAKE: Final = (
    "INSERT INTO idempotency (org_id, actor, operation, key, request_hash, created_at) "
    "VALUES (%(org_id)s, %(actor)s, %(operation)s, %(key)s, %(request_hash)s, %(now)s) ON CONFLICT DO NOTHING"
)
_KEEP: Final = f"UPDATE idempotency SET status = %(status)s, headers = %(headers)s, body = %(body)s {_ITS}"  # noqa: S608 - texts of this file
_RELEASE: Final = f"DELETE FROM idempotency {_ITS}"  # noqa: S608 - texts of this file
_READ: Final = f"SELECT request_hash, status, headers, body FROM idempotency {_ITS}"  # noqa: S608 - texts of this file


def is_key(text_sent: str) -> bool:
    """Tell whether a header value can be an idempotency key."""
    return PATTERN.match(text_sent) is not None


def claim(session: Session, key: IdempotencyKey, now: datetime) -> StoredAnswer | None:
    """Take the key for this transaction and return None, or return the answer stored by its first use.

    Raise IdempotencyKeyReused for another request's key, RequestInProgress where the twin has not ended after five
    seconds.
    """
    try:
        taken = run_fixed(session, _TAKE, {**_identity(key), "request_hash": key.request_hash, "now": now})
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise RequestInProgress(retry_after=5) from error
        raise
    if taken.rowcount:
        return None
    return _stored(session, key)


def kept(key: IdempotencyKey, answer: StoredAnswer) -> Fixed:
    """Return the statement that keeps the answer beside the effect."""
    return Fixed(_KEEP, {**_identity(key), "status": answer.status, "headers": answer.headers, "body": answer.body})


def release(session: Session, key: IdempotencyKey) -> None:
    """Give back a key that was claimed in this transaction for something that was not done."""
    run_fixed(session, _RELEASE, _identity(key))


def _stored(session: Session, key: IdempotencyKey) -> StoredAnswer:
    request_hash, status, headers, body = run_fixed(session, _READ, _identity(key)).one()
    if bytes(request_hash) != key.request_hash:
        raise IdempotencyKeyReused
    return StoredAnswer(status, headers, bytes(body))


def _identity(key: IdempotencyKey) -> dict[str, object]:
    return {"org_id": key.org_id, "actor": key.actor, "operation": key.operation, "key": key.key}
