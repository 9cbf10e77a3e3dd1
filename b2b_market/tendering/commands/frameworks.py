"""What is asked about framework agreements and their call-offs, already parsed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.paging import PageRequest
from b2b_market.tendering.states.frameworks import CallOffMode, FrameworkStatus


@dataclass(frozen=True, slots=True)
class LotCeiling:
    """What may be called off a lot in all: an amount in the tender's currency, and of each item a quantity or none."""

    amount: Decimal
    quantities: tuple[Decimal | None, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFrameworkTerms:
    """What a draft's awards conclude: at most ``members`` for each lot, for ``months``, up to the ceilings by lot."""

    tender_id: UUID
    expected_version: int | None
    members: int
    months: int
    mode: CallOffMode
    answer_hours: int
    ceilings: tuple[LotCeiling, ...]


@dataclass(frozen=True, slots=True)
class ReadFramework:
    """One framework agreement."""

    framework_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFrameworks:
    """A page of the agreements that the company is a party of, the newest first."""

    page: PageRequest = field(default_factory=PageRequest)
    status: FrameworkStatus | None = None


@dataclass(frozen=True, slots=True)
class TerminateFramework:
    """End an agreement early; what was accepted stays."""

    framework_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallOffLine:
    """How much of the item at ``position`` is needed, when and where."""

    position: int
    quantity: Decimal
    required_on: date
    delivery_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceCallOff:
    """An order at the framework's prices."""

    framework_id: UUID
    lines: tuple[CallOffLine, ...]
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StartCompetition:
    """An order that all members bid for: the draft of a short tender is made from the framework."""

    framework_id: UUID
    title: str
    lines: tuple[CallOffLine, ...]
    key_ids: tuple[UUID, ...] = ()
    closes_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ReadCallOff:
    """One call-off."""

    call_off_id: UUID


@dataclass(frozen=True, slots=True)
class StepCallOff:
    """A named step of a call-off, with the words that it asks for."""

    call_off_id: UUID
    expected_version: int | None
    text: str = ""
