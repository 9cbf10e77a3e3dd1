"""Sending the mail that is due; where no mail server is set, keeping it for the mailbox page."""

from typing import Final

import structlog

from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.smtp import MailConnection, MailRefused, MailServer
from b2b_market.infra.tasks import Task
from b2b_market.infra.who import Cause
from b2b_market.notifications import documents
from b2b_market.notifications.commands import ClaimMail, KeepMail, MailFailed, MailSent
from b2b_market.notifications.service import mail
from b2b_market.notifications.service.views import MailView
from b2b_market.rbac.actor import system_actor

# A batch on a server at its slowest (20 s each) ends before its lease of five minutes does.
BATCH: Final = 10
_SENDER: Final = system_actor("schedule")
log = structlog.get_logger("notifications")


def send_mail(runtime: Runtime) -> int:
    """Send what is due, batch by batch; return how many mails the server took, or were kept where there is none.

    Leases are committed before anything is sent, so two senders share the work. A crash between the server's yes and
    our note of it sends that mail again, under the same Message-ID.
    """
    url = runtime.settings.smtp_url
    if url is None:
        with runtime.work(_SENDER.who, _SENDER.tenant(), _cause()) as work:
            return mail.keep_mail(work, _SENDER, KeepMail())
    server, sent = MailServer.from_url(url.get_secret_value()), 0
    while True:
        with runtime.work(_SENDER.who, _SENDER.tenant(), _cause()) as work:
            batch = mail.claim_mail(work, _SENDER, ClaimMail(BATCH))
        sent += _send_batch(runtime, server, batch)
        if len(batch) < BATCH:
            return sent


def _send_batch(runtime: Runtime, server: MailServer, batch: tuple[MailView, ...]) -> int:
    if not batch:
        return 0
    try:
        with server.connect() as connection:
            return sum(_send_one(runtime, server, connection, each) for each in batch)
    except MailRefused as refused:
        log.warning("mail server out of reach", reason=str(refused))
        for each in batch:
            _note_failed(runtime, each, str(refused), forever=False)
        return 0


def _send_one(runtime: Runtime, server: MailServer, connection: MailConnection, each: MailView) -> int:
    body = documents.mail_body(each.mail, documents.catalogue(), runtime.settings.public_url)
    try:
        connection.send(documents.compose(each.mail, str(each.id), server.sender, body))
    except ValueError as error:
        _note_failed(runtime, each, f"the mail cannot be written: {error}", forever=True)
        return 0
    except MailRefused as refused:
        log.warning("mail refused", mail_id=str(each.id), reason=str(refused), forever=refused.forever)
        _note_failed(runtime, each, str(refused), forever=refused.forever)
        return 0
    with runtime.work(_SENDER.who, _SENDER.tenant(), _cause()) as work:
        mail.note_mail_sent(work, _SENDER, MailSent(each.id))
    return 1


def _note_failed(runtime: Runtime, each: MailView, error: str, *, forever: bool) -> None:
    with runtime.work(_SENDER.who, _SENDER.tenant(), _cause()) as work:
        mail.note_mail_failed(work, _SENDER, MailFailed(each.id, error, forever))


def _cause() -> Cause:
    return Cause("task", new_correlation())


TASKS: Final = (Task("notifications.send_mail", send_mail, 5.0),)
