"""Who hears what of a committee: its members, and the buyer. Bidders hear nothing of it."""

from collections.abc import Iterable
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.committee import CommitteeDrawn, CommitteeShort, MemberReplaced, SheetsOpened
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import committee


class SeatTaken(MessageType):
    """Members: they were drawn."""

    code, permission, obligatory = "tender.seat_taken", TenderPermission.COMMITTEE_SIT, True
    label = N_("Committees that you are drawn into")
    subject = N_("{number} of {buyer}: you sit in the committee")
    body = N_("{title}\n\nDeclare whether you have a conflict with a bidder. You read no bid before that.")


class CommitteeLacks(MessageType):
    """Buyers: the committee cannot be filled."""

    code, permission = "tender.committee_short", TenderPermission.DRAFT
    label = N_("Committees that cannot be filled")
    subject = N_("{number}: too few people for the committee")
    body = N_("{title}\n\nToo few people without a conflict are left in the pool. The bids cannot be scored.")


class SheetsOpen(MessageType):
    """Evaluators: the committee has scored."""

    code, permission = "tender.sheets_opened", TenderPermission.EVALUATE
    label = N_("Committees that have scored")
    subject = N_("{number}: the committee's sheets are open")
    body = N_("{title}\n\nEvery member has handed in. The bids have their places.")


def when_committee_drawn_call_members(work: Work, actor: Actor, event: CommitteeDrawn) -> None:
    """Ask the members to declare."""
    _call(work, actor, event.tender_id, event.member_ids)


def when_member_replaced_call_the_next(work: Work, actor: Actor, event: MemberReplaced) -> None:
    """Ask the new member to declare."""
    _call(work, actor, event.tender_id, [event.came_id])


def when_committee_short_tell_buyer(work: Work, actor: Actor, event: CommitteeShort) -> None:
    """Tell those who wrote the tender."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.DRAFT)
    tell(work, actor, people, CommitteeLacks, event.tender_id, link=f"/tenders/{event.tender_id}/committee")


def when_sheets_opened_tell_evaluators(work: Work, actor: Actor, event: SheetsOpened) -> None:
    """Tell those who go on with the award."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.EVALUATE)
    tell(work, actor, people, SheetsOpen, event.tender_id, link=f"/tenders/{event.tender_id}/committee")


def _call(work: Work, actor: Actor, tender_id: UUID, user_ids: Iterable[UUID]) -> None:
    wanted = set(user_ids)
    jurors = committee.read_seats(work, actor, ReadTender(tender_id))
    companies = {one.org_id for one in jurors if one.user_id in wanted}
    found = people_with(work, actor, sorted(companies), TenderPermission.COMMITTEE_SIT)
    sits = {(one.user_id, one.org_id) for one in jurors if one.user_id in wanted}
    people = [person for person in found if (person.user_id, person.org_id) in sits]
    tell(work, actor, people, SeatTaken, tender_id, link=f"/tenders/{tender_id}/committee")


COMMITTEE_HANDLERS = (
    Handler(CommitteeDrawn, when_committee_drawn_call_members, "tender.committee_drawn.call_members"),
    Handler(MemberReplaced, when_member_replaced_call_the_next, "tender.member_replaced.call_the_next"),
    Handler(CommitteeShort, when_committee_short_tell_buyer, "tender.committee_short.tell_buyer"),
    Handler(SheetsOpened, when_sheets_opened_tell_evaluators, "tender.sheets_opened.tell_evaluators"),
)
