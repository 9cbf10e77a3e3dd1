"""What is asked about tenders, already parsed."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.quantity import Quantity
from b2b_market.tendering.commands.weighing import Cost, Feature
from b2b_market.tendering.states.procedures import CriterionKind, Entry
from b2b_market.tendering.states.tenders import TenderStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInput:
    """One item of a lot."""

    name: str
    quantity: Quantity
    required_on: date
    delivery_place: str
    specification: str = ""
    classification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotInput:
    """What is awarded as a whole; ``estimate`` is in the tender's currency."""

    title: str
    items: tuple[ItemInput, ...]
    classification: str = ""
    estimate: Decimal | None = None
    features: tuple[Feature, ...] = ()
    costs: tuple[Cost, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CriterionInput:
    """Something a bidder must fulfil, or a bid is judged by: award criteria have a weight in percent."""

    kind: CriterionKind
    name: str
    evidence: str = ""
    weight: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BondInput:
    """The bid bond: ``percent`` of a lot's estimate, none for no bond; it lasts to ``valid_until`` or the deadline."""

    percent: Decimal | None = None
    form: str = ""
    held_at: str = ""
    valid_until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftTender:
    """A new tender. ``procedure`` is a profile's code or the id of an own procedure.

    ``rehearsal_factor`` above 1 lets the times of the procedure pass so many times faster; such a tender is a rehearsal
    and says so.
    """

    title: str
    currency: Currency
    lots: tuple[LotInput, ...]
    description: str = ""
    procedure: str = "private-open"
    entry: Entry = Entry.INVITED
    supplier_ids: tuple[UUID, ...] = ()
    criteria: tuple[CriterionInput, ...] = ()
    bond: BondInput = field(default_factory=BondInput)
    estimate_shown: bool = False
    budget_approved: bool = False
    minimum_bidders: int | None = None
    key_ids: tuple[UUID, ...] = ()
    enquiry_ends_at: datetime | None = None
    closes_at: datetime | None = None
    rehearsal_factor: int = 1
    applications_end_at: datetime | None = None
    most_invited: int | None = None
    ground: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTender:
    """The whole content of a draft anew."""

    tender_id: UUID
    expected_version: int | None
    content: DraftTender


@dataclass(frozen=True, slots=True)
class ReadTender:
    """One tender."""

    tender_id: UUID


@dataclass(frozen=True, slots=True)
class StepTender:
    """A named step of a tender."""

    tender_id: UUID
    expected_version: int | None


@dataclass(frozen=True, slots=True)
class ReasonedTender:
    """A step that says why."""

    tender_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class ExtendTender:
    """A later deadline, with the reason that everybody concerned reads."""

    tender_id: UUID
    expected_version: int | None
    closes_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CancelLot:
    """One lot of a tender that goes on."""

    lot_id: UUID
    expected_version: int | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTenders:
    """A page of the company's own tenders."""

    page: PageRequest = field(default_factory=PageRequest)
    status: TenderStatus | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListOpenTenders:
    """A page of the tenders that the company may bid on or was invited to."""

    page: PageRequest = field(default_factory=PageRequest)


@dataclass(frozen=True, slots=True)
class AskAboutTender:
    """A question; nobody learns who asked."""

    tender_id: UUID
    text: str


@dataclass(frozen=True, slots=True)
class AnswerEnquiry:
    """The answer, for everybody who may read the tender."""

    enquiry_id: UUID
    expected_version: int | None
    text: str


@dataclass(frozen=True, slots=True)
class RegisterKey:
    """An officer's card (JSON) and the department that the officer answers to."""

    card: object
    department: str


@dataclass(frozen=True, slots=True)
class ProveKey:
    """The answer to the challenge that was sealed to a registered key."""

    key_id: UUID
    expected_version: int | None
    answer: bytes


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Let no new tender be sealed to a key."""

    key_id: UUID
    expected_version: int | None
