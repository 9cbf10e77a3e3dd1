"""Further rounds: what each one asks for, who goes on and why, and the target prices that it shows."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import UNIT_PRICE, Base


class RfqRound(Base):
    """A further round as the suppliers that go on read it; the first one is the request itself.

    ``party_ids`` are the buyer and those suppliers: nobody else reads the row.
    """

    __tablename__ = "rfq_round"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    opened_at: Mapped[datetime]
    closes_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    targets_shown: Mapped[bool]
    note: Mapped[str]


class RfqShortlisting(Base):
    """Whether one supplier goes on to a round, why, and the quotation it was decided on; the buyer alone reads it."""

    __tablename__ = "rfq_shortlisting"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    supplier_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    goes_on: Mapped[bool]
    reason: Mapped[str]
    quote_id: Mapped[UUID]
    quote_revision: Mapped[int]
    chosen_by: Mapped[UUID]
    chosen_at: Mapped[datetime]


class RfqRoundTarget(Base):
    """A target price that a round shows to the suppliers that go on, per unit in the request's currency."""

    __tablename__ = "rfq_round_target"

    rfq_id: Mapped[UUID] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    party_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid()))
    target_price: Mapped[Decimal] = mapped_column(UNIT_PRICE)
