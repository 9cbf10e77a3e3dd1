"""Quotations with their live lines and every receipted revision; awards by line."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Numeric, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, QUANTITY, TOTAL, UNIT_PRICE, Base, enum_type
from b2b_market.rfq.states import AwardStatus, CancelReason, QuoteStatus, TaxBasis

PERCENT = Numeric(7, 4)

QUOTE_LINE_COLUMNS = (
    "line_id",
    "quantity",
    "unit_price",
    "lead_days",
    "min_quantity",
    "alternative",
    "note",
)
QUOTE_LINE_TERMS: Mapping[str, object] = MappingProxyType(
    {
        "tiers": [],
        "multiple_quantity": None,
        "order_unit": "",
        "setup_cost": None,
        "alternative_specification": "",
        "origin_country": "",
        "capacity": None,
        "stated": None,
        "alternates": [],
    }
)
"""The optional columns of a quoted line, with the value of one that says nothing; such a value is in no digest."""
QUOTE_TERMS: Mapping[str, object] = MappingProxyType(
    {
        "tax_basis": TaxBasis.WITHOUT_TAX,
        "tax_percent": None,
        "incoterm": "",
        "incoterm_place": "",
        "freight": None,
        "stated_freight": None,
        "instalments": [],
        "early_pay_percent": None,
        "early_pay_days": None,
        "bundles": [],
        "capacity": None,
        "capacity_unit": "",
        "answers": [],
    }
)
"""The optional columns of a whole quotation, with the value of one that says nothing; it is in no hash or receipt."""
QUOTE_LINES = LineSpec("rfq_quote_line", "quote_id", "position", QUOTE_LINE_COLUMNS, added=QUOTE_LINE_TERMS)
AWARD_LINE_COLUMNS = ("line_id", "quote_id", "supplier_id", "quantity", "unit_price", "currency")
AWARD_LINE_ADDED: Mapping[str, object] = MappingProxyType(
    {"variant": 0, "alternative": "", "charges": [], "cancelled_at": None, "cancel_code": None, "cancel_text": None}
)
"""Columns of an awarded line that came later, with the value of one that says nothing; it is in no digest."""
AWARD_LINES = LineSpec("rfq_award_line", "award_id", "position", AWARD_LINE_COLUMNS, added=AWARD_LINE_ADDED)


class Quote(Salted, Aggregate, Base):
    """A supplier's live quotation on a request: one per supplier and round.

    ``opened`` is what row-level security asks before the buyer may see the row: at once for open requests, from the
    close on for sealed ones. Its prices never reach the audit trail's readable part.

    Every stored amount is without recoverable tax, whatever the supplier stated: the comparison reads the columns as
    they are. ``total`` is the sum of unit price × quantity over the lines; set-up costs and freight come on top.
    """

    __tablename__ = "rfq_quote"
    __table_args__ = (
        UniqueConstraint("rfq_id", "supplier_id", "round"),
        UniqueConstraint("supplier_id", "number"),
        Index("ix_rfq_quote_supplier_id_id", "supplier_id", "id"),
        Index("ix_rfq_quote_valid_until", "valid_until", postgresql_where="status = 'submitted'"),
    )
    audit_type = "quote"
    audit_added: ClassVar[Mapping[str, object]] = MappingProxyType({"rfq_edition": 1, **QUOTE_TERMS})
    audit_secret: ClassVar[frozenset[str]] = frozenset(
        {"total", "lines_digest", "note", "payment_terms", "content_hash", *QUOTE_TERMS}
    )
    audit_hidden: ClassVar[frozenset[str]] = frozenset({"opened"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (QUOTE_LINES,)

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
    tax_basis: Mapped[TaxBasis] = mapped_column(enum_type(TaxBasis), default=TaxBasis.WITHOUT_TAX)
    """How the supplier stated its amounts; stored ones are without tax either way."""
    tax_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    """The recoverable tax in percent (13 is 13 %): contained in the stated amounts, or added on the invoice."""
    incoterm: Mapped[str] = mapped_column(default="")
    """The rule of Incoterms 2020 that the prices with ``freight`` are for; empty: the one that the request asks for."""
    incoterm_place: Mapped[str] = mapped_column(default="")
    freight: Mapped[Decimal | None] = mapped_column(TOTAL)
    """What the supplier charges once for the whole way to ``incoterm_place``, on top of the prices; without tax."""
    stated_freight: Mapped[Decimal | None] = mapped_column(TOTAL)
    """The freight as the supplier wrote it with tax; None where it is the same."""
    instalments: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """When the amount is due: ``[{"percent": "30", "event": "order", "days": 0}, …]``, together 100 %.

    ``days`` are calendar days after ``event`` (a value of PayEvent). Empty: ``payment_terms`` alone say it.
    """
    early_pay_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    """What comes off the amount, in percent, if it is paid within ``early_pay_days`` of the invoice."""
    early_pay_days: Mapped[int | None]
    bundles: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """Conditions over lines: ``[{"kind": "together", "line_ids": […], "percent": null}, …]``.

    ``together``: all of these lines are taken, each in its offered quantity, or none of them. ``discount``: ``percent``
    comes off the sum of these lines if all are taken, each in its offered quantity; set-up and freight are not reduced.
    Empty ``line_ids``: every quoted line.
    """
    capacity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """The most that can be had in all, in ``capacity_unit``, over the lines whose unit has the same dimension."""
    capacity_unit: Mapped[str] = mapped_column(default="")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """What it answers to criteria: ``[{"key": "own-1", "answered": "words", "value": "…", "files": [{"id": …, "org_id":
    …, "name": …, "size": …, "sha256": …}]}, …]``."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the two companies."""
        return (self.buyer_id, self.supplier_id)

    def readers(self) -> tuple[UUID, ...]:
        """Return the two companies, the buyer not before the quotation is opened."""
        return self.parties() if self.opened else (self.supplier_id,)


