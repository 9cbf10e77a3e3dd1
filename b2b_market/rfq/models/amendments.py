"""Amendments that wait for an approver, and what became of them."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.rfq.states import AmendmentStatus


class RfqAmendment(Salted, Aggregate, Base):
    """The next version of a published request as its author submitted it, for the buyer alone.

    The request goes on under the version that stands. What was submitted is never changed.
    """

    __tablename__ = "rfq_amendment"
    __table_args__ = (
        Index("ix_rfq_amendment_rfq_id", "rfq_id", "id"),
        Index("uq_rfq_amendment_waiting", "rfq_id", unique=True, postgresql_where="status = 'pending_approval'"),
    )
    audit_type = "amendment"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"content"})

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    status: Mapped[AmendmentStatus] = mapped_column(enum_type(AmendmentStatus))
    base_edition: Mapped[int]
    """The version that it amends; another one that stands outdates it."""
    edition: Mapped[int | None]
    """The version that it became."""
    reason: Mapped[str]
    """What suppliers will read."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """JSON of ``commands.amending.AmendRfq`` (``rules.submitting``)."""
    documents_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the documents that the next version had when it was submitted."""
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    decision_reason: Mapped[str | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)
