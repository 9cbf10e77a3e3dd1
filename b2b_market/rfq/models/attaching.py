"""Documents attached to a request or one of its lines, and who accepted to keep them secret."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base


class RfqAttachment(Base):
    """A file of the buyer that belongs to a request, as it was when it was attached.

    Who may read the request may see it from the version ``since`` on; the bytes are the files module's.
    """

    __tablename__ = "rfq_attachment"
    __table_args__ = (
        Index(
            "uq_rfq_attachment_rfq_id_file_id", "rfq_id", "file_id", unique=True, postgresql_where=text("until IS NULL")
        ),
        Index("ix_rfq_attachment_rfq_id_id", "rfq_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    line_id: Mapped[UUID | None]
    """The line it belongs to; None for the whole request."""
    file_id: Mapped[UUID]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    note: Mapped[str]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    since: Mapped[int | None]
    """The first version that has it; None while it waits for the publication or the next amendment."""
    until: Mapped[int | None]
    """The first version without it."""
    leaving: Mapped[bool]
    """Whether the next amendment takes it away."""


class NdaAcceptance(Base):
    """That a company promised not to disclose a request's documents: who, when, and to which text."""

    __tablename__ = "rfq_nda_acceptance"
    __table_args__ = (UniqueConstraint("rfq_id", "supplier_id", "text_hash"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    accepted_by: Mapped[UUID]
    accepted_at: Mapped[datetime]
    text_hash: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 of the text that was accepted."""
