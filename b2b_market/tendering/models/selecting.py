"""Requests to participate, how the buyer judged them, the talks, and the files of both."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CHAR, BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.selecting import ApplicationStatus, QualificationStatus, TalkKind, TalkStatus


class Application(Salted, Aggregate, Base):
    """One company's request to participate. Until ``opened`` row-level security hides it from the buyer."""

    __tablename__ = "tender_application"
    __table_args__ = (UniqueConstraint("tender_id", "supplier_id"),)
    audit_type = "tender_application"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"answers", "proposal"})

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    status: Mapped[ApplicationStatus] = mapped_column(enum_type(ApplicationStatus))
    opened: Mapped[bool]
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{criterion, answer}]`` by the position of the exclusion or selection criterion."""
    proposal: Mapped[str]
    """The technical proposal without a price, where one is asked for."""
    submitted_by: Mapped[UUID]
    received_at: Mapped[datetime]

    def parties(self) -> tuple[UUID, ...]:
        """Return the company alone until the time for applications is over."""
        return (self.buyer_id, self.supplier_id) if self.opened else (self.supplier_id,)


class Qualification(Aggregate, Base):
    """How the buyer judged an application. Its company sees it once ``released``, with the decision on all."""

    __tablename__ = "tender_qualification"
    __table_args__ = (
        UniqueConstraint("application_id"),
        Index("ix_tender_qualification_tender_id_id", "tender_id", "id"),
        CheckConstraint("decider_id IS NULL OR decider_id <> judge_id", name="another_decides"),
    )
    audit_type = "tender_qualification"

    tender_id: Mapped[UUID]
    application_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    status: Mapped[QualificationStatus] = mapped_column(enum_type(QualificationStatus))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{criterion, met, remark, score}]``; scores where the number of those invited is limited."""
    judge_id: Mapped[UUID | None]
    decider_id: Mapped[UUID | None]
    """Who confirmed that it fails."""
    remark: Mapped[str]
    """Why the finding that it fails was dismissed, the last time."""
    place: Mapped[int | None]
    released: Mapped[bool]
    standstill_ends_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the company once the decision is out."""
        return (self.buyer_id, self.supplier_id) if self.released else (self.buyer_id,)


class Talk(Salted, Aggregate, Base):
    """An entry of the talks with one company: minutes, a question or an information; no other company sees it."""

    __tablename__ = "tender_talk"
    __table_args__ = (
        Index("ix_tender_talk_tender_id_id", "tender_id", "id"),
        Index("ix_tender_talk_supplier_id", "supplier_id"),
    )
    audit_type = "tender_talk"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"text", "answer"})

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID | None]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    round: Mapped[int]
    kind: Mapped[TalkKind] = mapped_column(enum_type(TalkKind))
    status: Mapped[TalkStatus] = mapped_column(enum_type(TalkStatus))
    text: Mapped[str]
    author_id: Mapped[UUID]
    held_at: Mapped[datetime | None]
    """When the meeting was, for minutes."""
    answer: Mapped[str | None]
    answered_by: Mapped[UUID | None]
    answered_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the one company."""
        return (self.buyer_id, self.supplier_id)


class StageFile(Base):
    """A file of an application or of an answer in the talks; ``owner_id`` is the one or the other."""

    __tablename__ = "tender_stage_file"
    __table_args__ = (Index("ix_tender_stage_file_owner_id", "owner_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    owner_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    opened: Mapped[bool]
    file_id: Mapped[UUID]
    """The file of its company; whoever reads this row may read it."""
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(CHAR(64))
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
