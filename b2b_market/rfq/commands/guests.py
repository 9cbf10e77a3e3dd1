"""What operations on guests are asked for: people invited by mail for companies that are not registered."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteGuest:
    """One more supplier for a request, known by a mail address and the company's name alone.

    ``locale`` (``zh-CN`` or ``en``) is the language it is written to in.
    """

    rfq_id: UUID
    expected_version: int | None
    email: str
    company_name: str
    contact_name: str = ""
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class RemoveGuest:
    """A guest who shall not be invited after all, before the request is published."""

    guest_id: UUID


@dataclass(frozen=True, slots=True)
class RequestTakeover:
    """A mail address whose invitations an approved company wants to take over."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeOver:
    """The code that was mailed to the address."""

    email: str
    code: str = field(repr=False)
