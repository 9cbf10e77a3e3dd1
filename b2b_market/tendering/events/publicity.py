"""Published facts of the publicity of candidates."""

from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.candidates_published.v1")
class CandidatesPublished(Event):
    """The ranked candidates of a lot are published; its bidders may object until the end."""

    publicity_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    ends_at: datetime


@event("tender.publicity_ended.v1")
class PublicityEnded(Event):
    """The time to object to the candidates of a lot is over; the award can be approved."""

    publicity_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID


@event("tender.publicity_withdrawn.v1")
class PublicityWithdrawn(Event):
    """A published ranking does not stand any more."""

    publicity_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]


PUBLICITY_EVENTS = (CandidatesPublished, PublicityEnded, PublicityWithdrawn)
