"""Requests, their lines and hidden targets, invitations, frozen rates, and import drafts."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, QUANTITY, RATE, TOTAL, UNIT_PRICE, Base, enum_type
from b2b_market.rfq.states import Disclosure, ImportStatus, InvitationStatus, Origin, RfqStatus, Visibility

LINE_COLUMNS = (
    "id",
    "position",
    "item_name",
    "item_code",
    "specification",
    "quantity",
    "unit",
    "required_on",
    "delivery_place",
    "note",
)
LINE_TERMS: Mapping[str, object] = MappingProxyType(
    {"category": "", "attributes": [], "incoterm": "", "incoterm_place": "", "substitutes": True, "breaks": []}
)
"""The further columns of a line, with the value of one that says nothing; such a value is in no digest or version."""
RFQ_LINES = LineSpec("rfq_line", "rfq_id", "position", LINE_COLUMNS, added=LINE_TERMS)


class Rfq(Salted, Aggregate, Base):
    """A request for quotation.

    ``party_ids`` are the buyer and, once published, the invited suppliers and those that joined from the board.

    What suppliers must not see (estimate, target prices) lives in tables of its own, so that row-level security hides
    it.
    """

    __tablename__ = "rfq"
    __table_args__ = (
        UniqueConstraint("buyer_id", "number"),
        Index("ix_rfq_buyer_id_id", "buyer_id", "id"),
        Index("ix_rfq_buyer_id_status_id", "buyer_id", "status", "id"),
        Index("ix_rfq_buyer_id_closes_at_id", "buyer_id", "closes_at", "id"),
        Index("ix_rfq_next_due_at", "next_due_at", postgresql_where="next_due_at IS NOT NULL"),
        CheckConstraint("status <> 'published' OR closes_at IS NOT NULL", name="published_has_deadline"),
        CheckConstraint("round BETWEEN 1 AND most_rounds", name="rounds"),
        CheckConstraint("NOT sealed OR disclosure = 'nothing'", name="sealed_shows_nothing"),
    )
    audit_type = "rfq"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType(
        {
            "edition": 1,
            "binding_edition": 1,
            "edition_hash": None,
            "enquiry_ends_at": None,
            "round": 1,
            "most_rounds": 3,
            "most_counters": 3,
            "round_hash": None,
            "guest_count": 0,
            "attachment_count": 0,
            "nda_text": "",
            "currencies": [],
            "validity_days": None,
            "asked_answers": 0,
            "disclosure": Disclosure.NOTHING,
            "waiting_amendment_id": None,
        }
    )
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"next_due_at"})
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest", "targets_digest"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (
        RFQ_LINES,
        LineSpec("rfq_target", "rfq_id", "line_id", ("line_id", "target_price"), "targets_digest"),
    )

    number: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    editor_id: Mapped[UUID]
    approver_id: Mapped[UUID | None]
    status: Mapped[RfqStatus] = mapped_column(enum_type(RfqStatus))
    sealed: Mapped[bool]
    visibility: Mapped[Visibility] = mapped_column(enum_type(Visibility))
    currency: Mapped[str] = mapped_column(CURRENCY)
    payment_terms: Mapped[str]
    incoterm: Mapped[str]
    incoterm_place: Mapped[str]
    closes_at: Mapped[datetime | None]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    reason: Mapped[str | None]
    """Why the request was returned, closed early, cancelled or ended without award; the last of them."""
    line_count: Mapped[int]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    targets_digest: Mapped[bytes] = mapped_column(LargeBinary)
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    next_due_at: Mapped[datetime | None]
    enquiry_ends_at: Mapped[datetime | None]
    """Until when suppliers may ask; set by publication; None where there was no such time yet."""
    guest_count: Mapped[int] = mapped_column(default=0)
    """How many were invited by mail for companies that were not registered."""
    attachment_count: Mapped[int] = mapped_column(default=0)
    """How many documents the draft or the version that stands has; not those that wait for the next version."""
    nda_text: Mapped[str] = mapped_column(default="")
    """The agreement that its documents lie behind; empty where there is none. It stands from the publication on."""
    edition: Mapped[int] = mapped_column(default=1)
    """The version that stands: 1 until the request is amended."""
    binding_edition: Mapped[int] = mapped_column(default=1)
    """The last version that changed the request materially; quotations for an earlier one take no part."""
    edition_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the version that stands as it is kept, so that the audit trail holds every version to its content."""
    round: Mapped[int] = mapped_column(default=1)
    """The round that is open, or was last; quotations of earlier rounds stand until they are bettered."""
    most_rounds: Mapped[int] = mapped_column(default=3)
    most_counters: Mapped[int] = mapped_column(default=3)
    """How many counter-offers each side may make to the other, all rounds together."""
    round_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the last further round with its shortlist, reasons and shown targets; None while there was none."""
    currencies: Mapped[list[str]] = mapped_column(ARRAY(Text()), default=list)
    """The currencies that quotations may be in; none for any."""
    validity_days: Mapped[int | None]
    """How many days after the deadline a quotation must hold at least."""
    asked_answers: Mapped[int] = mapped_column(default=0)
    """How many of its criteria suppliers answer with their quotations."""
    disclosure: Mapped[Disclosure] = mapped_column(enum_type(Disclosure), default=Disclosure.NOTHING)
    """What a supplier that has quoted may see of the others' quotations while quotations are taken."""
    waiting_amendment_id: Mapped[UUID | None]
    """The amendment that waits for its approval, if any."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer and the invited suppliers of a published request."""
        return tuple(self.party_ids)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an entry would tell each supplier who else was invited."""
        return (self.buyer_id,)


class RfqLine(Base):
    """One need of a request. Who may see it, which each line says, is PostgreSQL's business and not read with it."""

    __tablename__ = "rfq_line"
    __table_args__ = (UniqueConstraint("rfq_id", "position"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID] = mapped_column(ForeignKey("rfq.id"), deferred=True, deferred_raiseload=True)
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()), deferred=True, deferred_raiseload=True)
    public: Mapped[bool] = mapped_column(deferred=True, deferred_raiseload=True)
    """Whether every approved supplier may see it: from the publication of a public request on."""
    position: Mapped[int]
    item_name: Mapped[str]
    item_code: Mapped[str]
    specification: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    unit: Mapped[str]
    required_on: Mapped[date]
    delivery_place: Mapped[str]
    note: Mapped[str]
    category: Mapped[str] = mapped_column(default="")
    attributes: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    """Properties that the goods must have: ``[{"name": "Material", "value": "steel 304"}, …]``."""
    incoterm: Mapped[str] = mapped_column(default="")
    incoterm_place: Mapped[str] = mapped_column(default="")
    """The delivery term of this line, where it is another than the request's."""
    substitutes: Mapped[bool] = mapped_column(default=True)
    """Whether anything else than what is specified may be offered."""
    breaks: Mapped[list[str]] = mapped_column(JSONB, default=list)
    """From which quantities, in ``unit`` and rising, the buyer wants a price each: ``["100", "500"]``; empty: one."""


