"""Who hears of a supplementary pool: those who may draw from it. Drawn members are called as after any draw."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Message, MessageType, notify
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.supplements import SupplementNamed
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.service import drafting


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
    found = organizations.people_with(work, actor, [event.buyer_id], TenderPermission.APPROVE)
    people = [person for person in found if person.user_id != event.named_by]
    if not people:
        return
    tender = drafting.read_tender(work, actor, ReadTender(event.tender_id)).tender
    message = Message(
        type=DrawWanted,
        facts={"number": tender.number, "title": tender.title},
        link=f"/tenders/{tender.id}/committee",
        object_type="tender",
        object_id=tender.id,
        object_name=f"{tender.number} {tender.title}",
    )
    notify(work, people, message)


SUPPLEMENT_HANDLERS = (
    Handler(SupplementNamed, when_supplement_named_ask_approvers, "tender.supplement_named.ask_approvers"),
)
