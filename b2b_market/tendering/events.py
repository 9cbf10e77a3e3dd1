"""Published facts of tendering: ids and times; nothing about a bid reaches the buyer before the opening."""

from datetime import datetime
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


@event("tender.evaluation_begun.v1")
class EvaluationBegun(Event):
    """The bids of an opened tender are being judged."""

    tender_id: UUID
    buyer_id: UUID


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


@event("tender.committee_drawn.v1")
class CommitteeDrawn(Event):
    """The committee was drawn from its pool; its members are asked to declare."""

    tender_id: UUID
    buyer_id: UUID
    member_ids: tuple[UUID, ...]


@event("tender.member_replaced.v1")
class MemberReplaced(Event):
    """A member declared a conflict, and the next reserve took the seat."""

    tender_id: UUID
    buyer_id: UUID
    gone_id: UUID
    came_id: UUID


@event("tender.committee_short.v1")
class CommitteeShort(Event):
    """Too few people without a conflict are left: the bids cannot be scored."""

    tender_id: UUID
    buyer_id: UUID


@event("tender.sheets_opened.v1")
class SheetsOpened(Event):
    """Every member has handed in: all sheets are open, and the bids have their places."""

    tender_id: UUID
    buyer_id: UUID
