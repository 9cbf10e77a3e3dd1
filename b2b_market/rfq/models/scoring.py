"""What a request is judged by, published with it, and what the buyer found of each supplier."""

from decimal import Decimal
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from sqlalchemy import LargeBinary, Numeric, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, LineSpec, Salted
from b2b_market.infra.database import QUANTITY, Base, enum_type
from b2b_market.sourcing.public import Answered, Formula

WEIGHT = Numeric(9, 4)
CRITERION_COLUMNS = ("key", "name", "weight", "formula", "maximum", "worst", "best", "points")
CRITERIA = LineSpec(
    "rfq_criterion",
    "scoring_id",
    "position",
    CRITERION_COLUMNS,
    added=MappingProxyType({"answered": Answered.BUYER.value, "required": False}),
)
ASSESSMENT_COLUMNS = ("supplier_id", "key", "value", "reason")


class Scoring(Salted, Aggregate, Base):
    """The weighted criteria of one request: written while it is a draft, frozen and shown with its publication.

    ``landed`` tells that prices are scored on their landed cost.
    """

    __tablename__ = "rfq_scoring"
    __table_args__ = (UniqueConstraint("rfq_id"),)
    audit_type = "rfq_scoring"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"lines_digest", "assessments_digest"})
    audit_lines: ClassVar[tuple[LineSpec, ...]] = (
        CRITERIA,
        LineSpec("rfq_assessment", "scoring_id", "position", ASSESSMENT_COLUMNS, "assessments_digest"),
    )

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    editor_id: Mapped[UUID]
    landed: Mapped[bool]
    lines_digest: Mapped[bytes] = mapped_column(LargeBinary)
    assessments_digest: Mapped[bytes] = mapped_column(LargeBinary)

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)


class CriterionRow(Base):
    """One weighted criterion; ``points`` are the answers in their order, each with its points."""

    __tablename__ = "rfq_criterion"

    scoring_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    key: Mapped[str]
    name: Mapped[str]
    weight: Mapped[Decimal] = mapped_column(WEIGHT)
    formula: Mapped[Formula] = mapped_column(enum_type(Formula))
    maximum: Mapped[Decimal] = mapped_column(QUANTITY)
    worst: Mapped[Decimal] = mapped_column(QUANTITY)
    best: Mapped[Decimal] = mapped_column(QUANTITY)
    points: Mapped[list[list[str]]] = mapped_column(JSONB)
    answered: Mapped[Answered] = mapped_column(enum_type(Answered), default=Answered.BUYER)
    required: Mapped[bool] = mapped_column(default=False)


class Assessment(Base):
    """What the buyer found of one supplier under one of its own criteria: a number, yes or no, or the answer chosen."""

    __tablename__ = "rfq_assessment"

    scoring_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    buyer_id: Mapped[UUID]
    supplier_id: Mapped[UUID]
    key: Mapped[str]
    value: Mapped[str]
    reason: Mapped[str]
