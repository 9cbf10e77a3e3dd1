"""What follows the opening: the evaluation, disqualifications, questions to bidders, awards and results."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type
from b2b_market.tendering.states.evaluation import (
    InquiryKind,
    InquiryStatus,
    Outcome,
    RulingGround,
    RulingStatus,
    TenderAwardStatus,
)


class Evaluation(Salted, Aggregate, Base):
    """The evaluation of a tender: who took part, the frozen exchange rates, the scores; its buyer's alone."""

    __tablename__ = "tender_evaluation"
    __table_args__ = (UniqueConstraint("tender_id"), Index("ix_tender_evaluation_buyer_id_id", "buyer_id", "id"))
    audit_type = "tender_evaluation"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"scores"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    begun_by: Mapped[UUID]
    evaluator_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """Everybody who judged here; none of them decides on an award (S2)."""
    rates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The exchange rates to the tender's currency, frozen at the day of the deadline."""
    scores: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{bid, criterion, score}]``; empty where the price alone counts, and until the bids are scored."""
    scored_by: Mapped[UUID | None]
    scored_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class Ruling(Aggregate, Base):
    """A disqualification: proposed by one person, decided by another. Its bidder sees a confirmed one."""

    __tablename__ = "tender_ruling"
    __table_args__ = (
        Index("ix_tender_ruling_tender_id_id", "tender_id", "id"),
        Index("uq_tender_ruling_standing", "bid_id", unique=True, postgresql_where="status <> 'dismissed'"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="another_decides"),
    )
    audit_type = "tender_ruling"

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    bid_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    ground: Mapped[RulingGround] = mapped_column(enum_type(RulingGround))
    reason: Mapped[str]
    status: Mapped[RulingStatus] = mapped_column(enum_type(RulingStatus))
    proposer_id: Mapped[UUID]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    remark: Mapped[str]
    """Why it was dismissed."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the bidder once it is confirmed."""
        return (self.buyer_id, self.supplier_id) if self.status is RulingStatus.CONFIRMED else (self.buyer_id,)


class Inquiry(Aggregate, Base):
    """What a bidder is asked about its opened bid, its answer, what was decided; between the two companies alone."""

    __tablename__ = "tender_inquiry"
    __table_args__ = (
        Index("ix_tender_inquiry_tender_id_id", "tender_id", "id"),
        Index("uq_tender_inquiry_low_price", "bid_id", unique=True, postgresql_where="kind = 'low_price'"),
        Index("uq_tender_inquiry_correction", "bid_id", unique=True, postgresql_where="kind = 'correction'"),
    )
    audit_type = "tender_inquiry"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"files": []})

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    bid_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    kind: Mapped[InquiryKind] = mapped_column(enum_type(InquiryKind))
    question: Mapped[str]
    asked_by: Mapped[UUID]
    due_at: Mapped[datetime]
    status: Mapped[InquiryStatus] = mapped_column(enum_type(InquiryStatus))
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]
    finding: Mapped[str | None]
    """Why the answer was accepted or rejected."""
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """The corrected documents: ``[{id, name, size, sha256}]``, files of the bidder that the buyer may read."""
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)


class TenderAward(Salted, Aggregate, Base):
    """A lot's award to a bid, from its turn to the signed decision; its buyer's alone: the record names every bid."""

    __tablename__ = "tender_award"
    __table_args__ = (
        Index("ix_tender_award_tender_id_id", "tender_id", "id"),
        Index("uq_tender_award_under_way", "lot_id", unique=True, postgresql_where="status IN ('proposed', 'active')"),
        Index("uq_tender_award_open", "bid_id", unique=True, postgresql_where="status <> 'cancelled'"),
        CheckConstraint("approver_id IS NULL OR approver_id <> proposer_id", name="another_approves"),
    )
    audit_type = "tender_award"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"record", "amount"})

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    bid_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    status: Mapped[TenderAwardStatus] = mapped_column(enum_type(TenderAwardStatus))
    amount: Mapped[Decimal] = mapped_column(TOTAL)
    """The bid's total in its own currency."""
    currency: Mapped[str] = mapped_column(CURRENCY)
    proposer_id: Mapped[UUID | None]
    comment: Mapped[str]
    approver_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    standstill_ends_at: Mapped[datetime | None]
    record: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What was decided, on what; signed with the platform's key."""
    signature: Mapped[bytes | None] = mapped_column(LargeBinary)
    key_id: Mapped[str | None]
    reason: Mapped[str | None]
    """Why it was returned, lost or cancelled."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class TenderResult(Base):
    """What a bidder is told of a decided lot: its own outcome, its place, and who won."""

    __tablename__ = "tender_result"
    __table_args__ = (Index("ix_tender_result_tender_id", "tender_id"),)

    bid_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    award_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    outcome: Mapped[Outcome] = mapped_column(enum_type(Outcome))
    place: Mapped[int | None]
    admitted: Mapped[int]
    """How many bids were placed."""
    ground: Mapped[RulingGround | None] = mapped_column(enum_type(RulingGround))
    reason: Mapped[str]
    winner: Mapped[str]
    winner_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """The winner by language, where it has a name in both."""
    winning_amount: Mapped[Decimal | None] = mapped_column(TOTAL)
    """Where the procedure is public; the winner reads its own."""
    currency: Mapped[str] = mapped_column(CURRENCY)
    decided_at: Mapped[datetime]
    standstill_ends_at: Mapped[datetime]
