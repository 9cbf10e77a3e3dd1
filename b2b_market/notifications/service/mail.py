"""Looking after the mail: leasing it to the sender, keeping it where no server is set, trying again."""

from sqlalchemy import update

from b2b_market.infra.database import Tenant
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.notifications import queries, rules
from b2b_market.notifications.commands import (
    ClaimMail,
    KeepMail,
    ListFailedMail,
    ListMailbox,
    MailFailed,
    MailSent,
    ReadMailboxEntry,
    RetryMail,
)
from b2b_market.notifications.models import NotificationMail
from b2b_market.notifications.permissions import MailPermission
from b2b_market.notifications.service.views import MailView, mail_view
from b2b_market.notifications.states import LIFECYCLE, MailStatus
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_MACHINE = "the schedule delivers mail for everybody"
_MAILBOX = "served where no mail server is set and in development only; shows every mail, as a mail trap does"


@operation(MailPermission.READ)
def list_failed_mail(work: Work, scope: Scope, command: ListFailedMail) -> Page[MailView]:
    """Return the mails that were given up, newest first."""
    return queries.failed_mail(work.session, scope, command.page).map(mail_view)


@operation(MailPermission.RETRY)
def retry_mail(work: Work, scope: Scope, command: RetryMail) -> MailView:
    """Put a mail that was given up back into the queue, with all its attempts before it."""
    mail = queries.lock_mail(work.session, scope, command.mail_id)
    # The operator's fence shows mails that were given up; the way back into the queue is the machine's.
    work.act_for(Tenant(machine=True))
    LIFECYCLE.advance(mail, "retry")
    mail.attempts, mail.next_attempt_at, mail.error = 0, work.now(), ""
    work.session.flush()
    return mail_view(mail)


@operation(system=True, reason=_MACHINE)
def claim_mail(work: Work, scope: Scope, command: ClaimMail) -> tuple[MailView, ...]:
    """Lease due mails to the caller, who sends them after this transaction; an unsettled lease ends by itself."""
    work.act_for(Tenant(machine=True))
    mails = queries.due_mail(work.session, scope, work.now(), command.batch)
    for mail in mails:
        mail.attempts += 1
        mail.next_attempt_at = work.now() + rules.LEASE
    return tuple(mail_view(mail) for mail in mails)


@operation(system=True, reason=_MACHINE)
def note_mail_sent(work: Work, scope: Scope, command: MailSent) -> None:
    """Note that the server has taken a mail, and forget its secrets."""
    work.act_for(Tenant(machine=True))
    mail = queries.lock_mail(work.session, scope, command.mail_id)
    if mail.status is MailStatus.QUEUED:  # a second sender, after the first one's lease ended, changes nothing
        LIFECYCLE.advance(mail, "send")
        mail.sent_at, mail.secrets, mail.error = work.now(), None, ""


@operation(system=True, reason=_MACHINE)
def note_mail_failed(work: Work, scope: Scope, command: MailFailed) -> None:
    """Put a mail back with a doubling delay; give it up after the last attempt or where trying again is pointless."""
    work.act_for(Tenant(machine=True))
    mail = queries.lock_mail(work.session, scope, command.mail_id)
    if mail.status is not MailStatus.QUEUED:  # settled by another sender
        return
    again = None if command.forever else rules.next_attempt(mail.attempts, work.now())
    mail.error = command.error[:500]
    if again is None:
        LIFECYCLE.advance(mail, "give_up")
    else:
        mail.next_attempt_at = again


@operation(system=True, reason=_MACHINE)
def keep_mail(work: Work, _scope: Scope, _command: KeepMail) -> int:
    """Turn every waiting mail into one that stays in the mailbox page: a mail server set later sends no old mail."""
    work.act_for(Tenant(machine=True))
    # One statement for however many there are; it is the table's step "keep", whose only source it names.
    done = work.session.execute(
        update(NotificationMail).where(NotificationMail.status == MailStatus.QUEUED).values(status=MailStatus.KEPT)
    )
    return int(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult


@operation(public=True, reason=_MAILBOX)
def list_mailbox(work: Work, scope: Scope, command: ListMailbox) -> Page[MailView]:
    """Return every mail that stayed here, newest first."""
    work.act_for(Tenant(machine=True))
    return queries.mailbox(work.session, scope, command.page).map(mail_view)


@operation(public=True, reason=_MAILBOX)
def read_mailbox_entry(work: Work, scope: Scope, command: ReadMailboxEntry) -> MailView:
    """Return one mail that stayed here."""
    work.act_for(Tenant(machine=True))
    return mail_view(queries.lock_mail(work.session, scope, command.mail_id))
