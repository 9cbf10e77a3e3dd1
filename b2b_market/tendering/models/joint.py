"""Companies that take part in another's tender."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.joint import ParticipantStatus


class Participant(Aggregate, Base):
    """A company that the lead buyer asked to buy with it; ``confirmed`` is the digest of the lots that it confirmed."""

    __tablename__ = "tender_participant"
    __table_args__ = (UniqueConstraint("tender_id", "org_id"), Index("ix_tender_participant_org_id_id", "org_id", "id"))
    audit_type = "tender_participant"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"confirmed"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    org_id: Mapped[UUID]
    status: Mapped[ParticipantStatus] = mapped_column(enum_type(ParticipantStatus))
    quantities: Mapped[list[list[str]]] = mapped_column(JSONB)
    """What it takes, by lot and item in their order; empty until it confirms."""
    confirmed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    reason: Mapped[str]

    def parties(self) -> tuple[UUID, ...]:
        """Return the lead buyer and the company."""
        return (self.buyer_id, self.org_id)
