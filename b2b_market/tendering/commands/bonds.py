"""What is asked about bid bonds, already parsed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from b2b_market.kernel.money import Money
from b2b_market.tendering.states.bonds import BondForm, ForfeitureGround


@dataclass(frozen=True, slots=True, kw_only=True)
class BondContent:
    """What a bond is; ``letter_id`` is the file of the guarantee letter."""

    form: BondForm
    amount: Money
    issuer: str = ""
    reference: str
    held_where: str
    valid_until: date | None = None
    letter_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RegisterBond:
    """A bond of the own company for a lot."""

    tender_id: UUID
    lot_id: UUID
    content: BondContent


@dataclass(frozen=True, slots=True)
class ReplaceBond:
    """The whole content of a registered bond anew."""

    bond_id: UUID
    expected_version: int | None
    content: BondContent


@dataclass(frozen=True, slots=True)
class ReadBond:
    """One bond."""

    bond_id: UUID


@dataclass(frozen=True, slots=True)
class StepBond:
    """A step of a bond; ``text`` is the reason, or the reference of the return, where the step has one."""

    bond_id: UUID
    expected_version: int | None
    text: str = ""


@dataclass(frozen=True, slots=True)
class ProposeForfeiture:
    """That a bond be kept; another person decides."""

    bond_id: UUID
    expected_version: int | None
    ground: ForfeitureGround
    reason: str
