"""Awards to draft contracts from, actors of both sides, and contracts at every stage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from b2b_market.contracts.commands import (
    Deal,
    DealLine,
    DraftContracts,
    EditTerms,
    Party,
    ReadContract,
    ReleaseContract,
    Terms,
    VoidContract,
)
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.service import drafting, editing, reading
from b2b_market.contracts.service.views import ContractView
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.currency import Currency
from b2b_market.rbac.actor import Actor, system_actor
from tests.contracts.sheets import TERMS
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for


@dataclass(frozen=True)
class Sides:
    """A buyer and a supplier with people who may trade for them."""

    buyer: UUID
    supplier: UUID
    purchaser: Actor
    approver: Actor
    seller: Actor


EVERYTHING = tuple(ContractPermission)


def buyer_of(org: UUID, *permissions: ContractPermission) -> Actor:
    return plain_actor(*(permissions or EVERYTHING), org=org)


def supplier_of(org: UUID) -> Actor:
    return plain_actor(ContractPermission.READ, org=org)


def line(name: str = "M8×40", quantity: str = "100", price: str = "0.335", place: str = "上海") -> DealLine:
    return DealLine(
        rfq_line_id=new_id(),
        item_name=name,
        specification="8.8",
        quantity=Decimal(quantity),
        unit="H87",
        unit_price=Decimal(price),
        required_on=date(2026, 12, 24),
        lead_days=14,
        delivery_place=place,
    )


def deal(
    supplier: UUID, *, currency: str = "CNY", terms: Terms = TERMS, lines: Sequence[DealLine] | None = None
) -> Deal:
    return Deal(
        supplier=Party(org_id=supplier, name_en="Müller GmbH", country="DE", address="Stuttgart"),
        quote_id=new_id(),
        quote_number="Q-2026-000001",
        quote_revision=2,
        currency=Currency(currency),
        terms=terms,
        lines=tuple(lines) if lines is not None else (line(), line("Linear rail", "3", "86.4")),
    )


def award(buyer: UUID, *deals: Deal) -> DraftContracts:
    return DraftContracts(
        award_id=new_id(),
        rfq_id=new_id(),
        rfq_number="RFQ-2026-000045",
        title="Spares Q4",
        buyer=Party(org_id=buyer, name_zh="临港机械", name_en="Lingang", country="CN", address="上海"),
        deals=deals,
    )


def draft(runtime: Runtime, command: DraftContracts) -> list[ContractView]:
    """Draft as the relay does, for the buyer and its suppliers; return the contracts as the buyer sees them."""
    buyer = command.buyer.org_id
    relay = system_actor("test", buyer, *(each.supplier.org_id for each in command.deals))
    with work_for(runtime, relay) as work:
        found = drafting.draft_contracts(work, relay, command)
    return [read(runtime, buyer_of(buyer), each.id) for each in found]


def drafted(runtime: Runtime, buyer: UUID, supplier: UUID, terms: Terms = TERMS) -> ContractView:
    (contract,) = draft(runtime, award(buyer, deal(supplier, terms=terms)))
    return contract


def released(runtime: Runtime, buyer: UUID, supplier: UUID) -> ContractView:
    return release(runtime, buyer_of(buyer), drafted(runtime, buyer, supplier))


def read(runtime: Runtime, actor: Actor, contract_id: UUID) -> ContractView:
    with work_for(runtime, actor) as work:
        return reading.read_contract(work, actor, ReadContract(contract_id))


def release(runtime: Runtime, actor: Actor, contract: ContractView) -> ContractView:
    with work_for(runtime, actor) as work:
        return editing.release_contract(work, actor, ReleaseContract(contract.id, contract.version))


def edit(runtime: Runtime, actor: Actor, contract: ContractView, **changes: str) -> ContractView:
    terms = replace(contract.terms, **changes)  # type: ignore[arg-type]  # only text terms are changed through here
    command = EditTerms(contract_id=contract.id, expected_version=contract.version, terms=terms)
    with work_for(runtime, actor) as work:
        return editing.edit_terms(work, actor, command)


def void(runtime: Runtime, actor: Actor, contract: ContractView, reason: str = "ordered twice") -> ContractView:
    with work_for(runtime, actor) as work:
        return editing.void_contract(work, actor, VoidContract(contract.id, contract.version, reason))
