"""What a company has paid for its items so far: one row for each awarded quantity."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.database import CURRENCY, QUANTITY, UNIT_PRICE, Base


class PricePoint(Base):
    """An awarded price per unit: as quoted, and ``value`` in the request's currency at its frozen rate.

    ``item_key`` is the buyer's item code or, without one, what the item is called (``rules.history.item_key``).
    """

    __tablename__ = "rfq_price_point"
    __table_args__ = (
        Index("ix_rfq_price_point_buyer_id_item_key", "buyer_id", "item_key", "unit", "currency", "awarded_at"),
    )

    award_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    rfq_id: Mapped[UUID]
    line_id: Mapped[UUID]
    item_key: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(QUANTITY)
    quoted: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    quoted_currency: Mapped[str] = mapped_column(CURRENCY)
    value: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    currency: Mapped[str] = mapped_column(CURRENCY)
    awarded_at: Mapped[datetime]
