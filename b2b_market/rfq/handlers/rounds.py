"""Who hears of further rounds: those that go on, those that do not, and the buyer at the end."""

from b2b_market.infra.audit_trail import Entry
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


class InvitedToRound(MessageType):
    """Suppliers: they go on, and may better their quotation."""

    code, permission = "rfq.round_opened", RfqPermission.QUOTE_SUBMIT
    label = N_("Further rounds that you go on to")
    subject = N_("{buyer} opens round {round} of {number}: you go on")
    body = N_(
        "{title}\n\nYou may better your quotation until {closes_at}; no line may get worse. If you send nothing, your "
        "quotation stands as it is."
    )


class LeftOut(MessageType):
    """Suppliers: they do not go on, and nothing more."""

    code, permission = "rfq.left_out", RfqPermission.QUOTE_SUBMIT
    label = N_("Further rounds without you")
    subject = N_("{number} of {buyer} goes into a further round without your company")
    body = N_("{title}\n\nYour quotation stays on record. Thank you for it.")


class RoundEnded(MessageType):
    """Buyers: time to compare again."""

    code, permission = "rfq.round_closed", RfqPermission.COMPARE
    label = N_("Further rounds that are over")
    subject = N_("Round {round} of {number} is over: compare the quotations")
    body = N_("{title}\n\nWhoever sent nothing stays with the quotation of before.")


def when_round_opened_tell_suppliers(work: Work, actor: Actor, event: events.RoundOpened) -> None:
    """Invite those that go on, tell the others only that they do not; each reads it in its own trail."""
    about = request_facts(work, actor, event.rfq_id)
    for action, suppliers in (("rfq.round_opened", event.supplier_ids), ("rfq.left_out", event.left_out)):
        for supplier_id in suppliers:
            work.note(Entry(action, "rfq", event.rfq_id, visible_to=(supplier_id,)))
    going_on = people_of(work, actor, event.supplier_ids, RfqPermission.QUOTE_SUBMIT)
    tell(work, going_on, InvitedToRound, about, round=event.round, closes_at=event.closes_at)
    tell(work, people_of(work, actor, event.left_out, RfqPermission.QUOTE_SUBMIT), LeftOut, about)
    keep_standings(work, actor, about)


def when_round_closed_tell_buyer(work: Work, actor: Actor, event: events.RoundClosed) -> None:
    """Tell the author that the comparison can go on."""
    about = request_facts(work, actor, event.rfq_id)
    people = people_of(work, actor, [event.buyer_id], RfqPermission.COMPARE, only=event.author_id)
    tell(work, people, RoundEnded, about, round=event.round)


HANDLERS = (
    Handler(events.RoundOpened, when_round_opened_tell_suppliers, "rfq.round_opened.tell_suppliers"),
    Handler(events.RoundClosed, when_round_closed_tell_buyer, "rfq.round_closed.tell_buyer"),
)
