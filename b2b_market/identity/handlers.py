"""What identity does about its own facts: it mails links, and tells people that their password has changed."""

from uuid import UUID

from b2b_market.identity.commands import IssueCode, IssueEntry, IssueLink
from b2b_market.identity.events import EntryCodeRequested, EntryRequested, PasswordChanged, ResetRequested
from b2b_market.identity.service.accounts import read_people
from b2b_market.identity.service.entering import issue_code, issue_entry
from b2b_market.identity.service.passwords import issue_link
from b2b_market.identity.service.views import PersonView
from b2b_market.identity.states import LinkPurpose
from b2b_market.infra.work import Work
from b2b_market.kernel.text import N_
from b2b_market.notifications.public import Message, MessageType, Recipient, notify
from b2b_market.rbac.actor import Actor


class PasswordReset(MessageType):
    """The link somebody asked for because they forgot their password."""

    code = "identity.password_reset"
    label = N_("Links to set a new password")
    subject = N_("Set a new password")
    body = N_(
        "Somebody, probably you, asked for a new password for {email}.\n\n"
        "The link works once, within one hour. If it was not you, ignore this mail: nothing has changed."
    )
    in_app = False
    obligatory = True


class PasswordSet(MessageType):
    """The notice that a password was set or changed."""

    code = "identity.password_set"
    label = N_("Changes of your password")
    subject = N_("Your password was changed")
    body = N_(
        "The password of {email} was set on {at}. All other sessions have ended.\n\n"
        "If it was not you, set a new one at once by the page for forgotten passwords."
    )
    in_app = False
    obligatory = True


class EntryLink(MessageType):
    """The link somebody asked for to enter without a password."""

    code = "identity.entry_link"
    label = N_("Links to enter without a password")
    subject = N_("Your link to enter")
    body = N_(
        "Somebody, probably you, asked for a link to enter with {email}.\n\n"
        "It works once, within seven days, together with a code that we mail you then. If it was not you, ignore this "
        "mail: nobody can enter without your mail."
    )
    in_app = False
    obligatory = True


class EntryCode(MessageType):
    """The code that belongs to a link to enter."""

    code = "identity.entry_code"
    label = N_("Codes to enter without a password")
    subject = N_("Your code to enter")
    body = N_(
        "Your code is {code}\n\n"
        "It works once, within ten minutes, where you asked for it. Never tell it to anybody: nobody of the exchange "
        "will ask you for it."
    )
    in_app = False
    obligatory = True


def when_entry_requested_mail_link(work: Work, actor: Actor, event: EntryRequested) -> None:
    """Mail a fresh link to enter to the person who asked for one."""
    token = issue_entry(work, actor, IssueEntry(event.user_id))
    reader = _reader(work, event.user_id)
    message = Message(
        type=EntryLink, facts={"email": reader.address}, link="/enter?token={token}", secrets={"token": token}
    )
    notify(work, [reader], message)


def when_entry_code_requested_mail_code(work: Work, actor: Actor, event: EntryCodeRequested) -> None:
    """Mail a fresh code to the person of the link, unless the link has ended meanwhile."""
    made = issue_code(work, actor, IssueCode(event.link_id))
    if made is not None:
        message = Message(type=EntryCode, link="/enter", secrets={"code": made.code})
        notify(work, [recipient_of(made.person)], message)


def when_reset_requested_mail_link(work: Work, actor: Actor, event: ResetRequested) -> None:
    """Mail a fresh link to the person who asked for one."""
    token = issue_link(work, actor, IssueLink(event.user_id, LinkPurpose.RESET))
    reader = _reader(work, event.user_id)
    message = Message(
        type=PasswordReset,
        facts={"email": reader.address},
        link="/set-password?token={token}",
        secrets={"token": token},
    )
    notify(work, [reader], message)


def when_password_changed_tell_owner(work: Work, _actor: Actor, event: PasswordChanged) -> None:
    """Tell a person that their password was set, so that a stranger's change does not stay unseen."""
    reader = _reader(work, event.user_id)
    message = Message(type=PasswordSet, facts={"email": reader.address, "at": work.now()}, link="/forgot-password")
    notify(work, [reader], message)


def _reader(work: Work, user_id: UUID) -> Recipient:
    return recipient_of(read_people(work, [user_id])[user_id])


def recipient_of(person: PersonView) -> Recipient:
    """Return a person as a reader of mail."""
    return Recipient(
        address=person.email,
        name=person.name,
        locale=person.locale,
        timezone=person.timezone,
        user_id=person.id,
    )
