"""Published facts of complaints. What it costs is for finance; grounds and names stay where they are."""

from decimal import Decimal
from typing import Final
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.complaint_fee_due.v1")
class ComplaintFeeDue(Event):
    """A complaint waits for its fee, which ``supplier_id`` owes ``body_id``."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID
    body_id: UUID
    amount: Decimal
    currency: str


@event("tender.complaint_fee_paid.v1")
class ComplaintFeePaid(Event):
    """The fee of a complaint has arrived at ``body_id``; ``reference`` is the bank's."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID
    amount: Decimal
    currency: str
    reference: str
    body_id: UUID | None = None


@event("tender.complaint_fee_refundable.v1")
class ComplaintFeeRefundable(Event):
    """A complaint was upheld: ``body_id`` returns its fee to ``supplier_id``; ``reference`` is that of the payment."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID
    body_id: UUID
    amount: Decimal
    currency: str
    reference: str


@event("tender.complaint_lodged.v1")
class ComplaintLodged(Event):
    """A complaint or an objection counts from here on."""

    complaint_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    body_id: UUID
    kind: str


@event("tender.complaint_accepted.v1")
class ComplaintAccepted(Event):
    """The review body hears a complaint."""

    complaint_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.complaint_answered.v1")
class ComplaintAnswered(Event):
    """The buyer has said what it thinks of a complaint."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID
    body_id: UUID


@event("tender.complaint_decided.v1")
class ComplaintDecided(Event):
    """A complaint has its decision: ``invalid``, ``declined``, ``satisfied`` or ``stopped``."""

    complaint_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    outcome: str


@event("tender.complaint_withdrawn.v1")
class ComplaintWithdrawn(Event):
    """A complaint was taken back before it was heard."""

    complaint_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.complaint_lapsed.v1")
class ComplaintLapsed(Event):
    """The time for complaints ended before this one was lodged or paid."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("tender.complaint_resolved.v1")
class ComplaintResolved(Event):
    """The buyer has acted on an upheld complaint."""

    complaint_id: UUID
    tender_id: UUID
    supplier_id: UUID


COMPLAINT_EVENTS: Final[tuple[type[Event], ...]] = (
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintDecided,
    ComplaintFeeDue,
    ComplaintFeePaid,
    ComplaintFeeRefundable,
    ComplaintLapsed,
    ComplaintLodged,
    ComplaintResolved,
    ComplaintWithdrawn,
)
