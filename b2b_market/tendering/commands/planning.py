"""What is asked about prior notices."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishPlan:
    """Announce a draft tender: when its notice is planned, and whether its estimate is said."""

    tender_id: UUID
    expected_version: int | None
    planned_on: date
    value_shown: bool = False


@dataclass(frozen=True, slots=True)
class WithdrawPlan:
    """Take the prior notice of a tender back, and say why."""

    tender_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPlans:
    """A page of the prior notices that stand: all words of ``text``, of the class or one below it."""

    text: str = ""
    classification: str = ""
    page: PageRequest = field(default_factory=PageRequest)
