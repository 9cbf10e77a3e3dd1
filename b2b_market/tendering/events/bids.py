"""Published facts of sealed bids; only their bidders hear of them."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("bid.sealed.v1")
class BidSealed(Event):
    """A sealed bid was received; only its bidder hears of it."""

    bid_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("bid.withdrawn.v1")
class BidWithdrawn(Event):
    """A sealed bid was taken back; only its bidder hears of it."""

    bid_id: UUID
    tender_id: UUID
    supplier_id: UUID


BID_EVENTS = (BidSealed, BidWithdrawn)