class QuoteLine(Base):
    """One price of a live quotation: per unit of the need, in the quotation's currency, without recoverable tax.

    Every quantity is in the need's unit. ``sourcing.QuoteLine.price_at`` gives the unit price of a quantity.
    """

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
    """The least that is sold; never below the start of the first tier."""
    alternative: Mapped[str]
    note: Mapped[str]
    tiers: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list)
    """All-units price tiers that rise: ``[{"from_quantity": "100", "unit_price": "9.4"}, …]``; empty: one price.

    ``unit_price`` of the line is the one that applies at its offered ``quantity``.
    """
    multiple_quantity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """Only whole multiples of this are sold; the offered quantity is one."""
    order_unit: Mapped[str] = mapped_column(default="")
    """The unit in which the supplier counts minimum and multiple (see ``stated``); empty is the need's unit."""
    setup_cost: Mapped[Decimal | None] = mapped_column(TOTAL)
    """Charged once if anything of the line is ordered; without tax."""
    alternative_specification: Mapped[str] = mapped_column(default="")
    origin_country: Mapped[str] = mapped_column(default="")
    """ISO 3166-1 alpha-2; empty: not said."""
    capacity: Mapped[Decimal | None] = mapped_column(QUANTITY)
    """The most that can be had of this line; at least the offered quantity."""
    stated: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """As the supplier wrote it, where that differs: ``unit_price``, ``tiers`` and ``setup_cost`` with tax,
    ``min_quantity`` and ``multiple_quantity`` in ``order_unit``; None where every column is as written."""
    alternates: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """What is offered besides, each with ``variant`` (1, 2, …), ``alternative``, ``specification``, ``unit_price``,
    ``tiers``, ``min_quantity``, ``lead_days``, ``note`` and ``stated``, written as the columns of the line are; with
    ``setup_cost`` where that is not the line's."""


class QuoteRevision(Base):
    """One receipted revision: exactly what was sent, its hash, when it was received, and the signature over both.

    Where it was taken back, also when, and the signature over that.
    """

    __tablename__ = "rfq_quote_revision"
    __table_args__ = (
        CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawal_signature IS NULL)"
            " AND (withdrawn_at IS NULL) = (withdrawal_key_id IS NULL)",
            name="withdrawal_signed",
        ),
    )

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
    withdrawn_at: Mapped[datetime | None]
    withdrawal_key_id: Mapped[str | None]
    withdrawal_signature: Mapped[bytes | None] = mapped_column(LargeBinary)


class Award(Salted, Aggregate, Base):
    """A proposed or decided award of a request, by line. Only its approved lines are seen by their suppliers."""

    __tablename__ = "rfq_award"
    __table_args__ = (Index("ix_rfq_award_rfq_id", "rfq_id"),)
    audit_type = "award"
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (AWARD_LINES,)

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    status: Mapped[AwardStatus] = mapped_column(enum_type(AwardStatus))
    proposer_id: Mapped[UUID]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    currency: Mapped[str] = mapped_column(CURRENCY)
    total: Mapped[Decimal] = mapped_column(TOTAL)
    """The sum over the lines that stand and what is charged with them, in the request's currency at frozen rates."""
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
        if self.status in (AwardStatus.APPROVED, AwardStatus.CANCELLED):
            return (self.buyer_id, *self.supplier_ids, *self.lost_supplier_ids)
        return (self.buyer_id,)

    def readers(self) -> tuple[UUID, ...]:
        """Return the buyer alone: an award tells what every winner got. Suppliers read it of their own quotations."""
        return (self.buyer_id,)


class AwardLine(Base):
    """A quantity of one need given to one quotation at its price, and what is charged with it."""

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
    variant: Mapped[int] = mapped_column(default=0)
    """Which offer of the quotation to the need: 0 its first, from 1 on its alternates."""
    alternative: Mapped[str] = mapped_column(default="")
    """What is delivered instead of what was specified; empty where it is what was specified."""
    charges: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    """What is charged beside the price: ``[{"kind": "setup", "line_ids": […], "percent": null, "amount": "80"}, …]``.

    ``amount`` is in the line's currency and without tax, a discount is negative. A set-up cost stands with its line;
    freight and discounts of a supplier stand with the first line that they are for (``rules.charging``).
    """
    cancelled_at: Mapped[datetime | None]
    """When the line was cancelled after the award stood; what is cancelled counts nowhere as awarded."""
    cancel_code: Mapped[CancelReason | None] = mapped_column(enum_type(CancelReason))
    cancel_text: Mapped[str | None]

    @property
    def stands(self) -> bool:
        """Whether the line was not cancelled."""
        return self.cancelled_at is None
