"""Who hears of amendments that need an approval: the approvers, then their author. Suppliers hear of none."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.telling import At, people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts
from b2b_market.rfq.states import AmendmentStatus


class AmendmentToApprove(MessageType):
    """Approvers: an amendment waits for them."""

    code, permission = "rfq.amendment_submitted", RfqPermission.APPROVE
    label = N_("Amendments waiting for approval")
    subject = N_("An amendment of {number} waits for your approval")
    body = N_("{title}\n\nThe request goes on as it is until you approve it, and until {closes_at} at the latest.")


class AmendmentStands(MessageType):
    """Authors: it was approved and published."""

    code, permission, mail = "rfq.amendment_approved", RfqPermission.PUBLISH, False
    label = N_("Your amendments that were approved")
    subject = N_("Your amendment of {number} was approved")
    body = N_("{title}\n\nIt is published, and every supplier was told what changed.")


class AmendmentSentBack(MessageType):
    """Authors: an approver returned it."""

    code, permission = "rfq.amendment_returned", RfqPermission.PUBLISH
    label = N_("Your amendments that were returned")
    subject = N_("Your amendment of {number} was returned")
    body = N_("{title}\n\nReason: {reason}\n\nThe request stands as it is.")


class AmendmentOver(MessageType):
    """Authors: nobody decided in time."""

    code, permission = "rfq.amendment_lapsed", RfqPermission.PUBLISH
    label = N_("Your amendments that nobody decided on")
    subject = N_("Your amendment of {number} has lapsed")
    body = N_("{title}\n\nThe request closed or ended before anybody decided.")


_TOLD_AUTHOR = {
    AmendmentStatus.APPROVED: AmendmentStands,
    AmendmentStatus.RETURNED: AmendmentSentBack,
    AmendmentStatus.LAPSED: AmendmentOver,
}


def when_amendment_moved_tell_whose_turn_it_is(work: Work, actor: Actor, event: events.AmendmentMoved) -> None:
    """Tell the approvers of one that waits, but not its author, whom S1 excludes; and the author what became of it."""
    about = request_facts(work, actor, event.rfq_id)
    at = At(about, "", f"/rfq-amendments/{event.amendment_id}")
    if event.status is AmendmentStatus.PENDING_APPROVAL:
        people = people_of(work, actor, [event.buyer_id], RfqPermission.APPROVE, without=event.author_id)
        tell(work, people, AmendmentToApprove, at, closes_at=about.closes_at or "")
        return
    kind = _TOLD_AUTHOR.get(event.status)
    if kind is not None:
        people = people_of(work, actor, [event.buyer_id], RfqPermission.PUBLISH, only=event.author_id)
        tell(work, people, kind, at, reason=event.reason)


HANDLERS = (
    Handler(events.AmendmentMoved, when_amendment_moved_tell_whose_turn_it_is, "amendment.moved.tell_whose_turn_it_is"),
)
