"""Published facts of supplementary pools."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.supplement_named.v1")
class SupplementNamed(Event):
    """More people are named for the empty seats of a committee; another person draws."""

    tender_id: UUID
    buyer_id: UUID
    named_by: UUID
