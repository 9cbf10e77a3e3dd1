"""Published facts of the stages before the bids, and between two rounds of them."""

from datetime import datetime
from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.application_sent.v1")
class ApplicationSent(Event):
    """A company asked to take part, or replaced what it had sent; nobody else is told."""

    application_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("tender.application_withdrawn.v1")
class ApplicationWithdrawn(Event):
    """A company took its application back; nobody else is told."""

    application_id: UUID
    tender_id: UUID
    supplier_id: UUID


@event("tender.applications_extended.v1")
class ApplicationsExtended(Event):
    """Applications are received longer than announced; a new edition of the notice says so."""

    tender_id: UUID
    buyer_id: UUID
    ends_at: datetime
    reason: str


@event("tender.applications_ended.v1")
class ApplicationsEnded(Event):
    """The time for applications is over; the buyer reads and judges them."""

    tender_id: UUID
    buyer_id: UUID


@event("tender.application_failing.v1")
class ApplicationFailing(Event):
    """One person found that an application fails; another one decides."""

    qualification_id: UUID
    tender_id: UUID
    buyer_id: UUID
    judge_id: UUID


@event("tender.application_decided.v1")
class ApplicationDecided(Event):
    """The letter to a company that applied is out; the stand-still begins where there is one."""

    qualification_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID
    standstill_ends_at: datetime


@event("tender.application_lapsed.v1")
class ApplicationLapsed(Event):
    """So few companies applied that none of the applications is judged."""

    application_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.too_few_qualified.v1")
class TooFewQualified(Event):
    """Fewer companies applied or qualified than the procedure asks for; nothing is tendered."""

    tender_id: UUID
    buyer_id: UUID


@event("tender.qualified_invited.v1")
class QualifiedInvited(Event):
    """Those who qualified may take part in what follows."""

    tender_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]


@event("tender.talks_begun.v1")
class TalksBegun(Event):
    """Opened bids are negotiated with their bidders."""

    tender_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]


@event("tender.talk_recorded.v1")
class TalkRecorded(Event):
    """Minutes, a question or an information stands in the record of the talks with one company."""

    talk_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.talk_answered.v1")
class TalkAnswered(Event):
    """A company answered a question, or remarked on minutes."""

    talk_id: UUID
    tender_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("tender.talks_ended.v1")
class TalksEnded(Event):
    """The talks are over; ``next_id`` is the draft of the tender with the final bids."""

    tender_id: UUID
    buyer_id: UUID
    supplier_ids: tuple[UUID, ...]
    next_id: UUID


SELECTING_EVENTS = (
    ApplicationSent,
    ApplicationWithdrawn,
    ApplicationsExtended,
    ApplicationsEnded,
    ApplicationFailing,
    ApplicationDecided,
    ApplicationLapsed,
    TooFewQualified,
    QualifiedInvited,
    TalksBegun,
    TalkRecorded,
    TalkAnswered,
    TalksEnded,
)
