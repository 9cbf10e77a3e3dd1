"""What operations return: frozen values, the rows stay inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.notifications import rules
from b2b_market.notifications.commands import Fact, MessageType
from b2b_market.notifications.documents import Mail
from b2b_market.notifications.models import Notification, NotificationMail
from b2b_market.notifications.states import MailStatus


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One message as stored: words are message ids, facts are typed, both to be written in the reader's language."""

    id: UUID
    kind: str
    subject: str
    body: str
    facts: Mapping[str, Fact]
    link: str
    object_type: str
    object_id: UUID
    object_name: str
    created_at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class GroupView:
    """The messages about one thing: the latest one, how many there are, how many are unread."""

    latest: NotificationView
    count: int
    unread: int


@dataclass(frozen=True, slots=True)
class SettingView:
    """One type a reader may get, and the channels it comes by at present."""

    type: type[MessageType]
    in_app: bool
    mail: bool


@dataclass(frozen=True, slots=True)
class MailView:
    """One mail and how far it got."""

    id: UUID
    kind: str
    mail: Mail
    status: MailStatus
    attempts: int
    error: str

    @property
    def address(self) -> str:
        """Whom it is for."""
        return self.mail.address

    @property
    def created_at(self) -> datetime:
        """When it was written."""
        return self.mail.created_at


def notification_view(row: Notification) -> NotificationView:
    """Return one message as stored."""
    return NotificationView(
        row.id,
        row.kind,
        row.subject,
        row.body,
        rules.load_facts(row.facts),
        row.link,
        row.object_type,
        row.object_id,
        row.object_name,
        row.created_at,
        row.read_at,
    )


def mail_view(row: NotificationMail) -> MailView:
    """Return one mail as stored."""
    mail = Mail(
        address=row.address,
        name=row.name,
        locale=row.locale,
        timezone=row.timezone,
        subject=row.subject,
        body=row.body,
        facts=rules.load_facts(row.facts),
        secrets=row.secrets or {},
        link=row.link,
        obligatory=row.obligatory,
        created_at=row.created_at,
    )
    return MailView(row.id, row.kind, mail, row.status, row.attempts, row.error)
