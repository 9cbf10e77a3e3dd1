"""Who was invited by mail for a company that is not registered; the buyer's alone."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base, enum_type
from b2b_market.ui.language import Language


class RfqGuest(Base):
    """A mail address with the company it is invited for; from the publication on, with its provisional company."""

    __tablename__ = "rfq_guest"
    __table_args__ = (
        UniqueConstraint("rfq_id", "email_key"),
        Index("ix_rfq_guest_supplier_id", "supplier_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    email: Mapped[str]
    email_key: Mapped[str]
    company_name: Mapped[str]
    contact_name: Mapped[str]
    locale: Mapped[Language] = mapped_column(enum_type(Language))
    invited_by: Mapped[UUID]
    invited_at: Mapped[datetime]
    supplier_id: Mapped[UUID | None]
    """The provisional company, or the one that took its place; None before the publication."""
