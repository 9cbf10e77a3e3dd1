"""The evaluation committee of a tender: the announced draw, the people of its pool, the seed, and score sheets."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.committee import CommitteeStatus, JurorStatus, SupplementStatus


class Committee(Aggregate, Base):
    """What is announced about the draw, and the draw once it was made; everybody who reads the tender reads it."""

    __tablename__ = "tender_committee"
    __table_args__ = (UniqueConstraint("tender_id"),)
    audit_type = "tender_committee"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    status: Mapped[CommitteeStatus] = mapped_column(enum_type(CommitteeStatus))
    seats: Mapped[int]
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
    pool: Mapped[bytes] = mapped_column(LargeBinary)
    """The digest of the pool."""
    named_by: Mapped[UUID]
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """Everything that anybody needs to make the draw again: seed, beacon, pool, members; None before."""
    drawn_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class Supplement(Aggregate, Base):
    """A second draw for empty seats: what was announced of it, and the draw; who reads the tender reads it."""

    __tablename__ = "tender_supplement"
    __table_args__ = (Index("ix_tender_supplement_tender_id", "tender_id"),)
    audit_type = "tender_supplement"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    status: Mapped[SupplementStatus] = mapped_column(enum_type(SupplementStatus))
    seats: Mapped[int]
    experts: Mapped[int]
    commitment: Mapped[bytes] = mapped_column(LargeBinary)
    pool: Mapped[bytes] = mapped_column(LargeBinary)
    named_by: Mapped[UUID]
    draw: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class Juror(Aggregate, Base):
    """A person of the pool; the buyer sees it, and the person's company once the draw was made."""

    __tablename__ = "tender_juror"
    __table_args__ = (UniqueConstraint("tender_id", "user_id"), Index("ix_tender_juror_user_id", "user_id"))
    audit_type = "tender_juror"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"statement"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    user_id: Mapped[UUID]
    org_id: Mapped[UUID]
    name: Mapped[str]
    expert: Mapped[bool]
    status: Mapped[JurorStatus] = mapped_column(enum_type(JurorStatus))
    declared_at: Mapped[datetime | None]
    """When the person declared to have no conflict, or one."""
    statement: Mapped[str]
    handed_in_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the person's company once the draw was made."""
        return (self.buyer_id,) if self.status is JurorStatus.POOLED else (self.buyer_id, self.org_id)


class Seed(Base):
    """The secret seed behind a commitment; only the platform's own work reads it, and only for the draw."""

    __tablename__ = "tender_seed"

    commitment: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    seed: Mapped[bytes] = mapped_column(LargeBinary)


class SheetRow(Salted, Aggregate, Base):
    """One member's scores: the member's alone until all sheets are opened together."""

    __tablename__ = "tender_sheet"
    __table_args__ = (UniqueConstraint("tender_id", "user_id"),)
    audit_type = "tender_sheet"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"scores"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    user_id: Mapped[UUID]
    scores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{bid, criterion, score}]``."""
    opened: Mapped[bool]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, who learns that there is a sheet; what it says is secret."""
        return (self.buyer_id,)
