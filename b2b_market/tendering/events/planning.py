"""Published facts of prior notices."""

from datetime import date
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.planned.v1")
class TenderPlanned(Event):
    """A tender is announced before its notice."""

    plan_id: UUID
    tender_id: UUID
    buyer_id: UUID
    planned_on: date


@event("tender.plan_withdrawn.v1")
class PlanWithdrawn(Event):
    """An announced tender will not come, or not as announced."""

    plan_id: UUID
    tender_id: UUID
    buyer_id: UUID
    reason: str


PLAN_EVENTS = (TenderPlanned, PlanWithdrawn)
