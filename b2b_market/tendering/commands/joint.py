"""What is asked about joint tenders, already parsed."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class InviteParticipants:
    """The companies that buy with the lead buyer of a draft: all of them; who is left out is asked no more."""

    tender_id: UUID
    expected_version: int | None
    org_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class ConfirmParticipation:
    """The own company's quantities, by lot and item in their order."""

    tender_id: UUID
    expected_version: int | None
    quantities: tuple[tuple[Decimal, ...], ...]


@dataclass(frozen=True, slots=True)
class DeclineParticipation:
    """That the own company does not take part, and why."""

    tender_id: UUID
    expected_version: int | None
    reason: str
