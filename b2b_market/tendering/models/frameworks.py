"""Framework agreements: a draft's terms, the agreements with items and members, call-offs and what members answer."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, QUANTITY, RATE, TOTAL, Base, enum_type
from b2b_market.tendering.states.frameworks import CallOffMode, CallOffStatus, FrameworkStatus, OfferStatus

ITEM_COLUMNS = ("position", "name", "specification", "classification", "unit", "quantity", "ceiling", "called")
FRAMEWORK_ITEMS = LineSpec("framework_item", "framework_id", "position", ITEM_COLUMNS)


class FrameworkTerms(Aggregate, Base):
    """What the awards of a tender conclude; announced with the notice."""

    __tablename__ = "tender_framework_terms"
    __table_args__ = (UniqueConstraint("tender_id"),)
    audit_type = "tender_framework_terms"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    members: Mapped[int]
    months: Mapped[int]
    mode: Mapped[CallOffMode] = mapped_column(enum_type(CallOffMode))
    answer_hours: Mapped[int]
    lots: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """By lot in order: ``{"amount": "100000", "quantities": ["500", null]}``, amounts in the tender's currency."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer; the notice tells the others."""
        return (self.buyer_id,)


class Framework(Aggregate, Base):
    """A lot's framework agreement with its members; ``called`` is what counts against the ceiling.

    ``party_ids`` are the buyer and the members.
    """

    __tablename__ = "framework"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("award_id"),
        Index("ix_framework_buyer_id_id", "buyer_id", "id"),
        Index("ix_framework_party_ids", "party_ids", postgresql_using="gin"),
        Index("ix_framework_ends_at", "ends_at", postgresql_where="status IN ('active', 'exhausted')"),
        CheckConstraint("called >= 0 AND called <= ceiling", name="ceiling_kept"),
        CheckConstraint("(status = 'terminated') = (reason IS NOT NULL)", name="terminated_has_reason"),
    )
    audit_type = "framework"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"called", "lines_digest"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (FRAMEWORK_ITEMS,)

    number: Mapped[str]
    title: Mapped[str]
    buyer_id: Mapped[UUID]
    tender_id: Mapped[UUID]
    tender_number: Mapped[str]
    lot_id: Mapped[UUID]
    award_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    status: Mapped[FrameworkStatus] = mapped_column(enum_type(FrameworkStatus))
    mode: Mapped[CallOffMode] = mapped_column(enum_type(CallOffMode))
    answer_hours: Mapped[int]
    rehearsal_factor: Mapped[int]
    currency: Mapped[str] = mapped_column(CURRENCY)
    ceiling: Mapped[Decimal] = mapped_column(TOTAL)
    called: Mapped[Decimal] = mapped_column(TOTAL)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    reason: Mapped[str | None]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the members."""
        return tuple(self.party_ids)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an entry would tell each member who the others are and what they sold."""
        return (self.buyer_id,)


class FrameworkItem(Base):
    """An item of the agreement; ``called`` is what is called off of it, never above ``ceiling`` where it has one."""

    __tablename__ = "framework_item"
    __table_args__ = (CheckConstraint("called >= 0 AND (ceiling IS NULL OR called <= ceiling)", name="ceiling_kept"),)

    framework_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    name: Mapped[str]
    specification: Mapped[str]
    classification: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    """The quantity that bids were compared by."""
    ceiling: Mapped[Decimal | None] = mapped_column(QUANTITY)
    called: Mapped[Decimal] = mapped_column(QUANTITY)


class FrameworkMember(Base):
    """A supplier of the agreement, by rank, with its unit prices by position; between it and the buyer alone."""

    __tablename__ = "framework_member"
    __table_args__ = (
        UniqueConstraint("framework_id", "supplier_id"),
        UniqueConstraint("framework_id", "rank"),
        CheckConstraint("rate > 0", name="rate_positive"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    framework_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    rank: Mapped[int]
    bid_id: Mapped[UUID]
    bid_number: Mapped[str]
    bid_version: Mapped[int]
    currency: Mapped[str] = mapped_column(CURRENCY)
    rate: Mapped[Decimal] = mapped_column(RATE)
    """From ``currency`` to the agreement's, frozen with the evaluation."""
    prices: Mapped[list[str]] = mapped_column(JSONB)
    payment_terms: Mapped[str]
    note: Mapped[str]


class CallOff(Salted, Aggregate, Base):
    """An order below a framework agreement.

    ``member_id`` and ``supplier_id`` are whose turn it is or who accepted; ``amount`` is its total in that member's
    currency and ``booked`` what of it counts against the ceiling. ``tender_id`` is the competition that decided it.
    """

    __tablename__ = "framework_call_off"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        Index("ix_framework_call_off_framework_id_id", "framework_id", "id"),
        Index("ix_framework_call_off_due_at", "due_at", postgresql_where="due_at IS NOT NULL"),
        Index("uq_framework_call_off_award_id", "award_id", unique=True, postgresql_where="status <> 'cancelled'"),
        CheckConstraint("booked >= 0", name="booked_not_negative"),
        CheckConstraint("approver_id IS NULL OR approver_id <> author_id", name="another_approves"),
        CheckConstraint(
            "booked > 0 OR status NOT IN ('offered', 'declined', 'accepted') OR amount = 0",
            name="booked_while_it_counts",
        ),
    )
    audit_type = "framework_call_off"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"amount", "booked"})

    number: Mapped[str]
    framework_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID | None]
    member_id: Mapped[UUID | None]
    author_id: Mapped[UUID | None]
    """Who placed it; none where a competition decided it."""
    approver_id: Mapped[UUID | None]
    status: Mapped[CallOffStatus] = mapped_column(enum_type(CallOffStatus))
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """``[{position, quantity, required_on, delivery_place}]``."""
    note: Mapped[str]
    currency: Mapped[str] = mapped_column(CURRENCY)
    amount: Mapped[Decimal] = mapped_column(TOTAL)
    booked: Mapped[Decimal] = mapped_column(TOTAL)
    due_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why it was returned, declined, not placed or cancelled; the last of them."""
    tender_id: Mapped[UUID | None]
    award_id: Mapped[UUID | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the member whose turn it is."""
        return (self.buyer_id,) if self.supplier_id is None else (self.buyer_id, self.supplier_id)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: the next member does not read what the one before declined."""
        return (self.buyer_id,)


class CallOffOffer(Base):
    """What one member was offered and what it answered; its own row, which no other member sees."""

    __tablename__ = "framework_offer"
    __table_args__ = (
        UniqueConstraint("call_off_id", "supplier_id"),
        Index("ix_framework_offer_supplier_id_id", "supplier_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    call_off_id: Mapped[UUID]
    framework_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    member_id: Mapped[UUID]
    status: Mapped[OfferStatus] = mapped_column(enum_type(OfferStatus))
    amount: Mapped[Decimal] = mapped_column(TOTAL)
    currency: Mapped[str] = mapped_column(CURRENCY)
    offered_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    answered_by: Mapped[UUID | None]
    reason: Mapped[str]


class Competition(Base):
    """A tender that was made from a framework agreement: whose award books against the ceiling."""

    __tablename__ = "framework_competition"
    __table_args__ = (Index("ix_framework_competition_framework_id", "framework_id"),)

    tender_id: Mapped[UUID] = mapped_column(primary_key=True)
    framework_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    positions: Mapped[list[int]] = mapped_column(JSONB)
    """The positions in the agreement of the lot's items, in their order."""
