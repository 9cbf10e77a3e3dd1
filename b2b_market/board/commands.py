"""What operations are asked for, already parsed."""

from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from b2b_market.board.states import Cadence, Subject
from b2b_market.kernel.paging import PageRequest


class BoardOrder(StrEnum):
    """How the board is sorted."""

    NEWEST = "newest"
    DEADLINE = "deadline"
    RELEVANCE = "relevance"
    """By how well the words fit; among the newest matches up to a limit."""
    TITLE = "title"
    """By title: Chinese by its pinyin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Which requests and tenders are wanted; an empty filter asks nothing. All of them must fit."""

    text: str = ""
    category: str = ""
    country: str = ""
    """The buyer's country, ISO 3166-1 alpha-2."""
    currency: str = ""
    place: str = ""
    """Words of a delivery place."""
    closes_within_days: int | None = None
    kind: Subject | None = None
    classification: str = ""
    """A class such as ``CPV:42122000-0``; what is below it fits too. Requests have none."""
    procedure: str = ""
    """The profile that a tender's procedure is or was composed from."""
    least_value: str = ""
    """A decimal: the estimate is shown and at least this, in ``currency``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchBoard:
    """A page of the board."""

    filters: Filters = field(default_factory=Filters)
    order: BoardOrder = BoardOrder.NEWEST
    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class LearnAward:
    """An award to learn from."""

    award_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSearch:
    """A search to keep: under which name, for what, and how often it tells what is new."""

    name: str
    filters: Filters
    cadence: Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSearch:
    """The whole new content of a saved search."""

    search_id: UUID
    expected_version: int | None
    content: SaveSearch


@dataclass(frozen=True, slots=True)
class ReadSearch:
    """One saved search by its id."""

    search_id: UUID


@dataclass(frozen=True, slots=True)
class DropSearch:
    """Throw a saved search away."""

    search_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ListTender:
    """Put one tender on the board, or take it off: whichever its state asks for."""

    tender_id: UUID


@dataclass(frozen=True, slots=True)
class TakeOff:
    """Take a request or tender off the board."""

    subject_id: UUID


@dataclass(frozen=True, slots=True)
class ListRequest:
    """Put one request on the board, or take it off: whichever its state asks for."""

    rfq_id: UUID
