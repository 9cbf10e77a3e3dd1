"""What becomes of a contract when its award is cancelled, in part or as a whole."""

from sqlalchemy import delete

from b2b_market.contracts import queries
from b2b_market.contracts.commands import Deal, ReduceContract
from b2b_market.contracts.events import ContractRevised, ContractVoided
from b2b_market.contracts.models import LINE_COLUMNS, Contract, ContractLine
from b2b_market.contracts.rules import drafting as rules
from b2b_market.contracts.service.drafting import line_rows
from b2b_market.contracts.service.jobs import order_print
from b2b_market.contracts.states import LIFECYCLE
from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.canonical import lines_digest
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation


@operation(system=True, reason="the relay reports that awarded lines were cancelled")
def reduce_contract(work: Work, scope: Scope, command: ReduceContract) -> None:
    """Withdraw the contract of an award, or bring it to what its supplier keeps, as a new edition.

    Nothing happens where no contract is drafted yet (it will be drafted from what stands) or it is void already.
    """
    contract = queries.lock_contract_of_award(work.session, scope, command.award_id, command.supplier_id)
    if contract is None or "void" not in LIFECYCLE.allowed(contract.status):
        return
    contract.changed_at = work.now()
    if command.deal is None:
        _void(work, contract, command.reason)
    else:
        _reduce(work, contract, command.deal)
    work.session.flush()


def _void(work: Work, contract: Contract, reason: str) -> None:
    LIFECYCLE.advance(contract, "void")
    contract.void_reason = reason
    voided = ContractVoided(
        contract_id=contract.id,
        number=contract.number,
        buyer_id=contract.buyer_id,
        supplier_id=contract.supplier_id,
        released=contract.shown_to is not None,
        reason=reason,
    )
    work.emit(voided, contract)


def _reduce(work: Work, contract: Contract, deal: Deal) -> None:
    seen = contract.shown_to is not None
    LIFECYCLE.advance(contract, "revise" if seen else "edit")
    rows = line_rows(contract, deal)
    contract.lines_digest = lines_digest([{name: row[name] for name in LINE_COLUMNS} for row in rows])
    contract.line_count, contract.total = len(rows), rules.total_amount(deal).amount
    contract.charges = rules.written_charges(deal)
    contract.edition += 1
    contract.edition_at = work.now()
    work.session.execute(
        delete(ContractLine).where(ContractLine.contract_id == contract.id).execution_options(synchronize_session=False)
    )
    insert_rows(work.session, ContractLine, rows)
    if seen:
        revised = ContractRevised(
            contract_id=contract.id,
            number=contract.number,
            buyer_id=contract.buyer_id,
            supplier_id=contract.supplier_id,
            edition=contract.edition,
        )
        work.emit(revised, contract)
    else:
        work.record("contracts.reduced", contract)
    work.session.flush()
    order_print(work, contract)
