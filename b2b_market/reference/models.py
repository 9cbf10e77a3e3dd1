"""Exchange rates: entered once, withdrawn where wrong, never changed or deleted."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import CURRENCY, RATE, Base, enum_type
from b2b_market.reference.states import RateOrigin


class ExchangeRate(Aggregate, Base):
    """One ``base`` is ``value`` ``quote`` on ``day``. Belongs to no company: everybody may read it."""

    __tablename__ = "exchange_rate"
    __table_args__ = (
        CheckConstraint("value > 0", name="value_positive"),
        CheckConstraint("base <> quote", name="two_currencies"),
        Index(
            "uq_exchange_rate_pair_day",
            "base",
            "quote",
            "day",
            unique=True,
            postgresql_where=text("withdrawn_at IS NULL"),
        ),
        Index("ix_exchange_rate_quote", "quote", "day"),
        Index("ix_exchange_rate_day", "day", "id"),
    )
    audit_type = "exchange_rate"

    base: Mapped[str] = mapped_column(CURRENCY)
    quote: Mapped[str] = mapped_column(CURRENCY)
    value: Mapped[Decimal] = mapped_column(RATE)
    day: Mapped[date]
    source: Mapped[str]
    origin: Mapped[RateOrigin] = mapped_column(enum_type(RateOrigin))
    withdrawn_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Nobody in particular; the platform's auditor reads its trail."""
        return ()
