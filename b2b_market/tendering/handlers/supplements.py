"""Who hears of a supplementary pool: those who may draw from it. Drawn members are called as after any draw."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.events.supplements import SupplementNamed
from b2b_market.tendering.handlers.telling import people_with, tell
from b2b_market.tendering.permissions import TenderPermission


class DrawWanted(MessageType):
    """Approvers: empty seats wait for their word."""

    code, permission = "tender.draw_wanted", TenderPermission.APPROVE
    label = N_("Supplementary draws that wait for your word")
    subject = N_("{number}: a supplementary draw waits for your word")
    body = N_(
        "{title}\n\nMore people were named for the committee's empty seats. Give a word; then the seats are drawn."
    )


def when_supplement_named_ask_approvers(work: Work, actor: Actor, event: SupplementNamed) -> None:
    """Ask the approvers, but not who named the people."""
    people = people_with(work, actor, [event.buyer_id], TenderPermission.APPROVE, without=event.named_by)
    tell(work, actor, people, DrawWanted, event.tender_id, link=f"/tenders/{event.tender_id}/committee")


SUPPLEMENT_HANDLERS = (
    Handler(SupplementNamed, when_supplement_named_ask_approvers, "tender.supplement_named.ask_approvers"),
)
