"""Contracts with their lines, the fingerprints of their documents, and the printing that is due."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.contracts.commands import ContractSource, DisputeForum, FileFormat, Printing, Tongue
from b2b_market.contracts.states import ContractStatus
from b2b_market.infra.aggregate import Aggregate, LineSpec
from b2b_market.infra.database import CURRENCY, QUANTITY, TOTAL, UNIT_PRICE, Base, enum_type

LINE_COLUMNS = (
    "id",
    "position",
    "rfq_line_id",
    "item_name",
    "item_code",
    "specification",
    "alternative",
    "quantity",
    "unit",
    "unit_price",
    "amount",
    "required_on",
    "lead_days",
    "delivery_place",
    "note",
)


class Contract(Aggregate, Base):
    """A contract between a buyer and a supplier, drafted from an award.

    ``edition`` counts the texts shown to people; ``version`` counts every change of the row. ``shown_to`` is the
    supplier from the release on and empty before: row-level security asks it. ``buyer`` and ``supplier`` are the
    parties as they stood at drafting.
    """

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("award_id", "supplier_id", "buyer_id"),
        UniqueConstraint("buyer_id", "number"),
        UniqueConstraint("id", "buyer_id"),
        Index("ix_contract_buyer_id_id", "buyer_id", "id"),
        Index("ix_contract_shown_to_id", "shown_to", "id"),
        Index("ix_contract_rfq_id", "rfq_id"),
        CheckConstraint("edition >= 1", name="edition_counts"),
        CheckConstraint("total >= 0", name="total_not_negative"),
        CheckConstraint("shown_to IS NULL OR shown_to = supplier_id", name="shown_to_its_supplier"),
        CheckConstraint("status <> 'proposed' OR shown_to IS NOT NULL", name="proposed_is_shown"),
        CheckConstraint("(status = 'voided') = (void_reason IS NOT NULL)", name="voided_has_reason"),
    )
    audit_type = "contract"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"source": "rfq", "charges": [], "agreed": None})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (LineSpec("contract_line", "contract_id", "position", LINE_COLUMNS),)

    number: Mapped[str]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    shown_to: Mapped[UUID | None]
    status: Mapped[ContractStatus] = mapped_column(enum_type(ContractStatus))
    edition: Mapped[int]
    edition_at: Mapped[datetime]
    award_id: Mapped[UUID]
    rfq_id: Mapped[UUID]
    rfq_number: Mapped[str]
    quote_id: Mapped[UUID]
    quote_number: Mapped[str]
    quote_revision: Mapped[int]
    title: Mapped[str]
    currency: Mapped[str] = mapped_column(CURRENCY)
    total: Mapped[Decimal] = mapped_column(TOTAL)
    line_count: Mapped[int]
    buyer: Mapped[dict[str, Any]] = mapped_column(JSONB)
    supplier: Mapped[dict[str, Any]] = mapped_column(JSONB)
    incoterm: Mapped[str]
    incoterm_place: Mapped[str]
    delivery_note: Mapped[str]
    payment_terms: Mapped[str]
    governing_law: Mapped[str]
    dispute_forum: Mapped[DisputeForum] = mapped_column(enum_type(DisputeForum))
    arbitration_body: Mapped[str]
    prevailing_language: Mapped[Tongue] = mapped_column(enum_type(Tongue))
    notes: Mapped[str]
    released_at: Mapped[datetime | None]
    void_reason: Mapped[str | None]
    source: Mapped[ContractSource] = mapped_column(enum_type(ContractSource))
    """Whose ``rfq_id``, ``rfq_number`` and quotation are: a request's, a tender's and its bid's, a framework's …"""
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    charges: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """What is charged beside the prices: ``[{"kind": "setup", "lines": [2], "percent": null, "amount": "80"}, …]``.

    ``lines`` are positions of the contract; a discount is negative. ``total`` is the lines and these.
    """

    agreed: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """What a framework agreement settles beside its prices; none for any other contract."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the supplier once it has been shown the contract."""
        return (self.buyer_id,) if self.shown_to is None else (self.buyer_id, self.shown_to)


class ContractLine(Base):
    """One line of goods: the awarded quantity at the quoted price per unit, and their rounded product."""

    __tablename__ = "contract_line"
    __table_args__ = (
        UniqueConstraint("contract_id", "position"),
        ForeignKeyConstraint(["contract_id", "buyer_id"], ["contract.id", "contract.buyer_id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("unit_price >= 0", name="price_not_negative"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    contract_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    shown_to: Mapped[UUID | None]
    position: Mapped[int]
    rfq_line_id: Mapped[UUID]
    item_name: Mapped[str]
    item_code: Mapped[str]
    specification: Mapped[str]
    alternative: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    unit: Mapped[str]
    unit_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    amount: Mapped[Decimal] = mapped_column(TOTAL)
    required_on: Mapped[date | None]
    lead_days: Mapped[int | None]
    delivery_place: Mapped[str]
    note: Mapped[str]


class ContractDocument(Aggregate, Base):
    """The fingerprint of one printed file of one edition.

    Equal editions print equal bytes under one release of the software; a later release may print other bytes of the
    same text, and then the edition has one more fingerprint.
    """

    __tablename__ = "contract_document"
    __table_args__ = (
        UniqueConstraint("contract_id", "edition", "sha256"),
        ForeignKeyConstraint(["contract_id", "buyer_id"], ["contract.id", "contract.buyer_id"]),
        CheckConstraint("length(sha256) = 32", name="sha256_length"),
    )
    audit_type = "contract_document"
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"shown_to"})

    contract_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    shown_to: Mapped[UUID | None]
    edition: Mapped[int]
    printing: Mapped[Printing] = mapped_column(enum_type(Printing))
    file_format: Mapped[FileFormat] = mapped_column(enum_type(FileFormat))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    size: Mapped[int]
    pages: Mapped[int]
    """Pages of a PDF; 0 for a DOCX, whose pages only the reader's word processor knows."""
    missing_characters: Mapped[str]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer, and the supplier where it has been shown the contract."""
        return (self.buyer_id,) if self.shown_to is None else (self.buyer_id, self.shown_to)


class ContractPrintJob(Base):
    """An edition whose fingerprints are still to be taken."""

    __tablename__ = "contract_print_job"
    __table_args__ = (Index("ix_contract_print_job_next_attempt_at", "next_attempt_at"),)

    contract_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    attempts: Mapped[int]
    next_attempt_at: Mapped[datetime]
    error: Mapped[str]


class ContractCounter(Base):
    """The last number given in a company's year."""

    __tablename__ = "contract_counter"

    buyer_id: Mapped[UUID] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]
