"""The published candidates of a lot."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.publicity import PublicityStatus


class PublicityRow(Aggregate, Base):
    """A ranking as it was published: everybody who reads the tender reads it."""

    __tablename__ = "tender_publicity"
    __table_args__ = (
        Index("ix_tender_publicity_tender_id_id", "tender_id", "id"),
        Index("uq_tender_publicity_standing", "lot_id", unique=True, postgresql_where="status <> 'withdrawn'"),
    )
    audit_type = "tender_publicity"

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    bidder_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """Every bidder of the lot: they are told, and may object."""
    public: Mapped[bool]
    status: Mapped[PublicityStatus] = mapped_column(enum_type(PublicityStatus))
    candidates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{bid, place, supplier, name, total, score}]``, the best first; figures as the procedure says, else none."""
    published_by: Mapped[UUID]
    due_at: Mapped[datetime]
    """When the procedure wanted it to begin."""
    ends_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was withdrawn."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the bidders of the lot."""
        return tuple(dict.fromkeys((self.buyer_id, *self.bidder_ids)))

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an entry would tell each bidder who else bids."""
        return (self.buyer_id,)
