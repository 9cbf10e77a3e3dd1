"""Published facts of the committee."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


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


COMMITTEE_EVENTS = (CommitteeDrawn, MemberReplaced, CommitteeShort, SheetsOpened)
