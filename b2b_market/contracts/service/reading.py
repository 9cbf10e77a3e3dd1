"""Reading contracts."""

from b2b_market.contracts import queries
from b2b_market.contracts.commands import ListContracts, ReadContract
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.service.views import ContractView, SummaryView, contract_view, summary_view
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_HANDLERS = "handlers read what they announce"


@operation(ContractPermission.READ, system=True, reason=_HANDLERS)
def read_contract(work: Work, scope: Scope, command: ReadContract) -> ContractView:
    """Return a contract the company is a party of; a draft is its buyer's alone."""
    row = queries.contract(work.session, scope, command.contract_id)
    return contract_view(
        row,
        queries.lines(work.session, scope, row.id),
        queries.documents(work.session, scope, row.id, row.edition),
        scope,
    )


@operation(system=True, reason=_HANDLERS)
def read_summary(work: Work, scope: Scope, command: ReadContract) -> SummaryView:
    """Return what a list shows of a contract that the companies acted for are a party of."""
    return summary_view(queries.contract(work.session, scope, command.contract_id), scope)


@operation(ContractPermission.READ)
def list_contracts(work: Work, scope: Scope, command: ListContracts) -> Page[SummaryView]:
    """Return the company's contracts, newest first."""
    return queries.contracts(work.session, scope, command).map(lambda row: summary_view(row, scope))
