"""Keys of officers: the public halves that bids are sealed to."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.bids import KeyStatus


class OfficerCardRow(Aggregate, Base):
    """The card of a person's key; every company may choose a proven one for its tenders."""

    __tablename__ = "tender_key"
    __table_args__ = (UniqueConstraint("fingerprint"), Index("ix_tender_key_org_id_id", "org_id", "id"))
    audit_type = "tender_key"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"secret"})

    org_id: Mapped[UUID]
    user_id: Mapped[UUID]
    name: Mapped[str]
    department: Mapped[str]
    fingerprint: Mapped[str]
    card: Mapped[dict[str, Any]] = mapped_column(JSONB)
    status: Mapped[KeyStatus] = mapped_column(enum_type(KeyStatus))
    secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    """What the challenge was made of, until it is answered."""
    challenge: Mapped[bytes | None] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the holder's company alone."""
        return (self.org_id,)
