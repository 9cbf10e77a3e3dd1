"""Editions of a tender's notice as they were announced, and amendments on their way to one."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.amendments import TenderAmendmentStatus


class TenderEdition(Base):
    """One edition of a notice; nothing of it ever changes.

    Who may read the tender reads every one, and everybody those of a tender on the public board.
    """

    __tablename__ = "tender_edition"

    tender_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    reason: Mapped[str]
    """Why it follows the one before; empty for the publication."""
    published_at: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    notice: Mapped[dict[str, Any]] = mapped_column(JSONB)


class TenderAmendment(Salted, Aggregate, Base):
    """What somebody of the buyer wants a published tender to say next; its buyer's alone."""

    __tablename__ = "tender_amendment"
    __table_args__ = (
        Index("ix_tender_amendment_tender_id_id", "tender_id", "id"),
        Index("uq_tender_amendment_waiting", "tender_id", unique=True, postgresql_where="status = 'pending_approval'"),
        CheckConstraint("decider_id IS NULL OR decider_id <> author_id", name="another_decides"),
    )
    audit_type = "tender_amendment"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"content"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    status: Mapped[TenderAmendmentStatus] = mapped_column(enum_type(TenderAmendmentStatus))
    reason: Mapped[str]
    """Everybody who may read the tender reads it with the edition."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The whole next content, hidden estimates too."""
    base: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of what stood when it was written, and of the documents that come and go with it."""
    edition: Mapped[int | None]
    """Which edition of the notice it became."""
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    remark: Mapped[str]
    """Why it was returned."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone: suppliers read the edition that it becomes."""
        return (self.buyer_id,)
