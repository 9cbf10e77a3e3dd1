"""What is asked about amendments of a published tender, already parsed."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from b2b_market.tendering.commands.tenders import BondInput, CriterionInput, LotInput


@dataclass(frozen=True, slots=True, kw_only=True)
class AmendTender:
    """The whole next content: the lots are those that there are, in their order.

    Without ``closes_at`` the deadline moves only as far as the procedure asks for.
    """

    tender_id: UUID
    expected_version: int | None
    title: str
    description: str
    lots: tuple[LotInput, ...]
    criteria: tuple[CriterionInput, ...] = ()
    bond: BondInput = field(default_factory=BondInput)
    closes_at: datetime | None = None
    reason: str


@dataclass(frozen=True, slots=True)
class ReadAmendment:
    """One amendment of an own tender."""

    amendment_id: UUID


@dataclass(frozen=True, slots=True)
class DecideAmendment:
    """A step of an amendment that waits; a return says why."""

    amendment_id: UUID
    expected_version: int | None
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ConfirmBid:
    """A signed confirmation as the sealing tool made it."""

    tender_id: UUID
    document: bytes
