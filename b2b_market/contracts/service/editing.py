"""What the buyer does with a contract: edit its terms, show it to the supplier, withdraw it."""

from sqlalchemy import update

from b2b_market.contracts import queries
from b2b_market.contracts.commands import EditTerms, ReleaseContract, Terms, VoidContract
from b2b_market.contracts.events import ContractReleased, ContractRevised, ContractVoided
from b2b_market.contracts.models import Contract, ContractDocument, ContractLine
from b2b_market.contracts.permissions import ContractPermission
from b2b_market.contracts.rules import terms as rules
from b2b_market.contracts.service.jobs import order_print
from b2b_market.contracts.service.views import ContractView, contract_view, places_of, put_terms, terms_of
from b2b_market.contracts.states import LIFECYCLE, ContractStatus
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference


@operation(ContractPermission.EDIT)
def edit_terms(work: Work, scope: Scope, command: EditTerms) -> ContractView:
    """Give the contract new terms, and with them a new edition; the supplier of a proposed one is told."""
    contract = queries.lock_own_contract(work.session, scope, command.contract_id)
    work.expect_version(contract, command.expected_version)
    step = "edit" if contract.status is ContractStatus.DRAFTED else "revise"
    LIFECYCLE.require(contract.status, step)
    _require_known(command.terms)
    rules.require_sound(command.terms)
    rules.require_change(terms_of(contract), command.terms, contract.edition)
    if step == "revise":
        rules.require_releasable(command.terms, _places(work, scope, contract))
    put_terms(contract, command.terms)
    LIFECYCLE.advance(contract, step)
    contract.edition += 1
    contract.edition_at = contract.changed_at = work.now()
    if step == "edit":
        work.record("contracts.edited", contract)
    else:
        work.emit(
            ContractRevised(
                contract_id=contract.id,
                number=contract.number,
                buyer_id=contract.buyer_id,
                supplier_id=contract.supplier_id,
                edition=contract.edition,
            ),
            contract,
        )
    work.session.flush()
    order_print(work, contract)
    return _view(work, scope, contract)


@operation(ContractPermission.RELEASE)
def release_contract(work: Work, scope: Scope, command: ReleaseContract) -> ContractView:
    """Show a draft with complete terms to its supplier as the buyer's proposal."""
    # Fingerprints that are being kept at this moment are wholly before or wholly after the release.
    work.gate(command.contract_id, exclusive=True)
    contract = queries.lock_own_contract(work.session, scope, command.contract_id)
    work.expect_version(contract, command.expected_version)
    LIFECYCLE.require(contract.status, "release")
    rules.require_releasable(terms_of(contract), _places(work, scope, contract))
    LIFECYCLE.advance(contract, "release")
    contract.shown_to = contract.supplier_id
    contract.released_at = contract.changed_at = work.now()
    work.emit(
        ContractReleased(
            contract_id=contract.id,
            number=contract.number,
            buyer_id=contract.buyer_id,
            supplier_id=contract.supplier_id,
            edition=contract.edition,
        ),
        contract,
    )
    work.session.flush()
    for table in (ContractLine, ContractDocument):
        work.session.execute(
            update(table.__table__)  # type: ignore[arg-type]  # a Table, as mapped
            .where(table.__table__.c.contract_id == contract.id)
            .values(shown_to=contract.shown_to)
        )
    return _view(work, scope, contract)


@operation(ContractPermission.VOID)
def void_contract(work: Work, scope: Scope, command: VoidContract) -> ContractView:
    """Withdraw a contract that nobody has signed; a supplier that has seen it is told why."""
    rules.require_reason(command.reason)
    contract = queries.lock_own_contract(work.session, scope, command.contract_id)
    work.expect_version(contract, command.expected_version)
    LIFECYCLE.advance(contract, "void")
    contract.void_reason = command.reason.strip()
    contract.changed_at = work.now()
    work.emit(
        ContractVoided(
            contract_id=contract.id,
            number=contract.number,
            buyer_id=contract.buyer_id,
            supplier_id=contract.supplier_id,
            released=contract.shown_to is not None,
            reason=contract.void_reason,
        ),
        contract,
    )
    work.session.flush()
    return _view(work, scope, contract)


def _require_known(terms: Terms) -> None:
    """Refuse a trade term or a country that does not exist."""
    if terms.incoterm:
        reference.incoterm(terms.incoterm)
    if terms.governing_law:
        reference.country(terms.governing_law)


def _places(work: Work, scope: Scope, contract: Contract) -> list[str]:
    return places_of(contract, queries.lines(work.session, scope, contract.id))


def _view(work: Work, scope: Scope, contract: Contract) -> ContractView:
    return contract_view(
        contract,
        queries.lines(work.session, scope, contract.id),
        queries.documents(work.session, scope, contract.id, contract.edition),
        scope,
    )
