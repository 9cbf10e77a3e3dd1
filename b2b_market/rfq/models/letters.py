"""Letters after an award: one for each supplier that quoted, frozen when it was issued."""

from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.rfq.states import LetterKind


class Letter(Salted, Aggregate, Base):
    """What a supplier is told of its outcome: an award letter or a letter of regret; later, of each cancellation.

    The row is there from the issue on. The application may not change what it says: only ``supplier_id`` moves, where
    a registered company takes over what was mailed to one of its people.
    """

    __tablename__ = "rfq_letter"
    __table_args__ = (
        Index(
            "uq_rfq_letter_award_id_supplier_id",
            "award_id",
            "supplier_id",
            unique=True,
            postgresql_where="kind <> 'cancellation'",
        ),
        Index("ix_rfq_letter_rfq_id_supplier_id", "rfq_id", "supplier_id"),
    )
    audit_type = "letter"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"content", "issued_by"})

    award_id: Mapped[UUID]
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    kind: Mapped[LetterKind] = mapped_column(enum_type(LetterKind))
    issued_by: Mapped[UUID]
    issued_at: Mapped[datetime]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Everything the letter says (``documents.letter_sheet``)."""
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the canonical form of ``content``."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the one supplier it is for."""
        return (self.buyer_id, self.supplier_id)
