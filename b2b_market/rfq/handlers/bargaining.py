"""Who hears of counter-offers and messages: the other side, and nobody else."""

from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Fact, MessageType, Recipient
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from b2b_market.rfq import events
from b2b_market.rfq.commands.rounds import ReadMessage
from b2b_market.rfq.handlers.telling import At, people_of, tell
from b2b_market.rfq.permissions import RfqPermission
from b2b_market.rfq.public import RequestFacts, request_facts
from b2b_market.rfq.service import talking
from b2b_market.rfq.states import Side


class CounterCame(MessageType):
    """The other side made a counter-offer. No price is told."""

    code, permission = "rfq.counter_made", RfqPermission.COUNTER
    label = N_("Counter-offers to you")
    subject = N_("{company} makes a counter-offer on {number}")
    body = N_("{title}\n\nIt holds until {expires_at}. Accept it, decline it, or make one of your own.")


class CounterAgreed(MessageType):
    """The other side accepted."""

    code, permission = "rfq.counter_accepted", RfqPermission.COUNTER
    label = N_("Counter-offers accepted")
    subject = N_("{company} accepts your counter-offer on {number}")
    body = N_("{title}\n\nRevision {revision} of the quotation holds what was agreed; it was receipted.")


class CounterRefused(MessageType):
    """The other side said no."""

    code, permission = "rfq.counter_declined", RfqPermission.COUNTER
    label = N_("Counter-offers declined")
    subject = N_("{company} declines your counter-offer on {number}")
    body = N_("{title}\n\nThe quotation stands as it is.")


class CounterTakenBack(MessageType):
    """The other side withdrew what waited for an answer."""

    code, permission, mail = "rfq.counter_withdrawn", RfqPermission.COUNTER, False
    label = N_("Counter-offers withdrawn")
    subject = N_("{company} withdrew its counter-offer on {number}")
    body = N_("{title}\n\nThe quotation stands as it is.")


class CounterOver(MessageType):
    """Nobody answered in time; both sides hear it."""

    code, permission, mail = "rfq.counter_expired", RfqPermission.COUNTER, False
    label = N_("Counter-offers that ran out")
    subject = N_("A counter-offer on {number} ran out")
    body = N_("{title}\n\nNobody answered in time. The quotation stands as it is.")


class MessageCame(MessageType):
    """The other side of a talk said something."""

    code, permission = "rfq.message_sent", RfqPermission.TALK
    label = N_("Messages about requests")
    subject = N_("{company} writes about {number}")
    body = N_("{title}\n\n{text}")


def when_counter_made_tell_the_other_side(work: Work, actor: Actor, event: events.CounterMade) -> None:
    """Tell who may answer it."""
    about, people, company = _other_side(work, actor, event, event.side)
    tell(work, people, CounterCame, about, company=company, expires_at=event.expires_at)


def when_counter_accepted_tell_its_maker(work: Work, actor: Actor, event: events.CounterAccepted) -> None:
    """Tell the side that made it."""
    about, people, company = _other_side(work, actor, event, _other(event.side))
    tell(work, people, CounterAgreed, about, company=company, revision=event.revision)


def when_counter_declined_tell_its_maker(work: Work, actor: Actor, event: events.CounterDeclined) -> None:
    """Tell the side that made it."""
    about, people, company = _other_side(work, actor, event, _other(event.side))
    tell(work, people, CounterRefused, about, company=company)


def when_counter_withdrawn_tell_the_other_side(work: Work, actor: Actor, event: events.CounterWithdrawn) -> None:
    """Tell who would have answered."""
    about, people, company = _other_side(work, actor, event, event.side)
    tell(work, people, CounterTakenBack, about, company=company)


def when_counter_expired_tell_both(work: Work, actor: Actor, event: events.CounterExpired) -> None:
    """Tell both sides that it does not hold any more."""
    for side in Side:
        about, people, company = _other_side(work, actor, event, side)
        tell(work, people, CounterOver, about, company=company)


def when_message_sent_tell_the_other_side(work: Work, actor: Actor, event: events.MessageSent) -> None:
    """Tell the other side what was said."""
    about, people, company = _other_side(work, actor, event, event.side)
    said = talking.read_message(work, actor, ReadMessage(event.message_id))
    tell(work, people, MessageCame, about, company=company, text=said.text)


Step = (
    events.CounterMade
    | events.CounterAccepted
    | events.CounterDeclined
    | events.CounterWithdrawn
    | events.CounterExpired
    | events.MessageSent
)


def _other(side: Side) -> Side:
    return Side.SUPPLIER if side is Side.BUYER else Side.BUYER


def _other_side(work: Work, actor: Actor, event: Step, acted: Side) -> tuple[At, list[Recipient], Fact]:
    """Return where the talk is, who is to be told on the side that did not act, and who acted.

    At the buyer the author of the request is told, at the supplier everybody who may quote.
    """
    about = request_facts(work, actor, event.rfq_id, event.supplier_id)
    at = At(about, f"/negotiate/{event.supplier_id}")
    if acted is Side.SUPPLIER:
        return at, _author(work, actor, event.buyer_id, about), about.names[event.supplier_id]
    people = people_of(work, actor, [event.supplier_id], RfqPermission.QUOTE_SUBMIT)
    return at, people, about.buyer


def _author(work: Work, actor: Actor, buyer_id: UUID, about: RequestFacts) -> list[Recipient]:
    return people_of(work, actor, [buyer_id], RfqPermission.TALK, only=about.author_id)


HANDLERS = (
    Handler(events.CounterMade, when_counter_made_tell_the_other_side, "counter.made.tell_the_other_side"),
    Handler(events.CounterAccepted, when_counter_accepted_tell_its_maker, "counter.accepted.tell_its_maker"),
    Handler(events.CounterDeclined, when_counter_declined_tell_its_maker, "counter.declined.tell_its_maker"),
    Handler(
        events.CounterWithdrawn, when_counter_withdrawn_tell_the_other_side, "counter.withdrawn.tell_the_other_side"
    ),
    Handler(events.CounterExpired, when_counter_expired_tell_both, "counter.expired.tell_both"),
    Handler(events.MessageSent, when_message_sent_tell_the_other_side, "message.sent.tell_the_other_side"),
)
