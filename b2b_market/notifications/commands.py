"""What callers hand over: a message type with its words, the facts of one message, and whom it goes to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import ClassVar
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text that stands in Chinese and in English, such as a company's name: each reader reads its own."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words of the product within a message, by their message id: each reader reads them in its own language."""

    message_id: str


Fact = str | int | Money | datetime | date | Bilingual | Phrase
"""A value in a message, written in each reader's language and zone when it is read; a plain text stays as it is."""

NO_FACTS: Mapping[str, Fact] = MappingProxyType({})
NO_SECRETS: Mapping[str, str] = MappingProxyType({})


class MessageType:
    """The base of every kind of message; a module declares a subclass beside the handler that sends it.

    ``code`` names it forever, such as ``rfq.invited``. ``label`` is its line in the settings ("Invitations to quote"),
    ``subject`` and ``body`` are message ids with ``{name}`` fields; a body may have several paragraphs, parted by an
    empty line. ``in_app`` and ``mail`` say which channels are on until the reader chooses otherwise; an ``obligatory``
    type cannot be switched off. Readers see a type in their settings if they hold ``permission``, or if it is empty.
    """

    code: ClassVar[str]
    label: ClassVar[str]
    subject: ClassVar[str]
    body: ClassVar[str]
    in_app: ClassVar[bool] = True
    mail: ClassVar[bool] = True
    obligatory: ClassVar[bool] = False
    permission: ClassVar[str] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message: its type, the facts that fill the words, and the thing it is about.

    ``link`` is a path of the product (``/rfqs/…``). ``secrets`` fill fields of words and link, in the mail only,
    and are erased once it is delivered; a message with secrets has no copy in the product. Messages of one object are
    shown together under ``object_name``.
    """

    type: type[MessageType]
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)
    link: str = "/"
    object_type: str = ""
    object_id: UUID | None = None
    object_name: str = ""
    secrets: Mapping[str, str] = field(default_factory=lambda: NO_SECRETS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """What several kinds of messages are about: what all of them say of it, and where they lead."""

    type: str
    id: UUID
    name: str
    link: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: NO_FACTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """A reader as the caller resolved them: where, in which language, in which zone, acting for which company.

    Without ``user_id`` and ``org_id`` (an invited stranger) the message goes by mail only; without ``address`` only in
    the product.
    """

    address: str = ""
    name: str = ""
    locale: str = "en"
    timezone: str = "UTC"
    user_id: UUID | None = None
    org_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListNotifications:
    """The reader's own messages, newest first; of one object where it is named."""

    page: PageRequest = field(default_factory=PageRequest)
    unread_only: bool = False
    object_type: str | None = None
    object_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListGroups:
    """The reader's own messages, one entry per object, the latest first."""

    page: PageRequest = field(default_factory=PageRequest)
    unread_only: bool = False


@dataclass(frozen=True, slots=True)
class CountUnread:
    """How many messages the reader has not read."""


@dataclass(frozen=True, slots=True)
class MarkRead:
    """One message, by id."""

    notification_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkManyRead:
    """Every message up to ``until``: of one object where it is named, else all. Later ones stay unread."""

    until: datetime
    object_type: str | None = None
    object_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """The reader's channels for each type they may get."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The channels wanted for one type."""

    code: str
    in_app: bool
    mail: bool


@dataclass(frozen=True, slots=True)
class ChangeSettings:
    """Channels for some types; types that are not named stay as they are."""

    choices: Sequence[Choice]


@dataclass(frozen=True, slots=True)
class ListFailedMail:
    """Mails that were given up."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class RetryMail:
    """A mail that was given up, to be tried again from the start."""

    mail_id: UUID


@dataclass(frozen=True, slots=True)
class ClaimMail:
    """Up to ``batch`` mails that are due, leased to the caller."""

    batch: int


@dataclass(frozen=True, slots=True)
class MailSent:
    """A mail the server has taken."""

    mail_id: UUID


@dataclass(frozen=True, slots=True)
class MailFailed:
    """A mail the server has not taken: why, and whether another attempt is pointless."""

    mail_id: UUID
    error: str
    forever: bool


@dataclass(frozen=True, slots=True)
class KeepMail:
    """Mails of an installation without a mail server: they stay in the mailbox page."""


@dataclass(frozen=True, slots=True)
class ListMailbox:
    """Every mail of an installation without a mail server, newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadMailboxEntry:
    """One mail of an installation without a mail server."""

    mail_id: UUID
