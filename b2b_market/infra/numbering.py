"""Document numbers people read: per company, kind and year, gap-free, from a locked counter row."""

from typing import Final
from uuid import UUID

from sqlalchemy.orm import Mapped, Session, mapped_column

from b2b_market.infra.database import Base, run_fixed


class DocumentNumber(Base):
    """The last number used by one company for one kind of document in one year."""

    __tablename__ = "document_number"

    org_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


_NEXT: Final = (
    "INSERT INTO document_number (org_id, kind, year, last) VALUES (%(org_id)s, %(kind)s, %(year)s, 1) "
    "ON CONFLICT (org_id, kind, year) DO UPDATE SET last = document_number.last + 1 RETURNING last"
)


def next_number(session: Session, org_id: UUID, kind: str, year: int) -> str:
    """Return the next number, such as ``RFQ-2026-000123``.

    Two transactions never get the same, a rolled-back one leaves no gap.

    The counter row stays locked until the transaction ends, so take it late.
    """
    last: int = run_fixed(session, _NEXT, {"org_id": org_id, "kind": kind, "year": year}).scalar_one()
    return f"{kind}-{year}-{last:06d}"
