"""Saved award scenarios: who would get what, how it was found, and which award came of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Numeric
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from b2b_market.infra.aggregate import Aggregate, Salted
from b2b_market.infra.database import Base, enum_type
from b2b_market.rfq.states import ScenarioKind, ScenarioStatus


class Scenario(Salted, Aggregate, Base):
    """One way to award a request, for its buyer alone.

    ``settings`` are what was asked for (JSON of ``commands.scenarios.Settings``). ``picks`` are lists of line,
    quotation and quantity as texts, with the number of the alternate where it is one; ``standby`` of line and
    quotation. ``snapshot_hash`` is SHA-256 over the quotations, rates and picks it stands on: an award of it has the
    same. ``conflict`` tells why there is no plan.
    """

    __tablename__ = "rfq_scenario"
    __table_args__ = (
        Index("ix_rfq_scenario_rfq_id", "rfq_id", "id"),
        Index("ix_rfq_scenario_waiting", "changed_at", postgresql_where="status IN ('waiting', 'searching')"),
    )
    audit_type = "rfq_scenario"
    audit_secret: ClassVar[frozenset[str]] = frozenset({"settings", "picks", "standby", "conflict"})

    rfq_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    author_id: Mapped[UUID]
    name: Mapped[str]
    kind: Mapped[ScenarioKind] = mapped_column(enum_type(ScenarioKind))
    landed: Mapped[bool]
    status: Mapped[ScenarioStatus] = mapped_column(enum_type(ScenarioStatus))
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    picks: Mapped[list[list[str]]] = mapped_column(JSONB)
    standby: Mapped[list[list[str]]] = mapped_column(JSONB)
    snapshot_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    conflict: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    proven: Mapped[bool]
    """Whether nothing is better, as the scenario ranks; a search that was cut off proves nothing."""
    gap: Mapped[Decimal | None] = mapped_column(Numeric(12, 6))
    """How much cheaper another plan could be at most, as a part of the cost; None where nothing is known."""
    solver: Mapped[str]
    seconds: Mapped[Decimal] = mapped_column(Numeric(12, 6))
    award_id: Mapped[UUID | None]
    searched_at: Mapped[datetime | None]

    def parties(self) -> tuple[UUID, ...]:
        """Return the buyer alone."""
        return (self.buyer_id,)
