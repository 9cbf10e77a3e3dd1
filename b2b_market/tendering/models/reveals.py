"""Lost keys: the announced window, and what bidders revealed in it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.reveals import RevealStatus


class RevealPeriod(Aggregate, Base):
    """The window in which bidders reveal a part, as it was announced; everybody who reads the tender reads it."""

    __tablename__ = "tender_reveal_window"
    __table_args__ = (
        UniqueConstraint("tender_id", "part"),
        Index("ix_tender_reveal_window_closes_at", "closes_at", postgresql_where="status = 'open'"),
    )
    audit_type = "tender_reveal_window"

    tender_id: Mapped[UUID]
    part: Mapped[str]
    buyer_id: Mapped[UUID]
    status: Mapped[RevealStatus] = mapped_column(enum_type(RevealStatus))
    reason: Mapped[str]
    declared_by: Mapped[UUID]
    opens_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The announcement, signed with the platform's key."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class RevealRow(Base):
    """A part as its bidder revealed it; the bidder's alone, and the platform's once the window is over."""

    __tablename__ = "tender_reveal"

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    submitted_by: Mapped[UUID]
    received_at: Mapped[datetime]
    document: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
