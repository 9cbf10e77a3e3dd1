"""Who hears that awarded lines were cancelled: their supplier, and those whose quotations stand again."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts


class AwardCancelled(MessageType):
    """Suppliers: what they had won is taken back."""

    code, permission = "rfq.award_lines_cancelled", RfqPermission.QUOTE_SUBMIT
    label = N_("Awards to you that were cancelled")
    subject = N_("{buyer} cancelled its award of {number} to you")
    body = N_("{title}\n\nLines cancelled: {lines}. The reason given: {reason}\n\nA letter is on the request's page.")


class QuoteRecalled(MessageType):
    """Suppliers: an award to somebody else did not last."""

    code, permission = "quote.recalled", RfqPermission.QUOTE_SUBMIT
    label = N_("Requests that are open to award again")
    subject = N_("Your quotation on {number} counts again")
    body = N_("{title}\n\n{buyer} awards lines of the request anew. Extend your quotation if it has run out.")


def when_award_lines_cancelled_tell_suppliers(work: Work, actor: Actor, event: events.AwardLinesCancelled) -> None:
    """Tell the supplier that lost lines why, and the others, if their quotations stand again, that they do."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT)
    tell(work, people, AwardCancelled, about, lines=len(event.line_ids), reason=event.reason)
    others = people_of(work, actor, event.recalled_supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, others, QuoteRecalled, about)


HANDLERS = (
    Handler(
        events.AwardLinesCancelled,
        when_award_lines_cancelled_tell_suppliers,
        "rfq.lines_cancelled.tell_suppliers",
    ),
)
