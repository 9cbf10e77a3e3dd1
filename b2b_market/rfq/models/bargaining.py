"""Counter-offers on a quotation, and messages between a buyer and one supplier."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Index, Integer, LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, QUANTITY, TOTAL, UNIT_PRICE, Base, enum_type
from b2b_market.rfq.models.quotes import PERCENT
from b2b_market.rfq.states import CounterStatus, Side

COUNTER_LINE_COLUMNS = ("line_id", "unit_price")
COUNTER_LINE_TERMS: Mapping[str, object] = MappingProxyType(
    {"lead_days": None, "min_quantity": None, "setup_cost": None}
)
"""The further columns of a line, with the value of one that says nothing; such a value is in no digest."""
COUNTER_LINES = LineSpec("rfq_counter_line", "counter_id", "position", COUNTER_LINE_COLUMNS, added=COUNTER_LINE_TERMS)
COUNTER_TERMS: Mapping[str, object] = MappingProxyType(
    {"freight": None, "valid_until": None, "early_pay_percent": None, "early_pay_days": None, "pay_days": None}
)
"""What is wanted of the whole quotation, with the value of what is left as it is."""


class Counter(Salted, Aggregate, Base):
    """A counter-offer of one side on lines of a quotation; one of them waits at a time."""

    __tablename__ = "rfq_counter"
    __table_args__ = (
        Index("ix_rfq_counter_rfq_id_supplier_id_id", "rfq_id", "supplier_id", "id"),
        Index("uq_rfq_counter_open", "quote_id", unique=True, postgresql_where="status = 'open'"),
        Index("ix_rfq_counter_expires_at", "expires_at", postgresql_where="status = 'open'"),
    )
    audit_type = "counter"
    audit_added: ClassVar[Mapping[str, object]] = COUNTER_TERMS
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest", "note", "reason", *COUNTER_TERMS})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (COUNTER_LINES,)

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
    freight: Mapped[Decimal | None] = mapped_column(TOTAL)
    valid_until: Mapped[date | None]
    early_pay_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    early_pay_days: Mapped[int | None]
    pay_days: Mapped[list[int] | None] = mapped_column(ARRAY(Integer()))
    """The days of each part of the payment plan, in their order; None where they stay."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)


class CounterLine(Base):
    """What a counter-offer asks for or gives on one line; None is left as it is quoted."""

    __tablename__ = "rfq_counter_line"

    counter_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    position: Mapped[int]
    unit_price: Mapped[Decimal | None] = mapped_column(UNIT_PRICE)
    lead_days: Mapped[int | None]
    min_quantity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """In the need's unit; zero is none."""
    setup_cost: Mapped[Decimal | None] = mapped_column(TOTAL)


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
