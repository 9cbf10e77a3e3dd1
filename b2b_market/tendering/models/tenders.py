"""Tenders, their lots, hidden estimates, the public board of notices, and questions."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import EnquiryStatus, LotStatus, TenderStatus

LOT_COLUMNS = ("id", "position", "title", "classification", "items", "status", "estimate")
LOT_ADDED: Mapping[str, object] = MappingProxyType({"features": [], "costs": []})
TENDER_LOTS = LineSpec("tender_lot", "tender_id", "position", LOT_COLUMNS, added=LOT_ADDED)

ADDED_COLUMNS: Mapping[str, object] = MappingProxyType(
    {
        "binding_edition": 1,
        "parent_id": None,
        "applications_end_at": None,
        "most_invited": None,
        "ground": "",
        "admitted_ids": None,
        "talk_round": 0,
    }
)
"""Columns that came later, with what a tender of before, or of one stage, says there."""


class Tender(Salted, Aggregate, Base):
    """A tender. ``party_ids`` are the buyer and, once published, the invited suppliers and the officers' companies.

    What suppliers must not see lives in a table of its own, so that row-level security hides it.
    """

    __tablename__ = "tender"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        Index("ix_tender_buyer_id_id", "buyer_id", "id"),
        Index("ix_tender_party_ids", "party_ids", postgresql_using="gin"),
        Index("ix_tender_next_due_at", "next_due_at", postgresql_where="next_due_at IS NOT NULL"),
        Index("ix_tender_parent_id", "parent_id", postgresql_where="parent_id IS NOT NULL"),
        CheckConstraint("published_at IS NULL OR closes_at IS NOT NULL", name="published_has_deadline"),
        CheckConstraint("approver_id IS NULL OR approver_id NOT IN (author_id, editor_id)", name="another_approves"),
    )
    audit_type = "tender"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"next_due_at"})
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (TENDER_LOTS,)
    audit_added: ClassVar[Mapping[str, object]] = ADDED_COLUMNS

    number: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    editor_id: Mapped[UUID]
    approver_id: Mapped[UUID | None]
    status: Mapped[TenderStatus] = mapped_column(enum_type(TenderStatus))
    procedure: Mapped[str]
    """A profile's code or the id of an own procedure, as chosen."""
    values: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The procedure's values as they were when the draft was stored; frozen with the publication."""
    entry: Mapped[Entry] = mapped_column(enum_type(Entry))
    currency: Mapped[str] = mapped_column(CURRENCY)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    bond: Mapped[dict[str, Any]] = mapped_column(JSONB)
    estimate_shown: Mapped[bool]
    budget_approved: Mapped[bool]
    minimum_bidders: Mapped[int]
    key_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    officer_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """The officers' user ids in the order of the notice; from the publication on."""
    rehearsal_factor: Mapped[int]
    supplier_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    enquiry_ends_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    next_due_at: Mapped[datetime | None]
    edition: Mapped[int]
    """Which notice stands: 0 until the publication, then from 1; an amendment or a later deadline makes the next."""
    binding_edition: Mapped[int]
    """The earliest edition whose bids count; those for an earlier one must be confirmed."""
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What the notice of this edition announces, whole; its SHA-256 stands in the notice."""
    notice: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """The signed notice of this edition."""
    close_record: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str | None]
    """Why it was returned, extended or cancelled, or came to nothing; the last of them."""
    parent_id: Mapped[UUID | None] = mapped_column(default=None)
    """The tender whose talks led to this one; its final bids are received here."""
    applications_end_at: Mapped[datetime | None] = mapped_column(default=None)
    most_invited: Mapped[int | None] = mapped_column(default=None)
    """How many of those who qualify are invited; none for all of them."""
    ground: Mapped[str] = mapped_column(default="")
    """Why the procedure may be followed at all, where it asks for a reason; it is published."""
    admitted_ids: Mapped[list[UUID] | None] = mapped_column(ARRAY(Uuid()), default=None)
    """Who takes part after a selection or in talks; none while the entry alone says so."""
    talk_round: Mapped[int] = mapped_column(default=0)
    lot_count: Mapped[int]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and those that a published tender is sent to."""
        return tuple(self.party_ids)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an entry would tell each supplier who else was invited."""
        return (self.buyer_id,)


class TenderLot(Base):
    """What is awarded as a whole, with its items: ``[{name, quantity, unit, required_on, …}]``."""

    __tablename__ = "tender_lot"
    __table_args__ = (UniqueConstraint("tender_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    public: Mapped[bool]
    position: Mapped[int]
    title: Mapped[str]
    classification: Mapped[str]
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    status: Mapped[LotStatus] = mapped_column(enum_type(LotStatus))
    estimate: Mapped[Decimal | None] = mapped_column(TOTAL)
    """The estimate where the tender shows it; hidden ones are the private table's."""
    features: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """``[{name, answers: [{text, share}]}]``."""
    costs: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """``[{name, unit, price, kind, years, rate_percent, formula}]``, the price in the tender's currency."""


def digest_of(lots: Iterable[TenderLot]) -> bytes:
    """Return the digest that a tender keeps of its lots, in their order."""
    names = (*TENDER_LOTS.columns, *TENDER_LOTS.added)
    return lines_digest(TENDER_LOTS.content({name: getattr(lot, name) for name in names}) for lot in lots)


class TenderPrivate(Base):
    """What only the buyer's side knows of a lot: its estimate, in the tender's currency."""

    __tablename__ = "tender_private"

    lot_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    estimate: Mapped[Decimal] = mapped_column(TOTAL)


class TenderBoard(Base):
    """The notice board: published notices of procedures that say public, readable without signing in."""

    __tablename__ = "tender_board"
    __table_args__ = (
        Index("ix_tender_board_published_at_tender_id", "published_at", "tender_id"),
        Index("ix_tender_board_codes", "codes", postgresql_using="gin"),
        Index("ix_tender_board_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}),
    )

    tender_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    buyer_name: Mapped[str]
    buyer_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """The buyer by language, where it has a name in both."""
    number: Mapped[str]
    title: Mapped[str]
    status: Mapped[TenderStatus] = mapped_column(enum_type(TenderStatus))
    entry: Mapped[Entry] = mapped_column(enum_type(Entry))
    kind: Mapped[str]
    """The profile that its procedure is or was composed from."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The classes of its lots and items, and those above them."""
    search: Mapped[str]
    """What it is found by, in one case."""
    published_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    notice: Mapped[dict[str, Any]] = mapped_column(JSONB)


class Enquiry(Aggregate, Base):
    """A question about a tender without its asker; everybody who may read the tender sees it once it is answered."""

    __tablename__ = "tender_enquiry"
    __table_args__ = (Index("ix_tender_enquiry_tender_id_id", "tender_id", "id"),)
    audit_type = "tender_enquiry"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    public: Mapped[bool]
    text: Mapped[str]
    status: Mapped[EnquiryStatus] = mapped_column(enum_type(EnquiryStatus))
    answer: Mapped[str | None]
    answered_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone; who else reads it is told by the tender's events."""
        return (self.buyer_id,)


class OwnEnquiry(Base):
    """That a company asked something: its own row, which no other company sees."""

    __tablename__ = "tender_own_enquiry"

    enquiry_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    text: Mapped[str]
