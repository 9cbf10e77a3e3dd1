"""What each supplier may see of its rivals' quotations, worked out by the machine after each of them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import CURRENCY, Base, enum_type
from b2b_market.rfq.states import Disclosure


class RfqStanding(Base):
    """How one supplier stands at one request: what it may see, and nothing else.

    Its supplier and the buyer read the row; the machine alone writes it. It is written anew only where what it says
    changes: a later quotation that changes nothing that its reader may see leaves no trace in it, not even a time.
    """

    __tablename__ = "rfq_standing"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    round: Mapped[int]
    edition: Mapped[int]
    """The binding version of the request that it was worked out for."""
    disclosure: Mapped[Disclosure] = mapped_column(enum_type(Disclosure))
    currency: Mapped[str] = mapped_column(CURRENCY)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """JSON of ``rules.standing.Seen``."""
    changed_at: Mapped[datetime]
