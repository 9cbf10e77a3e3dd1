"""Published facts of joint tenders."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("tender.participant_invited.v1")
class ParticipantInvited(Event):
    """A lead buyer asks a company to buy with it."""

    tender_id: UUID
    buyer_id: UUID
    org_id: UUID


@event("tender.participation_answered.v1")
class ParticipationAnswered(Event):
    """A company said whether it takes part."""

    tender_id: UUID
    buyer_id: UUID
    org_id: UUID
    confirmed: bool
