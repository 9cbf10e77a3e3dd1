"""Statuses and named steps of prior notices."""

from enum import StrEnum
from typing import Final

from b2b_market.kernel.lifecycle import Lifecycle, Step
from b2b_market.tendering.states.tenders import TenderStatus


class PlanStatus(StrEnum):
    """Where a prior notice stands."""

    PLANNED = "planned"
    FOLLOWED = "followed"
    """The tender that it announced is published."""
    WITHDRAWN = "withdrawn"


PLAN_LIFECYCLE = Lifecycle(
    PlanStatus.PLANNED,
    Step("follow", frozenset({PlanStatus.PLANNED}), PlanStatus.FOLLOWED),
    Step("withdraw", frozenset({PlanStatus.PLANNED}), PlanStatus.WITHDRAWN),
)
PLANNABLE: Final = frozenset({TenderStatus.DRAFT, TenderStatus.PENDING_APPROVAL})
"""Where a tender may be announced beforehand."""
