"""What the operations on imports take: plain values, as the edges understood them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from b2b_market.kernel.paging import PageRequest
from b2b_market.rfq.commands.requests import DraftRfq


@dataclass(frozen=True, slots=True)
class AdmitImport:
    """Whether the caller may import at all; asked before a file costs anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartImport:
    """A list of needs that was read. ``table`` is JSON of the intake; nothing of it is understood here.

    ``filename`` is empty for pasted cells. ``headings`` are the rows that may hold the headings, the likeliest first.
    """

    filename: str
    table: object
    headings: tuple["HeadingRow", ...] = ()


@dataclass(frozen=True, slots=True)
class HeadingRow:
    """A row that may hold the headings of a list.

    ``key`` tells lists with these headings from others; ``places`` name each column so that it is found again wherever
    it stands, empty where it has no heading. ``found`` tells whether the product takes it for the row of headings.
    """

    number: int
    key: str
    places: tuple[str, ...]
    found: bool


@dataclass(frozen=True, slots=True)
class ColumnMeaning:
    """What a column meant in a confirmed import; the ways of writing stand where they were chosen, else empty."""

    place: str
    heading: str
    field: str
    decimals: str = ""
    date_order: str = ""


@dataclass(frozen=True, slots=True)
class HeadingMapping:
    """What the columns of a confirmed list meant, by its headings; ``spellings`` are its words for units."""

    key: str
    columns: tuple[ColumnMeaning, ...]
    spellings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class ForgetMapping:
    """What a list's columns mean is to be forgotten."""

    mapping_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ReadImport:
    """One import by its id."""

    import_id: UUID


@dataclass(frozen=True, slots=True)
class ListImports:
    """A page of the company's own unfinished imports, newest first."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeImport:
    """What was decided about an import, whole, as JSON of the intake.

    ``request`` is what was written about the request to be; None keeps it.
    """

    import_id: UUID
    expected_version: int | None
    choices: Mapping[str, object]
    request: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmImport:
    """The draft that the preview of exactly ``expected_version`` gave, and (row, reason) of each row left behind.

    ``mapping`` is what its columns meant, to be remembered; None where it has no headings.
    """

    import_id: UUID
    expected_version: int | None
    draft: DraftRfq
    left: tuple[tuple[int, str], ...] = ()
    mapping: HeadingMapping | None = None


@dataclass(frozen=True, slots=True)
class StepImport:
    """A step of one unfinished import that needs nothing but its version."""

    import_id: UUID
    expected_version: int | None
