"""What a saving report says, as plain values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.kernel.money import Money


@dataclass(frozen=True, slots=True)
class AwardSaving:
    """One award that stands: its total, and what it saved against targets and last prices (None without any).

    The total and the saving against targets hold set-up, freight and discounts; last prices are prices alone.
    """

    award_id: UUID
    rfq_id: UUID
    number: str
    title: str
    decided_at: datetime
    total: Money
    target_saving: Money | None
    last_saving: Money | None
    known_lines: int


@dataclass(frozen=True, slots=True)
class CurrencySaving:
    """The sums of one currency; amounts of different currencies are not added."""

    total: Money
    target_saving: Money
    last_saving: Money
    awards: int


@dataclass(frozen=True, slots=True)
class SavingReport:
    """Every award of the period, the newest first (at most 1,000), and the sums by currency."""

    awards: Sequence[AwardSaving]
    sums: Sequence[CurrencySaving]
