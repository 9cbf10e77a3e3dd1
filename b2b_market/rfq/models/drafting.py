"""What a company keeps to draft with: its templates, and what the columns of its lists mean."""

from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base


class RfqTemplate(Salted, Aggregate, Base):
    """A draft kept under a name, without days: what the next request of its kind starts from.

    ``name_key`` is the name casefolded, for a company has each name once. ``content`` is the request's (JSON of
    ``service.templates``), hidden figures included.
    """

    __tablename__ = "rfq_template"
    __table_args__ = (UniqueConstraint("buyer_id", "name_key"),)
    audit_type = "rfq_template"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"content"})

    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    name: Mapped[str]
    name_key: Mapped[str]
    line_count: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class RfqMapping(Aggregate, Base):
    """What the columns of a list with these headings mean to a company, as its last confirmed import had it.

    ``headings_key`` is the same for every order of the same headings, whatever their case (``intake.remembering``).
    ``content`` lists the columns with their headings, and the list's own words for units.
    """

    __tablename__ = "rfq_mapping"
    __table_args__ = (UniqueConstraint("buyer_id", "headings_key"),)
    audit_type = "rfq_mapping"

    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    headings_key: Mapped[str]
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)
