"""Input of the operations."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from b2b_market.identity.states import LinkPurpose
from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """What a browser said of itself, and the session it comes with (ended when another one starts)."""

    agent: str = ""
    previous: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """Mail address and password of somebody who is not signed in."""

    email: str
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True)
class SignOut:
    """End the session of this call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SwitchOrganization:
    """Work for another of one's companies from now on."""

    organization_id: UUID
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True)
class ListSessions:
    """One's own live sessions, the latest used first."""


@dataclass(frozen=True, slots=True)
class EndSession:
    """End one of one's own sessions."""

    session_id: UUID


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """One's own account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAccount:
    """Everything a person may set of their own account, as of ``expected_version``."""

    expected_version: int | None
    name: str
    locale: str
    timezone: str
    theme: str
    density: str
    single_key_shortcuts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPreference:
    """One switch of the shell; None leaves it as it is. The last click wins, so no version is asked for."""

    locale: str | None = None
    theme: str | None = None
    density: str | None = None
    single_key_shortcuts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword:
    """A new password of somebody who knows the present one."""

    current: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RequestReset:
    """A link to set a new password, to be mailed to this address if somebody signs in with it."""

    email: str


@dataclass(frozen=True, slots=True)
class IssueLink:
    """A fresh single-use link for a person."""

    user_id: UUID
    purpose: LinkPurpose


@dataclass(frozen=True, slots=True)
class RequestEntry:
    """A link to enter, to be mailed to this address if somebody who quotes signs in with it."""

    email: str


@dataclass(frozen=True, slots=True)
class IssueEntry:
    """A fresh link to enter for a person, working for ``org_id`` or, where it is None, for the company used last."""

    user_id: UUID
    org_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RequestCode:
    """The code that a link to enter needs, to be mailed to the link's person."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class IssueCode:
    """A fresh code for a link."""

    link_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EnterByCode:
    """Both proofs of a mailbox, link and code, of somebody who wants to enter."""

    token: str = field(repr=False)
    code: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True)
class IssueTakeover:
    """A fresh code by which ``org_id`` proves that it reads the mail of a person."""

    user_id: UUID
    org_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemTakeover:
    """The code that was mailed to a person, as somebody of ``org_id`` types it."""

    user_id: UUID
    org_id: UUID
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ReadLink:
    """Whose link it is, while it can be used."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemLink:
    """The password that the holder of a link sets."""

    token: str = field(repr=False)
    password: str = field(repr=False)
    device: Device = field(default_factory=Device)


@dataclass(frozen=True, slots=True, kw_only=True)
class EnsurePerson:
    """A person known by mail address; made where there is none yet."""

    email: str
    name: str
    locale: str
    timezone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeApiKey:
    """A key for a machine; ``permissions`` are some of the maker's own, ``expires_at`` is compulsory.

    ``offered`` is what the policy lets service accounts do at all.
    """

    label: str
    permissions: frozenset[str]
    offered: frozenset[str]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ListApiKeys:
    """The company's keys, the newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class RevokeApiKey:
    """End a key at once."""

    key_id: UUID


@dataclass(frozen=True, slots=True)
class PruneAccess:
    """Delete what ended long ago: sessions and links."""
