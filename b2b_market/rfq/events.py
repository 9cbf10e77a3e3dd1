"""What the module announces. Prices never travel; who may read them asks for them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event
from b2b_market.rfq.states import AmendmentStatus, Side


@dataclass(frozen=True, kw_only=True)
class OfSupplier(Event):
    """The parties of what one supplier does at a request; no topic of its own."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("rfq.submitted.v1")
class RfqSubmitted(Event):
    """A request waits for an approver."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID


@event("rfq.returned.v1")
class RfqReturned(Event):
    """An approver sent a request back to its author."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    reason: str


@event("rfq.published.v1")
class RfqPublished(Event):
    """Suppliers may quote until ``closes_at``: those invited, and every approved one where the request is public."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    supplier_ids: tuple[UUID, ...]
    closes_at: datetime


@event("rfq.supplier_invited.v1")
class SupplierInvited(Event):
    """A supplier was invited to a request that is already published."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    closes_at: datetime


@event("rfq.guest_admitted.v1")
class GuestAdmitted(Event):
    """A request reached somebody who was invited by mail; ``supplier_id`` is the provisional company made for them."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    guest_id: UUID
    closes_at: datetime


@event("rfq.guest_taken_over.v1")
class GuestTakenOver(Event):
    """An approved company stands where a guest stood: ``guest_id`` is the provisional company that ended with that."""

    rfq_id: UUID
    buyer_id: UUID
    guest_id: UUID
    supplier_id: UUID


@event("rfq.nda_accepted.v1")
class NdaAccepted(Event):
    """A supplier promised not to disclose the documents of a request; the hash says to which text."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    accepted_by: UUID
    text_hash: str


@event("rfq.amended.v1")
class RfqAmended(Event):
    """A published request has a new version, ``edition``.

    ``supplier_ids`` are invited; those in ``to_confirm`` have a quotation that they must confirm or revise, because
    the change is ``material``.
    """

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    edition: int
    material: bool
    supplier_ids: tuple[UUID, ...]
    to_confirm: tuple[UUID, ...]
    closes_at: datetime


@event("amendment.moved.v1")
class AmendmentMoved(Event):
    """An amendment was sent to the approvers, or what waited was decided on or lapsed; suppliers hear of none of it."""

    amendment_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    status: AmendmentStatus
    reason: str


@event("rfq.question_asked.v1")
class QuestionAsked(Event):
    """A supplier asked something; nobody is told which one."""

    question_id: UUID
    rfq_id: UUID
    buyer_id: UUID


@event("rfq.question_answered.v1")
class QuestionAnswered(Event):
    """The buyer answered a question to every invited supplier."""

    question_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    answer_id: UUID
    supplier_ids: tuple[UUID, ...]


@event("rfq.question_declined.v1")
class QuestionDeclined(Event):
    """The buyer will not answer a question; its asker alone is told why."""

    question_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    answer_id: UUID


@event("rfq.supplier_joined.v1")
class SupplierJoined(OfSupplier):
    """A supplier that nobody invited takes part in a public request."""


@event("rfq.viewed.v1")
class RfqViewed(OfSupplier):
    """An invited supplier looked at the request for the first time; who only looks on the board is not told of."""


@event("rfq.quote_intended.v1")
class QuoteIntended(OfSupplier):
    """A supplier is going to quote."""


@event("rfq.invitation_declined.v1")
class InvitationDeclined(OfSupplier):
    """A supplier will not quote."""


@event("rfq.closed.v1")
class RfqClosed(Event):
    """No quotation is accepted any more; ``early`` by the buyer, with a reason, otherwise by the clock."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    early: bool


@event("rfq.cancelled.v1")
class RfqCancelled(Event):
    """The buyer withdrew the request."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    reason: str


@event("rfq.unsuccessful.v1")
class RfqUnsuccessful(Event):
    """The request ended without an award."""

    rfq_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    reason: str


@event("quote.submitted.v1")
class QuoteSubmitted(Event):
    """A supplier's quotation, or a new revision of it, was received and receipted."""

    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    revision: int


@event("quote.confirmed.v1")
class QuoteConfirmed(Event):
    """A supplier let its quotation stand unchanged for version ``edition`` of the request, and has a new receipt."""

    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    revision: int
    edition: int


@event("quote.withdrawn.v1")
class QuoteWithdrawn(Event):
    """A supplier took its quotation back before the deadline."""

    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("quote.expired.v1")
class QuoteExpired(Event):
    """The last day of a quotation is over everywhere; it cannot be awarded before its supplier extends it."""

    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("quote.extended.v1")
class QuoteExtended(Event):
    """A supplier lets its quotation hold longer, with everything else as it was, and has a new receipt."""

    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    revision: int


@event("rfq.award_proposed.v1")
class AwardProposed(Event):
    """An award waits for an approver."""

    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    proposer_id: UUID


@event("rfq.award_returned.v1")
class AwardReturned(Event):
    """An approver sent an award back to its proposer."""

    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    proposer_id: UUID
    reason: str


@event("rfq.awarded.v1")
class RfqAwarded(Event):
    """An award is approved: ``supplier_ids`` won something, ``lost_supplier_ids`` quoted and won nothing."""

    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    lost_supplier_ids: tuple[UUID, ...]
    final: bool


@event("rfq.award_lines_cancelled.v1")
class AwardLinesCancelled(Event):
    """Awarded lines were taken from a supplier (``whole``: all it had); recalled ones lost, and now stand again."""

    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    line_ids: tuple[UUID, ...]
    whole: bool
    reason: str
    recalled_supplier_ids: tuple[UUID, ...]


@event("rfq.letters_issued.v1")
class LettersIssued(Event):
    """A supplier has a letter about its outcome; each one hears of its own alone, and what it says does not travel."""

    letter_id: UUID
    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("rfq.round_opened.v1")
class RoundOpened(Event):
    """A closed request takes quotations again: ``supplier_ids`` go on, ``left_out`` were in before and do not."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    round: int
    supplier_ids: tuple[UUID, ...]
    left_out: tuple[UUID, ...]
    closes_at: datetime


@event("rfq.round_closed.v1")
class RoundClosed(Event):
    """A further round is over, ``early`` by the buyer or by the clock; the first one ends with ``rfq.closed``."""

    rfq_id: UUID
    buyer_id: UUID
    author_id: UUID
    round: int
    early: bool


@event("counter.made.v1")
class CounterMade(Event):
    """One side made a counter-offer on a quotation; what it says does not travel."""

    counter_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    side: Side
    expires_at: datetime


@event("counter.accepted.v1")
class CounterAccepted(Event):
    """The other side accepted: ``revision`` of the quotation holds what was agreed, with a receipt."""

    counter_id: UUID
    quote_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    side: Side
    revision: int


@event("counter.declined.v1")
class CounterDeclined(OfSupplier):
    """The other side said no."""

    counter_id: UUID
    side: Side


@event("counter.withdrawn.v1")
class CounterWithdrawn(OfSupplier):
    """Its maker took a counter-offer back."""

    counter_id: UUID
    side: Side


@event("counter.expired.v1")
class CounterExpired(OfSupplier):
    """Nobody answered in time."""

    counter_id: UUID
    side: Side


@event("message.sent.v1")
class MessageSent(Event):
    """The buyer or a supplier said something to the other about a request; what does not travel."""

    message_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    side: Side
