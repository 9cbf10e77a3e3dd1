"""New requests from earlier ones and from templates, and what a request has beside its own content."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from b2b_market.kernel.paging import PageRequest
from b2b_market.sourcing.public import Criterion


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptDocument:
    """A stored file of the buyer for a request, or for the line at place ``line`` (from 0)."""

    file_id: UUID
    name: str
    note: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptGuest:
    """Who was invited by mail; ``supplier_id`` is the company that came to stand for it."""

    email: str
    company_name: str
    contact_name: str
    locale: str
    supplier_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Criteria, documents with the agreement they lie behind, and the suppliers that were invited by mail.

    ``landed`` tells that prices are scored on their landed cost.
    """

    criteria: tuple[Criterion, ...] = ()
    landed: bool = False
    nda_text: str = ""
    documents: tuple[KeptDocument, ...] = ()
    guests: tuple[KeptGuest, ...] = ()


NOTHING_BESIDE = Beside()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRfq:
    """A new draft from an own request; an empty title keeps the old one.

    ``required_on`` is the day for the lines whose own has passed. ``guests`` are the addresses to be invited by mail
    again, None for all of them.
    """

    rfq_id: UUID
    title: str = ""
    required_on: date | None = None
    guests: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RepeatAward:
    """A new draft of what an own award bought: of one supplier, or of all where ``supplier_id`` is None.

    An empty title keeps the request's; ``required_on`` is the day for the lines whose own has passed, ``guests`` as
    in a copy.
    """

    award_id: UUID
    title: str = ""
    supplier_id: UUID | None = None
    required_on: date | None = None
    guests: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class SaveTemplate:
    """An own request to be kept as a template of the company."""

    rfq_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class ReadTemplate:
    """One template by its id."""

    template_id: UUID


@dataclass(frozen=True, slots=True)
class ListKept:
    """A page of what the company keeps to draft with: its templates by name, or what its lists mean."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class RenameTemplate:
    """Another name for a template."""

    template_id: UUID
    expected_version: int | None
    name: str


@dataclass(frozen=True, slots=True)
class StepTemplate:
    """A step of one template that needs nothing but its version."""

    template_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UseTemplate:
    """A new draft from a template; an empty title keeps the template's.

    ``required_on`` is for all its lines, ``guests`` as in a copy.
    """

    template_id: UUID
    title: str = ""
    required_on: date | None = None
    guests: tuple[str, ...] | None = None
