"""What the module announces: ids and numbers, never amounts."""

from uuid import UUID

from b2b_market.kernel.event import Event, event


@event("contracts.drafted.v1")
class ContractDrafted(Event):
    """A contract was drawn up from an award; only the buyer sees it yet."""

    contract_id: UUID
    number: str
    award_id: UUID
    rfq_id: UUID
    buyer_id: UUID
    supplier_id: UUID


@event("contracts.released.v1")
class ContractReleased(Event):
    """The buyer showed the contract to the supplier as its proposal."""

    contract_id: UUID
    number: str
    buyer_id: UUID
    supplier_id: UUID
    edition: int


@event("contracts.revised.v1")
class ContractRevised(Event):
    """The buyer replaced a proposed contract by a new edition."""

    contract_id: UUID
    number: str
    buyer_id: UUID
    supplier_id: UUID
    edition: int


@event("contracts.voided.v1")
class ContractVoided(Event):
    """The buyer withdrew the contract; ``released`` tells whether the supplier had seen it."""

    contract_id: UUID
    number: str
    buyer_id: UUID
    supplier_id: UUID
    released: bool
    reason: str
