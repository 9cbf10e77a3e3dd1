"""Complaints about tenders, and what is published of them."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type
from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintStatus, ComplaintTarget


class Complaint(Aggregate, Base):
    """A supplier's complaint. Its review body sees it once it is lodged, the buyer once it counts."""

    __tablename__ = "tender_complaint"
    __table_args__ = (
        Index("ix_tender_complaint_tender_id_id", "tender_id", "id"),
        Index("ix_tender_complaint_body_id_id", "body_id", "id"),
        CheckConstraint("decider_id IS NULL OR decider_id <> author_id", name="another_decides"),
    )
    audit_type = "tender_complaint"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"grounds", "demand"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    body_id: Mapped[UUID]
    """The company whose people decide: the platform's or the buyer's own."""
    author_id: Mapped[UUID]
    kind: Mapped[ComplaintKind] = mapped_column(enum_type(ComplaintKind))
    target: Mapped[ComplaintTarget] = mapped_column(enum_type(ComplaintTarget))
    target_id: Mapped[UUID | None]
    """The lot or the decision; none where it is about the tender."""
    lot_id: Mapped[UUID | None]
    status: Mapped[ComplaintStatus] = mapped_column(enum_type(ComplaintStatus))
    number: Mapped[str]
    """Empty until it counts."""
    tender_number: Mapped[str]
    tender_title: Mapped[str]
    buyer_name: Mapped[str]
    supplier_name: Mapped[str]
    lot_title: Mapped[str]
    grounds: Mapped[str]
    demand: Mapped[str]
    files: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{id, name, size, sha256}]`` of the complainant's own files."""
    fee: Mapped[Decimal | None] = mapped_column(TOTAL)
    fee_formula: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """``{per_mille, least, most, estimate}``, what the fee was worked out from."""
    currency: Mapped[str] = mapped_column(CURRENCY)
    fee_reference: Mapped[str | None]
    window_ends_at: Mapped[datetime]
    lodged_at: Mapped[datetime | None]
    pending_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    """By when the procedure wants it decided or answered."""
    statement: Mapped[str | None]
    """What the buyer says to it."""
    stated_by: Mapped[UUID | None]
    decision: Mapped[str | None]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    edition: Mapped[int]
    """Which edition of the notice it was upheld against; 0 before."""
    remedy: Mapped[str | None]
    """What the buyer has done about it."""

    def parties(self) -> tuple[UUID, ...]:
        """Return its company, the review body once it is lodged, and the buyer once it counts."""
        found = [self.supplier_id]
        if self.lodged_at is not None:
            found.append(self.body_id)
        if self.pending_at is not None and self.buyer_id not in found:
            found.append(self.buyer_id)
        return tuple(found)


class ComplaintNotice(Base):
    """What everybody who reads the tender reads of a complaint that counts; without a name where the procedure says."""

    __tablename__ = "tender_complaint_notice"
    __table_args__ = (Index("ix_tender_complaint_notice_tender_id", "tender_id"),)

    complaint_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    public: Mapped[bool]
    """Whether every approved supplier reads it, as the tender itself."""
    number: Mapped[str]
    kind: Mapped[ComplaintKind] = mapped_column(enum_type(ComplaintKind))
    target: Mapped[ComplaintTarget] = mapped_column(enum_type(ComplaintTarget))
    lot_title: Mapped[str]
    status: Mapped[ComplaintStatus] = mapped_column(enum_type(ComplaintStatus))
    complainant: Mapped[str]
    grounds: Mapped[str]
    demand: Mapped[str]
    lodged_at: Mapped[datetime]
    decision: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    remedy: Mapped[str | None]
