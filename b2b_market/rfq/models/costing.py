"""What a buyer assumes about the costs of a request's goods on their way: for its own eyes alone."""

from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import CURRENCY, UNIT_PRICE, Base, enum_type
from b2b_market.sourcing.public import CostMeasure, CustomsBasis, Leg

PERCENT = Numeric(9, 4)
COST_COLUMNS = ("leg", "measure", "value", "currency", "day", "source", "supplier_id", "line_id")


class Costing(Salted, Aggregate, Base):
    """The assumptions that a request's quotations are landed with; one for each request.

    Percentages are as people write them: 8 is 8 %. ``incoterm`` with its place counts where neither a quotation nor
    the request names one.
    """

    __tablename__ = "rfq_costing"
    __table_args__ = (UniqueConstraint("rfq_id"),)
    audit_type = "rfq_costing"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (LineSpec("rfq_cost", "costing_id", "position", COST_COLUMNS),)

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    editor_id: Mapped[UUID]
    annual_percent: Mapped[Decimal] = mapped_column(PERCENT)
    rate_source: Mapped[str]
    customs_basis: Mapped[CustomsBasis] = mapped_column(enum_type(CustomsBasis))
    import_vat_percent: Mapped[Decimal | None] = mapped_column(PERCENT)
    domestic: Mapped[bool]
    incoterm: Mapped[str]
    incoterm_place: Mapped[str]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class Cost(Base):
    """One assumed cost: of a leg, for all quotations, one supplier, one line, or both."""

    __tablename__ = "rfq_cost"

    costing_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    leg: Mapped[Leg] = mapped_column(enum_type(Leg))
    measure: Mapped[CostMeasure] = mapped_column(enum_type(CostMeasure))
    value: Mapped[Decimal] = mapped_column(UNIT_PRICE)
    currency: Mapped[str | None] = mapped_column(CURRENCY)
    day: Mapped[int]
    source: Mapped[str]
    supplier_id: Mapped[UUID | None]
    line_id: Mapped[UUID | None]
