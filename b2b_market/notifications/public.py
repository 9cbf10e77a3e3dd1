"""What other modules may ask of notifications: to tell somebody something.

Declare a message type beside the handler that sends it, resolve the readers, call :func:`notify`::

    class InvitedToQuote(MessageType):
        code = "rfq.invited"
        label = N_("Invitations to quote")
        subject = N_("You are invited to quote {number}")
        body = N_("{buyer} asks for a quote on {title} by {closes_at}.")

    notify(work, readers, Message(type=InvitedToQuote, facts={"closes_at": rfq.closes_at, …}, link=f"/rfqs/{rfq.id}"))
"""

from collections.abc import Sequence

from b2b_market.infra.work import Work
from b2b_market.notifications.commands import Bilingual, Fact, Message, MessageType, Phrase, Recipient, Thing
from b2b_market.notifications.documents import catalogue
from b2b_market.notifications.service import writing
from b2b_market.rbac.actor import Scope, system_actor

__all__ = [
    "Bilingual",
    "Fact",
    "Message",
    "MessageType",
    "Phrase",
    "Recipient",
    "Thing",
    "catalogue",
    "notify",
    "tell",
]


def notify(work: Work, recipients: Sequence[Recipient], message: Message) -> None:
    """Tell each recipient once, by the channels they want, as part of the caller's transaction.

    Rows are written and nothing leaves the process: mail goes out after the commit, and a message that is rolled back
    never existed. The caller decides who may know what ``message`` says.
    """
    writing.write_message(work, Scope(system_actor("notifications"), None), recipients, message)


def tell(work: Work, recipients: Sequence[Recipient], kind: type[MessageType], thing: Thing, **facts: Fact) -> None:
    """Send each recipient a message of ``kind`` about a thing that several kinds are about."""
    message = Message(
        type=kind,
        facts={**thing.facts, **facts},
        link=thing.link,
        object_type=thing.type,
        object_id=thing.id,
        object_name=thing.name,
    )
    notify(work, recipients, message)
