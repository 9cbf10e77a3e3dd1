"""Published facts of a tender, from its draft to its opening."""

from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.submitted.v1")
class TenderSubmitted(Event):
    """A draft waits for the approvers."""

    tender_id: UUID
    buyer_id: UUID
    author_id: UUID


@event("tender.returned.v1")
class TenderReturned(Event):
    """An approver sent a draft back."""

    tender_id: UUID
    buyer_id: UUID
    author_id: UUID
    reason: str


@event("tender.published.v1")
class TenderPublished(Event):
    """The signed notice is out; ``supplier_ids`` are the invited suppliers."""

    tender_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    officer_ids: tuple[UUID, ...]
    closes_at: datetime


@event("tender.extended.v1")
class TenderExtended(Event):
    """The deadline is later than announced; a new edition of the notice says so."""

    tender_id: UUID
    buyer_id: UUID
    closes_at: datetime
    reason: str


@event("tender.enquiry_asked.v1")
class EnquiryAsked(Event):
    """Somebody asked something; nobody is told who."""

    enquiry_id: UUID
    tender_id: UUID
    buyer_id: UUID


@event("tender.enquiry_answered.v1")
class EnquiryAnswered(Event):
    """A question was answered to all."""

    enquiry_id: UUID
    tender_id: UUID
    buyer_id: UUID


@event("tender.bidding_opened.v1")
class BiddingOpened(Event):
    """The time for questions is over; sealed bids are received."""

    tender_id: UUID
    buyer_id: UUID
    closes_at: datetime


@event("tender.closed.v1")
class TenderClosed(Event):
    """The deadline has passed; the close record is signed and nothing is opened yet."""

    tender_id: UUID
    buyer_id: UUID
    officer_ids: tuple[UUID, ...]


@event("tender.unsuccessful.v1")
class TenderUnsuccessful(Event):
    """Every lot had fewer bidders than the procedure asks for; nothing was opened."""

    tender_id: UUID
    buyer_id: UUID


@event("tender.opened.v1")
class TenderOpened(Event):
    """The bids were decrypted; the opening record says which and which not."""

    tender_id: UUID
    buyer_id: UUID
    bid_ids: tuple[UUID, ...]


@event("tender.cancelled.v1")
class TenderCancelled(Event):
    """A tender was called off."""

    tender_id: UUID
    buyer_id: UUID
    reason: str


@event("tender.lot_cancelled.v1")
class LotCancelled(Event):
    """A lot was called off; the others go on."""

    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    reason: str


TENDER_EVENTS: Final[tuple[type[Event], ...]] = (
    BiddingOpened,
    EnquiryAnswered,
    EnquiryAsked,
    LotCancelled,
    TenderCancelled,
    TenderClosed,
    TenderExtended,
    TenderOpened,
    TenderPublished,
    TenderReturned,
    TenderSubmitted,
    TenderUnsuccessful,
)
