"""Quotations with their live lines and every receipted revision; awards by line."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, QUANTITY, TOTAL, UNIT_PRICE, Base, enum_type
from b2b_market.rfq.states import AwardStatus, QuoteStatus

QUOTE_LINE_COLUMNS = (
    "line_id",
    "quantity",
    "unit_price",
    "lead_days",
    "min_quantity",
    "alternative",
    "note",
)
AWARD_LINE_COLUMNS = ("line_id", "quote_id", "supplier_id", "quantity", "unit_price", "currency")


class Quote(Salted, Aggregate, Base):
    """A supplier's live quotation on a request: one per supplier and round.

    ``opened`` is what row-level security asks before the buyer may see the row: at once for open requests, from the
    close on for
    sealed ones. Its prices never reach the audit trail's readable part.
    """

    __tablename__ = "rfq_quote"
    __table_args__ = (
        UniqueConstraint("rfq_id", "supplier_id", "round"),
        UniqueConstraint("supplier_id", "number"),
        Index("ix_rfq_quote_supplier_id_id", "supplier_id", "id"),
    )
    audit_type = "quote"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"rfq_edition": 1})
    audit_secret: ClassVar[frozenset[str]] = frozenset(
        {"total", "lines_digest", "note", "payment_terms", "content_hash"}
    )
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"opened"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (
        LineSpec("rfq_quote_line", "quote_id", "position", QUOTE_LINE_COLUMNS),
    )

    number: Mapped[str]
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    round: Mapped[int]
    revision: Mapped[int]
    status: Mapped[QuoteStatus] = mapped_column(enum_type(QuoteStatus))
    opened: Mapped[bool]
    currency: Mapped[str] = mapped_column(CURRENCY)
    total: Mapped[Decimal] = mapped_column(TOTAL)
    line_count: Mapped[int]
    valid_until: Mapped[date]
    payment_terms: Mapped[str]
    note: Mapped[str]
    submitted_by: Mapped[UUID]
    received_at: Mapped[datetime]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    rfq_edition: Mapped[int] = mapped_column(default=1)
    """The version of the request that its supplier quoted on or confirmed it for."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)

    def readers(self) -> tuple[UUID, ...]:
        """Return the two companies, the buyer not before the quotation is opened."""
        return self.parties() if self.opened else (self.supplier_id,)


class QuoteLine(Base):
    """One price of a live quotation: per unit of the need, in the quotation's currency, without tax."""

    __tablename__ = "rfq_quote_line"

    quote_id: Mapped[UUID] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID] = mapped_column(index=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    opened: Mapped[bool]
    position: Mapped[int]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    unit_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    lead_days: Mapped[int | None]
    min_quantity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    alternative: Mapped[str]
    note: Mapped[str]


class QuoteRevision(Base):
    """One receipted revision: exactly what was sent, its hash, when it was received, and the signature over both."""

    __tablename__ = "rfq_quote_revision"

    quote_id: Mapped[UUID] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    opened: Mapped[bool]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    received_at: Mapped[datetime]
    key_id: Mapped[str]
    signature: Mapped[bytes] = mapped_column(LargeBinary)
    rfq_edition: Mapped[int | None]
    """The version of the request that the receipt names; None for receipts of before versions were named."""
    signed_supplier_id: Mapped[UUID | None]
    """As which company it was signed, where another one has taken the quotation over since; so also its number."""
    signed_number: Mapped[str | None]


class Award(Salted, Aggregate, Base):
    """A proposed or decided award of a request, by line. Only its approved lines are seen by their suppliers."""

    __tablename__ = "rfq_award"
    __table_args__ = (Index("ix_rfq_award_rfq_id", "rfq_id"),)
    audit_type = "award"
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (
        LineSpec("rfq_award_line", "award_id", "position", AWARD_LINE_COLUMNS),
    )

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    status: Mapped[AwardStatus] = mapped_column(enum_type(AwardStatus))
    proposer_id: Mapped[UUID]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    currency: Mapped[str] = mapped_column(CURRENCY)
    total: Mapped[Decimal] = mapped_column(TOTAL)
    """The sum over all lines in the request's currency at the frozen rates."""
    saving: Mapped[Decimal | None] = mapped_column(TOTAL)
    """Against the targets of the awarded lines that have one; None where none has."""
    final: Mapped[bool]
    comment: Mapped[str]
    reason: Mapped[str | None]
    snapshot_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 over the comparison that the proposer saw and the picks made from it."""
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    supplier_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    lost_supplier_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer; after approval also the suppliers that quoted, who hear of their own outcome."""
        if self.status is AwardStatus.APPROVED:
            return (self.buyer_id, *self.supplier_ids, *self.lost_supplier_ids)
        return (self.buyer_id,)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an award tells what every winner got. Suppliers read it of their own quotations."""
        return (self.buyer_id,)


class AwardLine(Base):
    """A quantity of one need given to one quotation at its price."""

    __tablename__ = "rfq_award_line"
    __table_args__ = (Index("ix_rfq_award_line_rfq_id", "rfq_id"),)

    award_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    released: Mapped[bool]
    line_id: Mapped[UUID]
    quote_id: Mapped[UUID]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    unit_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    currency: Mapped[str] = mapped_column(CURRENCY)
