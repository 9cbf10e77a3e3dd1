"""What is asked about the publicity of candidates, already parsed."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PublishCandidates:
    """The ranking of a judged lot."""

    lot_id: UUID
    expected_version: int | None
    """Of the evaluation."""


@dataclass(frozen=True, slots=True)
class EndPublicity:
    """A ranking whose time is over."""

    publicity_id: UUID
    tender_id: UUID
