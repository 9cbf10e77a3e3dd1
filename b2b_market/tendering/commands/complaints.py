"""What is asked about complaints, already parsed."""

from dataclasses import dataclass
from uuid import UUID

from b2b_market.tendering.states.complaints import ComplaintKind, ComplaintTarget


@dataclass(frozen=True, slots=True, kw_only=True)
class ComplaintInput:
    """What is wrong and what is asked for; ``target_id`` names the lot or the decision."""

    kind: ComplaintKind
    target: ComplaintTarget
    target_id: UUID | None = None
    grounds: str
    demand: str
    file_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftComplaint:
    """A new complaint about a tender; nobody but its company sees it."""

    tender_id: UUID
    content: ComplaintInput


@dataclass(frozen=True, slots=True)
class EditComplaint:
    """The whole content of a draft anew."""

    complaint_id: UUID
    expected_version: int | None
    content: ComplaintInput


@dataclass(frozen=True, slots=True)
class ReadComplaint:
    """One complaint."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True)
class ReadComplaintFile:
    """One file of a complaint."""

    complaint_id: UUID
    file_id: UUID


@dataclass(frozen=True, slots=True)
class StepComplaint:
    """A step of a complaint; ``text`` is the reason, decision, statement or remedy where the step has one."""

    complaint_id: UUID
    expected_version: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class RecordFee:
    """That the fee of a complaint has arrived; ``reference`` is the bank's or the payment service's."""

    complaint_id: UUID
    expected_version: int | None
    reference: str
