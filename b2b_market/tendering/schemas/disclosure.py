"""Wire shapes of the public side: the board, editions, steps, OCDS packages."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from b2b_market.infra.http.cursors import page_request
from b2b_market.infra.http.wires import WireIn, WireOut, WireTime, wire_enum
from b2b_market.tendering.commands.disclosure import BoardFilters, SearchNotices
from b2b_market.tendering.states.disclosure import BoardState, StepKind
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.tenders import TenderStatus


class FiltersIn(WireIn):
    """Filters of the board and of its feed; ``classification`` is ``CPV:42122000-0`` and finds what is below it."""

    q: Annotated[str, Field(max_length=200)] = ""
    classification: Annotated[str, Field(max_length=80)] = ""
    procedure: Annotated[str, Field(max_length=40)] = ""
    entry: wire_enum(Entry) | None = None  # type: ignore[valid-type]  # an Annotated alias made by a function
    state: wire_enum(BoardState) | None = None  # type: ignore[valid-type]  # as above
    limit: Annotated[int, Field(ge=1, le=200, strict=False)] | None = None
    cursor: Annotated[str, Field(max_length=400)] | None = None

    def filters(self) -> BoardFilters:
        """Return the filters alone."""
        return BoardFilters(
            text=self.q,
            classification=self.classification,
            procedure=self.procedure,
            entry=self.entry,
            state=self.state,
        )

    def to_command(self) -> SearchNotices:
        """Return the operation's input."""
        return SearchNotices(filters=self.filters(), page=page_request(self.limit, self.cursor))


class FeedQuery(WireIn):
    """Paging of the feed of releases: ``cursor`` is what the last page gave to go on from."""

    limit: Annotated[int, Field(ge=1, le=200, strict=False)] = 100
    cursor: Annotated[str, Field(max_length=400)] | None = None


class BoardEntryOut(WireOut):
    """A notice on the public board."""

    tender_id: UUID
    number: str
    title: str
    buyer_name: str
    buyer_names: dict[str, str]
    status: TenderStatus
    entry: Entry
    kind: str
    codes: list[str]
    published_at: WireTime
    closes_at: WireTime


class BoardEditionOut(WireOut):
    """An edition of a public notice: what it said, and the signed notice that names its hash."""

    edition: int
    published_at: WireTime
    reason: str
    document: dict[str, Any]
    notice: dict[str, Any]


class PublicStepOut(WireOut):
    """A step of a public tender; ``facts`` depend on its kind, amounts in them are text."""

    id: UUID
    step: str
    kind: StepKind
    happened_at: WireTime
    facts: dict[str, Any]


class ReleasePackageOut(WireOut):
    """An OCDS 1.1 release package; its fields are the standard's."""

    uri: str
    version: str
    extensions: list[str]
    publishedDate: str  # noqa: N815 - the standard's spelling
    publisher: dict[str, Any]
    links: dict[str, str] | None = None
    releases: list[dict[str, Any]]


class RecordPackageOut(WireOut):
    """An OCDS 1.1 record package; its fields are the standard's."""

    uri: str
    version: str
    extensions: list[str]
    publishedDate: str  # noqa: N815 - the standard's spelling
    publisher: dict[str, Any]
    records: list[dict[str, Any]]
