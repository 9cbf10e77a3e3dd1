"""Stored files: one row per file, owned by one company; the bytes lie in the store under ``storage_key``."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, CheckConstraint, Index, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.files.states import FileKind, FileStatus
from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type


class StoredFile(Aggregate, Base):
    """One file. Its id is random, so that an address tells nothing about when it was made."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("size > 0", name="size_positive"),
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256_hex"),
        Index("ix_stored_file_org_id", "org_id", "id"),
        Index("ix_stored_file_reader_ids", "reader_ids", postgresql_using="gin"),
        Index("uq_stored_file_storage_key", "storage_key", unique=True),
        Index("ix_stored_file_scan_after", "scan_after", postgresql_where=text("status = 'quarantined'")),
    )
    audit_type = "file"
    audit_hidden = frozenset({"scan_after"})

    org_id: Mapped[UUID]
    reader_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    uploaded_by: Mapped[UUID | None]
    name: Mapped[str]
    kind: Mapped[FileKind] = mapped_column(enum_type(FileKind))
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    storage_key: Mapped[str]
    status: Mapped[FileStatus] = mapped_column(enum_type(FileStatus))
    scan_after: Mapped[datetime]
    scan_result: Mapped[str]
    """What the scanner found; empty for a clean file and for one that was never scanned."""

    def parties(self) -> tuple[UUID, ...]:
        """The owner and the readers."""
        return (self.org_id, *self.reader_ids)
