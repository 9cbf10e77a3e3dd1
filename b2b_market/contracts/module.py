"""What the module brings to the house."""

from pathlib import Path

from b2b_market.contracts import api, models, pages
from b2b_market.contracts.events import ContractDrafted, ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.handlers import drafting as drafted
from b2b_market.contracts.handlers import telling
from b2b_market.contracts.permissions import GRANTS, ContractPermission
from b2b_market.contracts.rules.printing import PrintersBusy
from b2b_market.contracts.rules.terms import NothingChanged, TermsIncomplete
from b2b_market.contracts.service import drafting, editing, printing, reading, reducing
from b2b_market.contracts.tasks import TASKS
from b2b_market.kernel.text import N_
from b2b_market.rbac.manifest import Handler, Manifest
from b2b_market.rfq.events import AwardLinesCancelled, RfqAwarded
from b2b_market.tendering.events.evaluation import TenderAwarded
from b2b_market.tendering.events.frameworks import CallOffAccepted, CallOffCancelled, FrameworkConcluded
from b2b_market.ui.viewer import NavGroup, NavItem

MANIFEST = Manifest(
    name="contracts",
    package=Path(__file__).parent,
    api=(api.router, api.verify_router),
    pages=(pages.router,),
    handlers=(
        Handler(RfqAwarded, drafted.when_rfq_awarded_draft_contracts, "contracts.draft"),
        Handler(TenderAwarded, drafted.when_tender_awarded_draft_contracts, "contracts.draft_tendered"),
        Handler(FrameworkConcluded, drafted.when_framework_concluded_draft_agreements, "contracts.draft_agreements"),
        Handler(CallOffAccepted, drafted.when_call_off_accepted_draft_contract, "contracts.draft_called_off"),
        Handler(CallOffCancelled, drafted.when_call_off_cancelled_void_contract, "contracts.void_called_off"),
        Handler(AwardLinesCancelled, drafted.when_award_lines_cancelled_reduce_contract, "contracts.reduce"),
        Handler(ContractDrafted, telling.when_contract_drafted_tell_buyer, "contracts.tell_drafted"),
        Handler(ContractReleased, telling.when_contract_released_tell_supplier, "contracts.tell_released"),
        Handler(ContractRevised, telling.when_contract_revised_tell_supplier, "contracts.tell_revised"),
        Handler(ContractVoided, telling.when_contract_voided_tell_supplier, "contracts.tell_voided"),
        Handler(ContractReleased, drafted.when_contract_shown_tell_tender, "contracts.release_public"),
        Handler(ContractRevised, drafted.when_contract_shown_tell_tender, "contracts.revise_public"),
        Handler(ContractVoided, drafted.when_contract_voided_tell_tender, "contracts.void_public"),
    ),
    tasks=TASKS,
    permissions=(ContractPermission,),
    grants=(GRANTS,),
    refusals=(TermsIncomplete, NothingChanged, PrintersBusy),
    services=(drafting, reading, editing, reducing, printing),
    models=(models,),
    events=(ContractDrafted, ContractReleased, ContractRevised, ContractVoided),
    nav=(NavGroup("", (NavItem(N_("Contracts"), "/contracts", "contract", ContractPermission.READ),)),),
)
