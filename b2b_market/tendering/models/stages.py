"""The second stage of a tender of two envelopes: the signed technical result, and how far the prices are."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.stages import StageStatus, TechnicalOutcome


class TechnicalStage(Salted, Aggregate, Base):
    """The technical result of a tender as it was signed off; everybody who reads a public tender reads it."""

    __tablename__ = "tender_stage"
    __table_args__ = (UniqueConstraint("tender_id"),)
    audit_type = "tender_stage"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    public: Mapped[bool]
    """Whether the procedure makes the result public."""
    status: Mapped[StageStatus] = mapped_column(enum_type(StageStatus))
    locked_by: Mapped[UUID]
    locked_at: Mapped[datetime]
    record: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What each bid came to, without any price; signed with the platform's key."""
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    key_id: Mapped[str]
    opened_at: Mapped[datetime | None]
    """When the price envelopes were opened."""
    compared_by: Mapped[UUID | None]
    compared_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone: what bidders hear of it is told to each apart."""
        return (self.buyer_id,)


class TechnicalResult(Base):
    """What the technical evaluation made of one bid: its bidder's, its buyer's, and everybody's where it is public."""

    __tablename__ = "tender_technical"
    __table_args__ = (Index("ix_tender_technical_tender_id", "tender_id"),)

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    public: Mapped[bool]
    bidder: Mapped[str]
    """The bidder's name at that time; strangers read no companies."""
    bidder_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Its names by language, where it had one in both."""
    outcome: Mapped[TechnicalOutcome] = mapped_column(enum_type(TechnicalOutcome))
    score: Mapped[str | None]
    """The exact technical score from 0 to 100, ``80`` or ``250/3``; none where nothing is scored."""
