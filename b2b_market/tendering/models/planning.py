"""Prior notices: tenders that are announced before they are published, readable without signing in."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate
from b2b_market.infra.database import CURRENCY, TOTAL, Base, enum_type
from b2b_market.tendering.states.planning import PlanStatus


class PriorNotice(Aggregate, Base):
    """What was announced of a draft, as it was then; a later change of the draft leaves it as it is."""

    __tablename__ = "tender_prior_notice"
    __table_args__ = (
        Index("uq_tender_prior_notice_standing", "tender_id", unique=True, postgresql_where="status <> 'withdrawn'"),
        Index("ix_tender_prior_notice_tender_id_id", "tender_id", "id"),
        Index("ix_tender_prior_notice_planned_on_id", "planned_on", "id", postgresql_where="status = 'planned'"),
    )
    audit_type = "tender_prior_notice"

    tender_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    buyer_name: Mapped[str]
    buyer_names: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Its names by language, where it had one in both."""
    number: Mapped[str]
    title: Mapped[str]
    description: Mapped[str]
    classes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The classes of its lots and items."""
    codes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """These, and the classes above them."""
    search: Mapped[str]
    """What it is found by, in one case."""
    currency: Mapped[str] = mapped_column(CURRENCY)
    value: Mapped[Decimal | None] = mapped_column(TOTAL)
    """What all lots are estimated at, where that is said."""
    planned_on: Mapped[date]
    """The day on which the notice is planned."""
    status: Mapped[PlanStatus] = mapped_column(enum_type(PlanStatus))
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]
    reason: Mapped[str | None]
    """Why it was withdrawn."""

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)
