"""Every version of a published request, as suppliers were shown it."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import Base


class RfqEdition(Base):
    """One version: its whole content without hidden figures, and why it came to be. Nothing but its readers changes."""

    __tablename__ = "rfq_edition"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    edition: Mapped[int] = mapped_column(primary_key=True)
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    """The buyer first, then the invited suppliers, as on the request."""
    public: Mapped[bool]
    """Whether every approved supplier may read it, as on the request."""
    material: Mapped[bool]
    reason: Mapped[str]
    closes_at: Mapped[datetime]
    published_at: Mapped[datetime]
    last_position: Mapped[int]
    """The highest number that any line has had so far: numbers are never given twice."""
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """``{"header": {field: value}, "lines": [{"id": …, "position": …, field: value}]}``, as the wording of rules/."""
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the content; None for versions that are older than this table."""
