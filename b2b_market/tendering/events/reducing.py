"""Published facts of companies that leave talks before the final bids."""

from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.reduction_proposed.v1")
class ReductionProposed(Event):
    """One person proposed to go on with fewer companies; another one decides."""

    reduction_id: UUID
    tender_id: UUID
    buyer_id: UUID
    proposer_id: UUID


@event("tender.reduction_dismissed.v1")
class ReductionDismissed(Event):
    """The second person lets everybody go on."""

    reduction_id: UUID
    tender_id: UUID
    buyer_id: UUID
    proposer_id: UUID
    remark: str


@event("tender.participant_dropped.v1")
class ParticipantDropped(Event):
    """The buyer goes on without a company; its letter is out."""

    departure_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    standstill_ends_at: datetime


@event("tender.participant_left.v1")
class ParticipantLeft(Event):
    """A company left talks by itself."""

    departure_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.participant_readmitted.v1")
class ParticipantReadmitted(Event):
    """A company that was dropped takes part again: its complaint was upheld."""

    departure_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


REDUCING_EVENTS: Final[tuple[type[Event], ...]] = (
    ReductionProposed,
    ReductionDismissed,
    ParticipantDropped,
    ParticipantLeft,
    ParticipantReadmitted,
)
