"""What a company keeps to make drafts from: its templates."""

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
