"""Every SELECT of this module."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, Uuid, literal, or_, select
from sqlalchemy.orm import Session

from b2b_market.files.models import StoredFile
from b2b_market.files.states import FileStatus
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope


def file(session: Session, scope: Scope, file_id: UUID) -> StoredFile:
    """Return a file that is the caller's or shared with them; anybody else's looks like none."""
    found = session.scalar(select(StoredFile).where(StoredFile.id == file_id, _visible(scope)))
    if found is None:
        raise NotFound(file_id=str(file_id))
    return found


def files(session: Session, scope: Scope, file_ids: Sequence[UUID]) -> Sequence[StoredFile]:
    """Return those of these files that are the caller's or shared with them, in one query."""
    return session.scalars(select(StoredFile).where(StoredFile.id.in_(list(file_ids)), _visible(scope))).all()


def _visible(scope: Scope) -> ColumnElement[bool]:
    readers = literal(list(scope.org_ids), ARRAY(Uuid()))
    return or_(StoredFile.org_id.in_(scope.org_ids), StoredFile.reader_ids.op("&&")(readers))


def lock_own(session: Session, scope: Scope, file_id: UUID) -> StoredFile:
    """Return one of the caller's own files, locked."""
    found = session.scalar(
        select(StoredFile).where(StoredFile.id == file_id, StoredFile.org_id.in_(scope.org_ids)).with_for_update()
    )
    if found is None:
        raise NotFound(file_id=str(file_id))
    return found


def lock_any(session: Session, _scope: Scope, file_id: UUID) -> StoredFile:
    """Return any company's file, locked; only the machine branch of the row policy lets it through."""
    found = session.scalar(select(StoredFile).where(StoredFile.id == file_id).with_for_update())
    if found is None:
        raise NotFound(file_id=str(file_id))
    return found


def quarantined(session: Session, _scope: Scope, now: datetime, batch: int) -> Sequence[StoredFile]:
    """Return up to ``batch`` files due for the scanner, locked; those another worker holds are skipped."""
    return session.scalars(
        select(StoredFile)
        .where(StoredFile.status == FileStatus.QUARANTINED, StoredFile.scan_after <= now)
        .order_by(StoredFile.scan_after, StoredFile.id)
        .limit(batch)
        .with_for_update(skip_locked=True)
    ).all()


def known_keys(session: Session, _scope: Scope, storage_keys: Sequence[str]) -> frozenset[str]:
    """Return those of ``storage_keys`` that have a row."""
    return frozenset(
        session.scalars(select(StoredFile.storage_key).where(StoredFile.storage_key.in_(list(storage_keys))))
    )
