"""Published facts of the second envelope. None of them holds a price."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.technical_locked.v1")
class TechnicalLocked(Event):
    """The technical result is signed off; the officers may open the prices of the bids that passed."""

    tender_id: UUID
    buyer_id: UUID
    officer_ids: tuple[UUID, ...]
    """Whose layers are wanted; nobody where no bid passed."""


@event("tender.prices_opened.v1")
class PricesOpened(Event):
    """The price envelopes of the bids that passed are open; those of the others stay sealed for good."""

    tender_id: UUID
    buyer_id: UUID
    bid_ids: tuple[UUID, ...]
