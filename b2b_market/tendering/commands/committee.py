"""What is asked about evaluation committees, already parsed."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.tendering.commands.evaluation import Score


@dataclass(frozen=True, slots=True)
class Named:
    """A person of the pool, by the mail address of the account."""

    email: str
    expert: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NameCommittee:
    """The pool and the number of seats of a draft's committee; it replaces the one named before."""

    tender_id: UUID
    expected_version: int | None
    """Of the tender."""
    seats: int
    people: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Declare:
    """A member's declaration; a conflict gives the seat up and says why."""

    tender_id: UUID
    expected_version: int | None
    """Of the own seat."""
    conflict: bool
    statement: str = ""


@dataclass(frozen=True, slots=True)
class HandIn:
    """A member's scores of every bid; they replace the own ones of before until all sheets are open."""

    tender_id: UUID
    expected_version: int | None
    """Of the own seat."""
    scores: tuple[Score, ...]


@dataclass(frozen=True, slots=True)
class ReadMemberFile:
    """A file of an opened bid, for a member."""

    tender_id: UUID
    bid_id: UUID
    position: int
