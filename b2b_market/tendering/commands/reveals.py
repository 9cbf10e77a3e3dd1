"""What is asked about lost keys and reveals."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class RevealBid:
    """A reveal as the sealing tool packs it: the document that was kept, a line feed, the files of that part."""

    tender_id: UUID
    document: bytes


@dataclass(frozen=True, slots=True)
class SettleReveals:
    """A part (``whole``, ``technical``, ``price``) whose window is over."""

    tender_id: UUID
    part: str
