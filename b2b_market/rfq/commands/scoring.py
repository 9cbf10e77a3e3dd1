"""What criteria, assessments and scores of a request are asked for with."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.sourcing.public import Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCriteria:
    """All criteria of a draft; none takes them away. ``landed`` scores prices on their landed cost.

    ``expected_version`` is that of the criteria that these replace, None or 0 for the first.
    """

    rfq_id: UUID
    expected_version: int | None
    criteria: tuple[Criterion, ...]
    landed: bool = False


@dataclass(frozen=True, slots=True)
class AssessmentInput:
    """What was found of a supplier under a criterion: a number, ``yes`` or ``no``, or the answer chosen."""

    supplier_id: UUID
    key: str
    value: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetAssessments:
    """All that was found of the suppliers of a request."""

    rfq_id: UUID
    expected_version: int | None
    assessments: tuple[AssessmentInput, ...]


@dataclass(frozen=True, slots=True)
class ScoreQuotes:
    """The scores of a request's quotations; with ``key``, as if that criterion weighed ``weight``."""

    rfq_id: UUID
    key: str = ""
    weight: Decimal | None = None
