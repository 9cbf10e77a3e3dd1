"""Who hears that a quotation ran out or holds longer."""

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import MessageType
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.handlers.standing import keep_standings
from b2b_market.rfq.handlers.telling import people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import request_facts


class QuoteRanOutMessage(MessageType):
    """Suppliers: their quotation does not hold any more."""

    code, permission = "rfq.quote_expired", RfqPermission.QUOTE_SUBMIT
    label = N_("Quotations that ran out")
    subject = N_("Your quotation on {number} has run out")
    body = N_("{title}\n\n{buyer} can award nothing of it any more. Extend it if your prices still hold.")


class OfferRanOutMessage(MessageType):
    """Buyers: a quotation that they received does not hold any more."""

    code, permission, mail = "rfq.offer_expired", RfqPermission.COMPARE, False
    label = N_("Received quotations that ran out")
    subject = N_("The quotation of {supplier} on {number} has run out")
    body = N_("{title}\n\nIt cannot be awarded before its supplier extends it.")


class QuoteHoldsLongerMessage(MessageType):
    """Buyers: a supplier extended its quotation."""

    code, permission, mail = "rfq.quote_extended", RfqPermission.COMPARE, False
    label = N_("Quotations extended")
    subject = N_("{supplier} extended its quotation on {number}")
    body = N_("{title}\n\nEverything else stands as it was; revision {revision} was receipted.")


def when_quote_expired_tell_both(work: Work, actor: Actor, event: events.QuoteExpired) -> None:
    """Ask the supplier to extend, and tell the request's author."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    sellers = people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT)
    tell(work, sellers, QuoteRanOutMessage, about)
    author = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    tell(work, author, OfferRanOutMessage, about, supplier=about.names[event.supplier_id])
    keep_standings(work, actor, about)


def when_quote_extended_tell_buyer(work: Work, actor: Actor, event: events.QuoteExtended) -> None:
    """Tell the request's author."""
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    author = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=about.author_id)
    supplier = about.names[event.supplier_id]
    tell(work, author, QuoteHoldsLongerMessage, about, supplier=supplier, revision=event.revision)
    keep_standings(work, actor, about)


HANDLERS = (
    Handler(events.QuoteExpired, when_quote_expired_tell_both, "quote.expired.tell_both"),
    Handler(events.QuoteExtended, when_quote_extended_tell_buyer, "quote.extended.tell_buyer"),
)
