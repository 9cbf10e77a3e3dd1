"""Writing messages, within whichever operation or handler has something to say."""

from collections.abc import Sequence

from b2b_market.infra.bulk import insert_together
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.notifications import queries, rules
from b2b_market.notifications.commands import Message, Recipient
from b2b_market.notifications.models import Notification, NotificationMail
from b2b_market.notifications.states import MailStatus
from b2b_market.rbac.actor import Scope


def write_message(work: Work, scope: Scope, recipients: Sequence[Recipient], message: Message) -> None:
    """Write the message for each recipient once, by the channels they want, within the caller's transaction."""
    rules.require_path(message.link)
    readers = rules.each_once(recipients)
    known = [reader.user_id for reader in readers if reader.user_id is not None]
    asked = known and not message.type.obligatory
    choices = queries.choices_of(work.session, scope, known, message.type.code) if asked else {}
    shown: list[dict[str, object]] = []
    mailed: list[dict[str, object]] = []
    for reader in readers:
        choice = choices.get(reader.user_id) if reader.user_id is not None else None
        if rules.in_app_wanted(message, reader, choice):
            shown.append(_notification_row(work, reader, message))
        if rules.mail_wanted(message, reader, choice):
            mailed.append(_mail_row(work, reader, message))
    # Plain inserts: the row policies let everybody write a message but only its reader see it, so nothing is returned.
    insert_together(work.session, (Notification, shown), (NotificationMail, mailed))


def _notification_row(work: Work, reader: Recipient, message: Message) -> dict[str, object]:
    own = new_id()
    return {
        "id": own,
        "user_id": reader.user_id,
        "org_id": reader.org_id,
        "kind": message.type.code,
        "subject": message.type.subject,
        "body": message.type.body,
        "facts": rules.store_facts(message.facts),
        "link": message.link,
        "object_type": message.object_type,
        "object_id": message.object_id or own,
        "object_name": message.object_name,
        "created_at": work.now(),
        "read_at": None,
    }


def _mail_row(work: Work, reader: Recipient, message: Message) -> dict[str, object]:
    return {
        "id": new_id(),
        "kind": message.type.code,
        "user_id": reader.user_id,
        "org_id": reader.org_id,
        "address": reader.address,
        "name": reader.name,
        "locale": reader.locale,
        "timezone": reader.timezone,
        "subject": message.type.subject,
        "body": message.type.body,
        "facts": rules.store_facts(message.facts),
        "secrets": dict(message.secrets) or None,
        "link": message.link,
        "obligatory": message.type.obligatory,
        "status": MailStatus.QUEUED,
        "attempts": 0,
        "next_attempt_at": work.now(),
        "created_at": work.now(),
        "sent_at": None,
        "error": "",
        "veil": work.veiled,
    }
