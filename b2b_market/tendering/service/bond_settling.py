"""What the buyer does with bonds: it records their return, or keeps one that two people agree to keep."""

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bonds import ProposeForfeiture, StepBond
from b2b_market.tendering.events.bonds import BondForfeited, BondForfeitureProposed, BondReturned
from b2b_market.tendering.models.bonds import Bond
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bonds as queries
from b2b_market.tendering.queries import reducing as reducing_queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import bonds as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.bonding import standing_of
from b2b_market.tendering.states.bonds import BOND_LIFECYCLE


@operation(TenderPermission.BOND_SETTLE)
def return_bond(work: Work, scope: Scope, command: StepBond) -> Bond:
    """Record that a bond went back; ``text`` is the bank's reference. BondNotDue while it secures a bid."""
    bond = _held(work, scope, command, "return")
    tender = tender_queries.own_tender(work.session, scope, bond.tender_id)
    told = queries.outcomes(work.session, scope, tender.id)
    out = reducing_queries.out_since(work.session, scope, tender.id)
    release = rules.require_released(rules.release_of(standing_of(tender, bond, told, out)))
    bond.return_reference = require_reason(command.text)
    _settle(work, scope, bond, "return")
    returned = BondReturned(
        bond_id=bond.id,
        tender_id=bond.tender_id,
        buyer_id=bond.buyer_id,
        supplier_id=bond.supplier_id,
        amount=bond.amount,
        currency=bond.currency,
        form=bond.form.value,
        cause=release.cause.value,
        reference=bond.return_reference,
    )
    work.emit(returned, bond)
    return bond


@operation(TenderPermission.BOND_SETTLE)
def propose_forfeiture(work: Work, scope: Scope, command: ProposeForfeiture) -> Bond:
    """Propose to keep a bond, and say why; another person decides (S1)."""
    bond = _held(work, scope, StepBond(command.bond_id, command.expected_version), "propose_forfeiture")
    bond.ground, bond.reason = command.ground, require_reason(command.reason)
    bond.proposer_id, bond.decider_id, bond.decided_at, bond.remark = scope.user_id, None, None, None
    BOND_LIFECYCLE.advance(bond, "propose_forfeiture")
    work.touch(bond)
    proposed = BondForfeitureProposed(
        bond_id=bond.id,
        tender_id=bond.tender_id,
        buyer_id=bond.buyer_id,
        supplier_id=bond.supplier_id,
        proposer_id=scope.user_id,
    )
    work.emit(proposed, bond)
    return bond


@operation(TenderPermission.BOND_FORFEIT)
def confirm_forfeiture(work: Work, scope: Scope, command: StepBond) -> Bond:
    """Keep a bond as another person proposed; its bidder is told why."""
    bond = _held(work, scope, command, "confirm_forfeiture")
    require_other_person(scope.actor, bond.proposer_id)
    bond.decider_id, bond.decided_at = scope.user_id, work.now()
    _settle(work, scope, bond, "confirm_forfeiture")
    assert bond.ground is not None  # noqa: S101 - it was proposed with one
    kept = BondForfeited(
        bond_id=bond.id,
        tender_id=bond.tender_id,
        buyer_id=bond.buyer_id,
        supplier_id=bond.supplier_id,
        amount=bond.amount,
        currency=bond.currency,
        ground=bond.ground.value,
        form=bond.form.value,
    )
    work.emit(kept, bond)
    return bond


@operation(TenderPermission.BOND_FORFEIT)
def dismiss_forfeiture(work: Work, scope: Scope, command: StepBond) -> Bond:
    """Hold a bond on that somebody proposed to keep, and say why."""
    bond = _held(work, scope, command, "dismiss_forfeiture")
    require_other_person(scope.actor, bond.proposer_id)
    bond.remark = require_reason(command.text)
    bond.decider_id, bond.decided_at = scope.user_id, work.now()
    BOND_LIFECYCLE.advance(bond, "dismiss_forfeiture")
    work.touch(bond)
    work.record("tender_bond.forfeiture_dismissed", bond)
    return bond


def _held(work: Work, scope: Scope, command: StepBond, step: str) -> Bond:
    """Return a bond on an own tender, locked, of which the buyer knows, if the step may be taken."""
    known = queries.seen_bond(work.session, scope, command.bond_id)
    if known.buyer_id not in scope.org_ids:
        raise NotFound(bond_id=str(command.bond_id))
    work.gate(known.tender_id, exclusive=True)
    tender = tender_queries.own_tender(work.session, scope, known.tender_id)
    seated.require_reads(work, scope, tender)
    bond = queries.seen_bond(work.session, scope, known.id, lock=True)
    work.expect_version(bond, command.expected_version)
    BOND_LIFECYCLE.require(bond.status, step)
    return bond


def _settle(work: Work, scope: Scope, bond: Bond, step: str) -> None:
    BOND_LIFECYCLE.advance(bond, step)
    bond.settled_by, bond.settled_at = scope.user_id, work.now()
    work.touch(bond)
