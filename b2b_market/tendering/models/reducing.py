"""Going on with fewer companies in talks: the buyer's proposals, and who takes no part any more."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.reducing import DepartureKind, DepartureStatus, ReductionStatus


class Reduction(Salted, Aggregate, Base):
    """A proposal to drop companies from talks, with the scores of all who take part; the buyer's alone."""

    __tablename__ = "tender_reduction"
    __table_args__ = (
        Index("ix_tender_reduction_tender_id_id", "tender_id", "id"),
        Index("uq_tender_reduction_proposed", "tender_id", unique=True, postgresql_where="status = 'proposed'"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="another_decides"),
    )
    audit_type = "tender_reduction"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"scores"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    round: Mapped[int]
    status: Mapped[ReductionStatus] = mapped_column(enum_type(ReductionStatus))
    scores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{supplier, scores: [{criterion, score}]}]``; criteria by their position among the tender's."""
    dropped_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    reason: Mapped[str]
    proposer_id: Mapped[UUID]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    remark: Mapped[str]
    """Why it was dismissed."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer."""
        return (self.buyer_id,)


class Departure(Salted, Aggregate, Base):
    """That a company takes no part in talks any more, and why; between it and the buyer."""

    __tablename__ = "tender_departure"
    __table_args__ = (
        Index("ix_tender_departure_tender_id_id", "tender_id", "id"),
        Index("uq_tender_departure_out", "tender_id", "supplier_id", unique=True, postgresql_where="status = 'out'"),
        CheckConstraint("(kind = 'dropped') = (reduction_id IS NOT NULL)", name="dropped_by_a_reduction"),
    )
    audit_type = "tender_departure"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"scores"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    kind: Mapped[DepartureKind] = mapped_column(enum_type(DepartureKind))
    status: Mapped[DepartureStatus] = mapped_column(enum_type(DepartureStatus))
    round: Mapped[int]
    reduction_id: Mapped[UUID | None]
    reason: Mapped[str]
    scores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{criterion, score}]``, its own; empty where it left by itself."""
    place: Mapped[int | None]
    compared: Mapped[int | None]
    """How many companies were compared."""
    standstill_ends_at: Mapped[datetime | None]
    """Until when being dropped can be complained about; none where it left by itself."""
    remark: Mapped[str]
    """Why it takes part again."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the company."""
        return (self.buyer_id, self.supplier_id)
