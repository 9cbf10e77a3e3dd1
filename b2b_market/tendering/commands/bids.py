"""What is asked about sealed bids and their opening."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubmitBid:
    """A packed bid as the sealing tool made it: the envelope, a line feed, the boxes."""

    tender_id: UUID
    packed: bytes


@dataclass(frozen=True, slots=True)
class WithdrawBid:
    """A signed withdrawal as the sealing tool made it."""

    tender_id: UUID
    document: bytes


@dataclass(frozen=True, slots=True)
class ReadBid:
    """One bid."""

    bid_id: UUID


@dataclass(frozen=True, slots=True)
class ReadBidFile:
    """One file of an opened bid, by its place in the list of files."""

    bid_id: UUID
    position: int


@dataclass(frozen=True, slots=True)
class PrintOpening:
    """The opening record of a part (``whole``, ``technical``, ``price``), or of the last one where none is named."""

    tender_id: UUID
    part: str = ""


@dataclass(frozen=True, slots=True)
class TakeWork:
    """The work file of an officer.

    ``team`` is the fingerprints of a group in the notice's order, none for the first one that can go on.
    """

    tender_id: UUID
    team: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenPart:
    """A part (``whole``, ``technical``, ``price``) whose every layer a group of officers has removed."""

    tender_id: UUID
    part: str
    team: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ContributeLayer:
    """What an officer removed, as the opening tool signed it."""

    tender_id: UUID
    document: bytes
