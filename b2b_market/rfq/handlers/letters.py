"""Who hears of letters: the supplier that each is for."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts


class LetterArrived(MessageType):
    """Suppliers: the buyer's letter about the outcome."""

    code, permission = "rfq.letters_issued", RfqPermission.QUOTE_SUBMIT
    label = N_("Letters about the outcome")
    subject = N_("{buyer} wrote you a letter about {number}")
    body = N_("{title}\n\nThe request's page has it as PDF and DOCX, in Chinese and English.")


def when_letters_issued_tell_supplier(work: Work, actor: Actor, event: events.LettersIssued) -> None:
    """Tell the supplier that a letter is there; what it says stands on the request's page."""
    about = request_facts(work, actor, event.rfq_id)
    tell(work, people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT), LetterArrived, about)


HANDLERS = (Handler(events.LettersIssued, when_letters_issued_tell_supplier, "rfq.letters_issued.tell_supplier"),)
