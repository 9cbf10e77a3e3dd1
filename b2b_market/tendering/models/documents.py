"""Documents of a tender with their versions, and who took one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.documents import DocumentKind, DocumentLanguage


class TenderDocument(Base):
    """One version of a document: a file of the buyer as it was when it was attached.

    Who may read the tender sees it from the notice's edition ``since`` on, also once a later version has replaced it.
    """

    __tablename__ = "tender_document"
    __table_args__ = (
        Index(
            "uq_tender_document_tender_id_file_id",
            "tender_id",
            "file_id",
            unique=True,
            postgresql_where=text("until IS NULL"),
        ),
        Index("ix_tender_document_tender_id_id", "tender_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    series: Mapped[UUID]
    """Which document this is a version of: the id of the first one."""
    number: Mapped[int]
    """Its version, counted from 1."""
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind))
    title: Mapped[str]
    language: Mapped[DocumentLanguage] = mapped_column(enum_type(DocumentLanguage))
    material: Mapped[bool]
    """Whether bids answer it: another version of it voids them until they are confirmed."""
    note: Mapped[str]
    """What is different in this version."""
    file_id: Mapped[UUID]
    name: Mapped[str]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    added_by: Mapped[UUID]
    added_at: Mapped[datetime]
    since: Mapped[int | None]
    """The first edition that announces it; None while it waits for the publication or the next amendment."""
    until: Mapped[int | None]
    """The first edition in which it does not count any more."""
    leaving: Mapped[bool]
    """Whether the next amendment takes it away."""


class DocumentTaking(Base):
    """That a company took a document, where the procedure keeps takers; hidden from the buyer until the opening."""

    __tablename__ = "tender_taking"

    document_id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(primary_key=True)
    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    taken_by: Mapped[UUID]
    taken_at: Mapped[datetime]
