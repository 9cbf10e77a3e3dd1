"""What happened to public tenders, step by step with its releases: only ever added to, and readable by everybody."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.disclosure import StepKind


class PublicStep(Base):
    """A step of a public tender with its OCDS release. ``position`` counts all steps of all tenders in commit order."""

    __tablename__ = "tender_public_step"
    __table_args__ = (
        UniqueConstraint("position"),
        UniqueConstraint("tender_id", "step"),
        Index("ix_tender_public_step_tender_id_position", "tender_id", "position"),
        Index("ix_tender_public_step_ocid", "ocid"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    ocid: Mapped[str]
    step: Mapped[str]
    """What it is a step of, such as ``edition-2`` or ``award-…``; each happens once."""
    kind: Mapped[StepKind] = mapped_column(enum_type(StepKind))
    happened_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What pages and feeds say of it; amounts as text."""
    release: Mapped[str]
    """The OCDS release as JSON text: its decimals stay decimals."""
