"""Published facts from the begin of the evaluation to the result."""

from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.evaluation_begun.v1")
class EvaluationBegun(Event):
    """The bids of an opened tender are being judged."""

    tender_id: UUID
    buyer_id: UUID


@event("tender.disqualification_proposed.v1")
class DisqualificationProposed(Event):
    """Somebody proposes to disqualify a bid; another person decides."""

    ruling_id: UUID
    tender_id: UUID
    buyer_id: UUID
    proposer_id: UUID


@event("tender.bid_disqualified.v1")
class BidDisqualified(Event):
    """A second person confirmed the disqualification."""

    ruling_id: UUID
    tender_id: UUID
    bid_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.inquiry_sent.v1")
class InquirySent(Event):
    """A bidder is asked about its opened bid."""

    inquiry_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    due_at: datetime


@event("tender.inquiry_answered.v1")
class InquiryAnswered(Event):
    """A bidder answered what it was asked about its bid."""

    inquiry_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.award_proposed.v1")
class TenderAwardProposed(Event):
    """The award of a lot waits for an approver."""

    award_id: UUID
    tender_id: UUID
    buyer_id: UUID
    proposer_id: UUID


@event("tender.award_returned.v1")
class TenderAwardReturned(Event):
    """An approver sent the award of a lot back."""

    award_id: UUID
    tender_id: UUID
    buyer_id: UUID
    proposer_id: UUID
    reason: str


@event("tender.lot_decided.v1")
class LotDecided(Event):
    """The signed decision on a lot is out; every bidder of the lot finds its result. The stand-still begins."""

    award_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    standstill_ends_at: datetime


@event("tender.award_cancelled.v1")
class TenderAwardCancelled(Event):
    """The decision on a lot was taken back; its bids are judged again."""

    award_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    reason: str


@event("tender.awarded.v1")
class TenderAwarded(Event):
    """The stand-still of every lot is over: the awards bind, and contracts are drafted."""

    tender_id: UUID
    evaluation_id: UUID
    buyer_id: UUID
    award_ids: tuple[UUID, ...]
    supplier_ids: tuple[UUID, ...]


@event("tender.ended_without_award.v1")
class TenderEndedWithoutAward(Event):
    """Every bid of every lot was disqualified."""

    tender_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]


EVALUATION_EVENTS = (
    EvaluationBegun,
    DisqualificationProposed,
    BidDisqualified,
    InquirySent,
    InquiryAnswered,
    TenderAwardProposed,
    TenderAwardReturned,
    LotDecided,
    TenderAwardCancelled,
    TenderAwarded,
    TenderEndedWithoutAward,
)
