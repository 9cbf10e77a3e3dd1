"""Published facts of framework agreements and call-offs: ids and times, never amounts."""

from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("framework.concluded.v1")
class FrameworkConcluded(Event):
    """An awarded lot became a framework agreement with its members, by rank."""

    framework_id: UUID
    tender_id: UUID
    lot_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    ends_at: datetime


@event("framework.terminated.v1")
class FrameworkTerminated(Event):
    """The buyer ended an agreement early."""

    framework_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    reason: str


@event("framework.expired.v1")
class FrameworkExpired(Event):
    """An agreement's time is over; what was accepted stays."""

    framework_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]


@event("call_off.submitted.v1")
class CallOffSubmitted(Event):
    """A call-off above the limit of who placed it waits for an approver."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    author_id: UUID


@event("call_off.returned.v1")
class CallOffReturned(Event):
    """An approver sent a call-off back."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    author_id: UUID
    reason: str


@event("call_off.offered.v1")
class CallOffOffered(Event):
    """A member is asked to accept a call-off by ``due_at``."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    due_at: datetime


@event("call_off.declined.v1")
class CallOffDeclined(Event):
    """A member declined a call-off, or let the time pass; the next member's turn comes."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("call_off.accepted.v1")
class CallOffAccepted(Event):
    """A member accepted a call-off; its contract is drafted."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("call_off.unplaced.v1")
class CallOffUnplaced(Event):
    """No member took a call-off; nothing of it counts against the ceiling any more."""

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID


@event("call_off.cancelled.v1")
class CallOffCancelled(Event):
    """The buyer cancelled a call-off; ``supplier_id`` is whose turn it was or who had accepted.

    ``award_id`` is the award of the competition that had decided it.
    """

    call_off_id: UUID
    framework_id: UUID
    buyer_id: UUID
    supplier_id: UUID | None
    award_id: UUID | None
    reason: str


FRAMEWORK_EVENTS: Final[tuple[type[Event], ...]] = (
    FrameworkConcluded,
    FrameworkTerminated,
    FrameworkExpired,
    CallOffSubmitted,
    CallOffReturned,
    CallOffOffered,
    CallOffDeclined,
    CallOffAccepted,
    CallOffUnplaced,
    CallOffCancelled,
)