class RfqTarget(Base):
    """The buyer's own target price of one line, per unit in the request's currency."""

    __tablename__ = "rfq_target"
    __table_args__ = (Index("ix_rfq_target_rfq_id", "rfq_id"),)

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    target_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)


class RfqPrivate(Base):
    """What only the buyer's side knows of a request: its estimate, in the request's currency."""

    __tablename__ = "rfq_private"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    estimate: Mapped[Decimal | None] = mapped_column(TOTAL)


class RfqInvitation(Base):
    """A supplier's place at a request, by invitation or from the board, and what it did about it."""

    __tablename__ = "rfq_invitation"
    __table_args__ = (
        UniqueConstraint("rfq_id", "supplier_id"),
        Index("ix_rfq_invitation_supplier_id_rfq_id", "supplier_id", "rfq_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    origin: Mapped[Origin] = mapped_column(enum_type(Origin))
    status: Mapped[InvitationStatus] = mapped_column(enum_type(InvitationStatus))
    released: Mapped[bool]
    """Whether the supplier may see it: from publication on."""
    viewed_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    quoted_edition: Mapped[int | None]
    """The version of the request that the supplier's quotation is for; the buyer reads it of sealed ones too."""
    last_round: Mapped[int] = mapped_column(default=1)
    """The last round that the supplier may quote in."""


class RfqRate(Base):
    """An exchange rate as it was frozen for the comparison of one request; ``base`` 1 = ``quote`` ``value``."""

    __tablename__ = "rfq_rate"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    base: Mapped[str] = mapped_column(CURRENCY, primary_key=True)
    quote: Mapped[str] = mapped_column(CURRENCY, primary_key=True)
    buyer_id: Mapped[UUID]
    value: Mapped[Decimal] = mapped_column(RATE)
    source: Mapped[str]
    as_of: Mapped[str]
    frozen_at: Mapped[datetime]


class RfqImport(Aggregate, Base):
    """An uploaded list of needs while its preview is looked at.

    Nothing of a request is stored until it is confirmed.
    """

    __tablename__ = "rfq_import"
    __table_args__ = (Index("ix_rfq_import_buyer_id_id", "buyer_id", "id"),)
    audit_type = "rfq_import"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"content", "choices"})

    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    filename: Mapped[str]
    status: Mapped[ImportStatus] = mapped_column(enum_type(ImportStatus))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """The table as read (JSON of the intake)."""
    choices: Mapped[dict[str, Any]] = mapped_column(JSONB)
    rfq_id: Mapped[UUID | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)
