"""Published facts of amendments, and of bids that were confirmed."""

from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.amended.v1")
class TenderAmended(Event):
    """The tender says something else under a new edition of the notice; ``material`` voids bids until confirmed."""

    tender_id: UUID
    buyer_id: UUID
    edition: int
    material: bool
    closes_at: datetime
    reason: str


@event("tender_amendment.submitted.v1")
class TenderAmendmentSubmitted(Event):
    """An amendment waits for another person."""

    amendment_id: UUID
    tender_id: UUID
    buyer_id: UUID
    author_id: UUID


@event("tender_amendment.returned.v1")
class TenderAmendmentReturned(Event):
    """An approver sent an amendment back."""

    amendment_id: UUID
    tender_id: UUID
    buyer_id: UUID
    author_id: UUID
    remark: str


@event("bid.confirmed.v1")
class BidConfirmed(Event):
    """A sealed bid was confirmed under an amended notice; only its bidder hears of it."""

    bid_id: UUID
    tender_id: UUID
    supplier_id: UUID


AMENDMENT_EVENTS = (TenderAmended, TenderAmendmentSubmitted, TenderAmendmentReturned, BidConfirmed)
