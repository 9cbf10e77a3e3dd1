"""The tree's tables and the companies' lists. Rows are only ever added: the application may not change them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, LargeBinary, SmallInteger, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base


class AuditCheckpoint(Base):
    """One signed checkpoint, with what the sealer needs to go on and the hashes of the leaves it added.

    Two checkpoints cannot cover the same leaves: ``covers_from`` is unique, so the log cannot fork.
    """

    __tablename__ = "audit_checkpoint"
    __table_args__ = (
        UniqueConstraint("covers_from"),
        CheckConstraint("size > covers_from AND covers_from >= 0", name="grows"),
        CheckConstraint("octet_length(leaf_hashes) = 32 * (size - covers_from)", name="leaves_whole"),
    )

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    covers_from: Mapped[int] = mapped_column(BigInteger)
    origin: Mapped[str]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    signed_at: Mapped[datetime]
    previous: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hashes: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    """The hashes of the leaves from ``covers_from`` on: the log's own record of what stood at each index."""
    frontier: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    """The complete subtrees at ``size``, the largest first."""
    cursor_xid: Mapped[int] = mapped_column(BigInteger)
    cursor_id: Mapped[UUID]
    """With ``cursor_xid``: where in the order of (xid, id) the sealer had got to when its batch ended."""


class AuditLeaf(Base):
    """Which event stands at which index: no gaps, no event twice."""

    __tablename__ = "audit_leaf"
    __table_args__ = (
        UniqueConstraint("event_id"),
        Index("ix_audit_leaf_leaf_index", "leaf_index", postgresql_where="veiled"),
    )

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[UUID]
    veiled: Mapped[bool] = mapped_column(server_default=false())
    """Whether something veiled the event when it was sealed; what that is, and whether it does still, it says."""


class AuditParty(Base):
    """Which companies see which sealed entry, in the order of their lists; written by the sealer, off the request."""

    __tablename__ = "audit_party"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime] = mapped_column(primary_key=True)
    event_id: Mapped[UUID] = mapped_column(primary_key=True)


class AuditListed(Base):
    """How far ``audit_party`` goes: one row."""

    __tablename__ = "audit_listed"
    __table_args__ = (CheckConstraint("only_row", name="one_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True)
    up_to: Mapped[int] = mapped_column(BigInteger)
    """Leaves below this index are in the lists."""
    cursor_xid: Mapped[int] = mapped_column(BigInteger)
    cursor_id: Mapped[UUID]
    """So is every entry up to this one in the order of (xid, id); later ones may be, or may not be sealed yet."""


class AuditNode(Base):
    """A complete subtree of a kept level (8, 16 …); a proof needs at most 256 of one level at a time."""

    __tablename__ = "audit_node"

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    place: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
