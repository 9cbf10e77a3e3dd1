"""Published facts of lost keys. What a bidder reveals is announced to nobody."""

from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.keys_lost.v1")
class KeysLost(Event):
    """The buyer has declared that the officers' keys are lost: bidders reveal a part of their bids until then."""

    tender_id: UUID
    buyer_id: UUID
    part: str
    closes_at: datetime
