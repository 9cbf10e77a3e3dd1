"""Drafting contracts from an approved award."""

from collections.abc import Sequence
from datetime import datetime

from b2b_market.contracts import queries
from b2b_market.contracts.commands import Deal, DraftContracts
from b2b_market.contracts.events import ContractDrafted
from b2b_market.contracts.models import LINE_COLUMNS, Contract, ContractLine
from b2b_market.contracts.rules import drafting
from b2b_market.contracts.service.jobs import order_print
from b2b_market.contracts.service.views import SummaryView, put_terms, summary_view, write_party
from b2b_market.contracts.states import LIFECYCLE
from b2b_market.infra.bulk import insert_root
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(system=True, reason="an approved award drafts its contracts")
def draft_contracts(work: Work, scope: Scope, command: DraftContracts) -> tuple[SummaryView, ...]:
    """Draft one contract per supplier of the award; those that exist already are left alone, so it may run twice."""
    done = queries.drafted_suppliers(work.session, scope, command.award_id, command.buyer.org_id)
    deals = [deal for deal in command.deals if deal.supplier.org_id not in done]
    for deal in deals:
        drafting.require_drawable(deal)
    numbers = _take_numbers(work, command, len(deals)) if deals else ()
    drafted = [_draft(work, command, deal, number) for deal, number in zip(deals, numbers, strict=True)]
    return tuple(summary_view(contract, scope) for contract in drafted)


def _take_numbers(work: Work, command: DraftContracts, count: int) -> Sequence[str]:
    """Return the next ``count`` numbers of the buyer's year; the counter's row is locked until the commit."""
    year = work.now().year
    last = queries.take_numbers(work.session, command.buyer.org_id, year, count)
    return tuple(drafting.contract_number(year, number) for number in range(last - count + 1, last + 1))


def _draft(work: Work, command: DraftContracts, deal: Deal, number: str) -> Contract:
    contract = _contract(command, deal, number, work.now())
    rows = line_rows(contract, deal)
    contract.lines_digest = lines_digest([{name: row[name] for name in LINE_COLUMNS} for row in rows])
    work.emit(
        ContractDrafted(
            contract_id=contract.id,
            number=number,
            award_id=command.award_id,
            rfq_id=command.rfq_id,
            buyer_id=contract.buyer_id,
            supplier_id=contract.supplier_id,
        ),
        contract,
    )
    insert_root(work.session, contract, (ContractLine, rows))
    order_print(work, contract)
    return contract


def _contract(command: DraftContracts, deal: Deal, number: str, now: datetime) -> Contract:
    contract = Contract(
        id=new_id(),
        created_at=now,
        changed_at=now,
        number=number,
        buyer_id=command.buyer.org_id,
        supplier_id=deal.supplier.org_id,
        shown_to=None,
        status=LIFECYCLE.initial,
        edition=1,
        edition_at=now,
        award_id=command.award_id,
        rfq_id=command.rfq_id,
        rfq_number=command.rfq_number,
        quote_id=deal.quote_id,
        quote_number=deal.quote_number,
        quote_revision=deal.quote_revision,
        title=command.title,
        currency=deal.currency.code,
        total=drafting.total_amount(deal).amount,
        charges=drafting.written_charges(deal),
        line_count=len(deal.lines),
        buyer=write_party(command.buyer),
        supplier=write_party(deal.supplier),
        released_at=None,
        void_reason=None,
        source=command.source,
        agreed=drafting.written_agreed(deal.agreed),
    )
    put_terms(contract, deal.terms)
    return contract


def line_rows(contract: Contract, deal: Deal) -> list[dict[str, object]]:
    """Return the lines of a contract as rows, shown to whom the contract is shown."""
    return [
        {
            "id": new_id(),
            "contract_id": contract.id,
            "buyer_id": contract.buyer_id,
            "shown_to": contract.shown_to,
            "position": position,
            "rfq_line_id": line.rfq_line_id,
            "item_name": line.item_name,
            "item_code": line.item_code,
            "specification": line.specification,
            "alternative": line.alternative,
            "quantity": line.quantity,
            "unit": line.unit,
            "unit_price": line.unit_price,
            "amount": drafting.amount_of(line, deal.currency).amount,
            "required_on": line.required_on,
            "lead_days": line.lead_days,
            "delivery_place": line.delivery_place,
            "note": line.note,
        }
        for position, line in enumerate(deal.lines, start=1)
    ]
