"""Counter-offers on a quotation, and messages between a buyer and one supplier."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, UNIT_PRICE, Base, enum_type
from b2b_market.rfq.states import CounterStatus, Side

COUNTER_LINE_COLUMNS = ("line_id", "unit_price")


class Counter(Salted, Aggregate, Base):
    """A counter-offer of one side on lines of a quotation; one of them waits at a time."""

    __tablename__ = "rfq_counter"
    __table_args__ = (
        Index("ix_rfq_counter_rfq_id_supplier_id_id", "rfq_id", "supplier_id", "id"),
        Index("uq_rfq_counter_open", "quote_id", unique=True, postgresql_where="status = 'open'"),
        Index("ix_rfq_counter_expires_at", "expires_at", postgresql_where="status = 'open'"),
    )
    audit_type = "counter"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest", "note", "reason"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (
        LineSpec("rfq_counter_line", "counter_id", "position", COUNTER_LINE_COLUMNS),
    )

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    quote_id: Mapped[UUID]
    quote_revision: Mapped[int]
    """The revision that it is an answer to; an accepted one makes the next."""
    round: Mapped[int]
    """The round of the request in or after which it was made; a further round begins anew."""
    side: Mapped[Side] = mapped_column(enum_type(Side))
    status: Mapped[CounterStatus] = mapped_column(enum_type(CounterStatus))
    currency: Mapped[str] = mapped_column(CURRENCY)
    note: Mapped[str]
    expires_at: Mapped[datetime]
    made_by: Mapped[UUID]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    reason: Mapped[str]
    """Why it was declined, where its receiver says so."""
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)


class CounterLine(Base):
    """The price that a counter-offer asks for or gives on one line."""

    __tablename__ = "rfq_counter_line"

    counter_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    position: Mapped[int]
    unit_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)


class TalkMessage(Salted, Aggregate, Base):
    """Something that a buyer and one supplier said to each other; never changed. Nobody else reads it."""

    __tablename__ = "rfq_message"
    __table_args__ = (Index("ix_rfq_message_rfq_id_supplier_id_id", "rfq_id", "supplier_id", "id"),)
    audit_type = "message"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"text", "file_ids"})

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    line_id: Mapped[UUID | None]
    side: Mapped[Side] = mapped_column(enum_type(Side))
    author_id: Mapped[UUID]
    text: Mapped[str]
    file_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)


class TalkMark(Base):
    """Up to which message a person has read a talk; whoever has none has read nothing."""

    __tablename__ = "rfq_talk_mark"

    user_id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(primary_key=True)
    org_id: Mapped[UUID]
    message_id: Mapped[UUID]
