"""Who hears that a supplier accepted a non-disclosure agreement."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts


class AgreementAccepted(MessageType):
    """Buyers: a supplier promised not to disclose."""

    code, permission, mail = "rfq.nda_accepted", RfqPermission.COMPARE, False
    label = N_("Non-disclosure agreements accepted")
    subject = N_("{supplier} accepted your agreement for {number}")
    body = N_("{title}\n\nIts documents are open to that company now.")


def when_nda_accepted_tell_buyer(work: Work, actor: Actor, event: events.NdaAccepted) -> None:
    """Tell the author of the request; who accepted reads it on the own trail already."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, people, AgreementAccepted, about, supplier=about.names[event.supplier_id])


HANDLERS = (Handler(events.NdaAccepted, when_nda_accepted_tell_buyer, "rfq.nda_accepted.tell_buyer"),)
