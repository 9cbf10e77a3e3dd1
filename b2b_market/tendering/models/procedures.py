"""The procedures that companies composed for themselves."""

from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import Base, enum_type
from b2b_market.tendering.states.procedures import ProcedureStatus


class TenderProcedure(Aggregate, Base):
    """A company's own procedure: a built-in profile's values, changed within its limits."""

    __tablename__ = "tender_procedure"
    __table_args__ = (
        UniqueConstraint("org_id", "name"),
        Index("ix_tender_procedure_org_id_id", "org_id", "id"),
    )
    audit_type = "tender_procedure"

    org_id: Mapped[UUID]
    name: Mapped[str]
    base: Mapped[str]
    base_edition: Mapped[int]
    """The edition of the profile whose limits it was held against."""
    edition: Mapped[int]
    status: Mapped[ProcedureStatus] = mapped_column(enum_type(ProcedureStatus))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    editor_id: Mapped[UUID]

    def parties(self) -> tuple[UUID, ...]:
        """Return its company alone."""
        return (self.org_id,)
