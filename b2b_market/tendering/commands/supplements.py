"""What is asked about supplementary pools, already parsed."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.tendering.commands.committee import Named


@dataclass(frozen=True, slots=True)
class NameSupplement:
    """More people for the empty seats of a committee."""

    tender_id: UUID
    expected_version: int | None
    """Of the tender."""
    people: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class DrawSupplement:
    """The word that the draw is mixed with."""

    tender_id: UUID
    expected_version: int | None
    """Of the tender."""
    word: str
