"""What is asked about public tenders: the board, editions, steps, releases and records."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.kernel.paging import PageRequest
from b2b_market.tendering.states.disclosure import BoardState
from b2b_market.tendering.states.procedures import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFilters:
    """Which notices: all words of ``text``, of the class or one below it, of a kind of procedure.

    Empty ones filter nothing.
    """

    text: str = ""
    classification: str = ""
    procedure: str = ""
    entry: Entry | None = None
    state: BoardState | None = None

    def query(self) -> Mapping[str, str]:
        """Return the filters that are set as the query of a page's or a feed's address."""
        said = {
            "q": self.text,
            "classification": self.classification,
            "procedure": self.procedure,
            "entry": self.entry.value if self.entry else "",
            "state": self.state.value if self.state else "",
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchNotices:
    """A page of the board, the newest first."""

    filters: BoardFilters = field(default_factory=BoardFilters)
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class ReadEdition:
    """An edition of a public notice."""

    tender_id: UUID
    edition: int


@dataclass(frozen=True, slots=True)
class TellStep:
    """Something that happened to a tender; ``part_id`` is the lot, question or award that it is about."""

    tender_id: UUID
    part_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TellContract:
    """A contract from a tender's awards that its supplier reads: the first award, the supplier, the sum."""

    tender_id: UUID
    contract_id: UUID
    award_id: UUID
    supplier_id: UUID
    number: str
    title: str
    edition: int
    first: bool
    """Whether its supplier reads it for the first time."""
    total: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class VoidContract:
    """A contract from a tender's awards that is void."""

    tender_id: UUID
    contract_id: UUID
    award_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class ListReleases:
    """A page of the feed of releases in the order in which they were stored; ``after`` is the last position known."""

    limit: int
    after: int = 0


@dataclass(frozen=True, slots=True)
class ReadOcds:
    """What is found by an open contracting id, or the id of a release."""

    id: str
