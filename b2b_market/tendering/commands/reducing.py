"""What is asked about going on with fewer companies, already parsed."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """A score from 0 to 100 for an award criterion, named by its position among the tender's criteria."""

    criterion: int
    score: Decimal


@dataclass(frozen=True, slots=True)
class CompanyScores:
    """What a company in the talks scores so far."""

    supplier_id: UUID
    scores: tuple[CriterionScore, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeReduction:
    """Go on without some of the companies; everybody who takes part is scored by the same criteria."""

    tender_id: UUID
    expected_version: int | None
    scores: tuple[CompanyScores, ...]
    dropped_ids: tuple[UUID, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class DecideReduction:
    """What the second person decides; ``remark`` says why, to dismiss it."""

    reduction_id: UUID
    expected_version: int | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class LeaveTalks:
    """The own company takes no part any more."""

    tender_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ReadDeparture:
    """One company's departure from talks."""

    departure_id: UUID
