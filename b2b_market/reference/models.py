"""Exchange rates: entered once, withdrawn where wrong, never changed or deleted; and classifications as imported."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
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


class ClassScheme(Aggregate, Base):
    """A classification of goods and services in the edition that was imported last. Belongs to no company."""

    __tablename__ = "classification_scheme"
    __table_args__ = (UniqueConstraint("code"),)
    audit_type = "classification_scheme"

    code: Mapped[str]
    edition: Mapped[str]
    code_count: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    """SHA-256 over every code with its parent and titles."""

    def parties(self) -> tuple[UUID, ...]:
        """Nobody in particular; the platform's auditor reads its trail."""
        return ()


class ClassCode(Base):
    """A code of a classification. One that a later edition left out stays, retired, for what names it."""

    __tablename__ = "classification_code"
    __table_args__ = (
        Index("ix_classification_code_stem", "stem"),
        Index(
            "ix_classification_code_search", "search", postgresql_using="gin", postgresql_ops={"search": "gin_trgm_ops"}
        ),
    )

    scheme: Mapped[str] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True)
    stem: Mapped[str]
    """The code without its check digit."""
    path: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The codes above it, the topmost first, and itself."""
    titles: Mapped[dict[str, str]] = mapped_column(JSONB)
    search: Mapped[str]
    """The code and all titles, in one case."""
    retired: Mapped[bool]
