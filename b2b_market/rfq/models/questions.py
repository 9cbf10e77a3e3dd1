"""Questions of suppliers and what the buyer said to them. Who asked lies in a table that only its asker reads."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.rfq.states import QuestionStatus, ReplyKind

REPLY_COLUMNS = ("id", "position", "kind", "text")


class Question(Salted, Aggregate, Base):
    """A question without its asker. The buyer reads it at once, every invited supplier once it is answered."""

    __tablename__ = "rfq_question"
    __table_args__ = (Index("ix_rfq_question_rfq_id_id", "rfq_id", "id"),)
    audit_type = "question"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest", "party_ids"})
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"party_ids"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (LineSpec("rfq_reply", "question_id", "position", REPLY_COLUMNS),)

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """The buyer first, then every invited supplier, as on the request: it tells nothing of who asked."""
    public: Mapped[bool]
    """Whether every approved supplier may ask and read answers, as on the request."""
    line_id: Mapped[UUID | None]
    edition: Mapped[int]
    text: Mapped[str]
    status: Mapped[QuestionStatus] = mapped_column(enum_type(QuestionStatus))
    released: Mapped[bool]
    reply_count: Mapped[int]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and every invited supplier: who hears of it is the handlers' choice, and never who asked."""
        return tuple(self.party_ids)

    def readers(self) -> tuple[UUID, ...]:
        """Return nobody but who acted: the entry of a question names its asker."""
        return ()


class OwnQuestion(Base):
    """Who asked a question, with what was asked: for the asker's own company alone, the buyer included."""

    __tablename__ = "rfq_own_question"
    __table_args__ = (Index("ix_rfq_own_question_supplier_id_rfq_id", "supplier_id", "rfq_id"),)

    question_id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    line_id: Mapped[UUID | None]
    text: Mapped[str]


class Reply(Base):
    """What the buyer said to a question; never changed, only followed by another."""

    __tablename__ = "rfq_reply"
    __table_args__ = (Index("ix_rfq_reply_question_id", "question_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    question_id: Mapped[UUID]
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    public: Mapped[bool]
    position: Mapped[int]
    kind: Mapped[ReplyKind] = mapped_column(enum_type(ReplyKind))
    text: Mapped[str]
    replied_at: Mapped[datetime]
