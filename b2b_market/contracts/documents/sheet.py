"""Everything a contract's documents say, as plain values: equal sheets print equal bytes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from b2b_market.contracts.commands import Agreed, ChargeKind, ContractSource, Party, Terms
from b2b_market.kernel.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetLine:
    """One line of goods; ``unit_price`` is per unit and without tax, ``amount`` their rounded product."""

    position: int
    item_name: str
    item_code: str
    specification: str
    alternative: str
    note: str
    quantity: Decimal
    unit: str
    unit_price: Money
    amount: Money
    required_on: date | None
    lead_days: int | None
    delivery_place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetCharge:
    """What is charged beside the prices of ``lines`` (positions); the amount of a discount is negative."""

    kind: ChargeKind
    lines: tuple[int, ...]
    percent: Decimal | None
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One edition of a contract; ``total`` is the sum of its lines and charges.

    ``site`` is the product's public address, which the QR code leads to.
    """

    contract_id: UUID
    number: str
    edition: int
    edition_at: datetime
    rfq_number: str
    quote_number: str
    quote_revision: int
    title: str
    total: Money
    buyer: Party
    supplier: Party
    terms: Terms
    lines: tuple[SheetLine, ...]
    site: str
    source: ContractSource = ContractSource.RFQ
    charges: tuple[SheetCharge, ...] = ()
    agreed: Agreed | None = None

    @property
    def verify_url(self) -> str:
        """The address that shows the fingerprints of this edition to anybody."""
        return f"{self.site.rstrip('/')}/verify/{self.contract_id}/{self.edition}"
