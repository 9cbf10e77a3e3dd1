"""Bid bonds: what a bidder has given as security for its bid on a lot, and what became of it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type
from b2b_market.tendering.states.bonds import BondForm, BondStatus, ForfeitureGround


class Bond(Salted, Aggregate, Base):
    """One company's bond for one lot. Until ``opened`` row-level security hides it from everybody but its bidder."""

    __tablename__ = "tender_bond"
    __table_args__ = (
        UniqueConstraint("lot_id", "supplier_id"),
        Index("ix_tender_bond_tender_id_id", "tender_id", "id"),
        CheckConstraint("decider_id IS NULL OR decider_id <> proposer_id", name="another_decides"),
    )
    audit_type = "tender_bond"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"amount", "issuer", "reference", "letter"})

    tender_id: Mapped[UUID]
    lot_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    status: Mapped[BondStatus] = mapped_column(enum_type(BondStatus))
    opened: Mapped[bool]
    form: Mapped[BondForm] = mapped_column(enum_type(BondForm))
    amount: Mapped[Decimal] = mapped_column(TOTAL)
    currency: Mapped[str] = mapped_column(CURRENCY)
    issuer: Mapped[str]
    """The bank, insurer or platform; empty for a transfer."""
    reference: Mapped[str]
    held_where: Mapped[str]
    valid_until: Mapped[date | None]
    letter: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    """``{id, name, size, sha256}`` of the bidder's own file."""
    registered_by: Mapped[UUID]
    held_since: Mapped[datetime | None]
    claimed: Mapped[bool]
    """Whether its bidder asked for it back because no bid of it was opened."""
    settled_by: Mapped[UUID | None]
    settled_at: Mapped[datetime | None]
    return_reference: Mapped[str | None]
    ground: Mapped[ForfeitureGround | None] = mapped_column(enum_type(ForfeitureGround))
    reason: Mapped[str | None]
    """Why it is to be kept."""
    proposer_id: Mapped[UUID | None]
    decider_id: Mapped[UUID | None]
    decided_at: Mapped[datetime | None]
    remark: Mapped[str | None]
    """Why it is not kept after all."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the bidder alone: until the opening nobody else hears of the bond."""
        return (self.buyer_id, self.supplier_id) if self.opened else (self.supplier_id,)

    def veil(self) -> UUID | None:
        """Return the tender: a bond tells of a bid, so it is held back from the platform's people as bids are."""
        return None if self.opened else self.tender_id
