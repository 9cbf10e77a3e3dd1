"""The text of a bid guarantee, printed while no transaction is open."""

from collections.abc import Callable
from contextlib import AbstractContextManager

from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Actor, Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.bonds import ReadBond
from b2b_market.tendering.documents.guarantees import Guarantee, guarantee_pdf
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bonds as queries
from b2b_market.tendering.queries import tenders as tender_queries

Transaction = Callable[[], AbstractContextManager[tuple[Work, Actor]]]


@operation(TenderPermission.BID_SUBMIT)
def read_guarantee(work: Work, scope: Scope, command: ReadBond) -> Guarantee:
    """Return what the letter of an own bond is printed from; NotFound for another's and for a transfer of money."""
    bond = queries.seen_bond(work.session, scope, command.bond_id)
    if bond.supplier_id not in scope.org_ids or bond.valid_until is None:
        raise NotFound(bond_id=str(command.bond_id))
    tender = tender_queries.party_tender(work.session, scope, bond.tender_id)
    lots = {lot.id: lot for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    names = organizations.companies(work, scope.actor, [tender.buyer_id, bond.supplier_id])
    return Guarantee(
        number=tender.number,
        title=tender.title,
        lot=f"{lots[bond.lot_id].position} {lots[bond.lot_id].title}",
        beneficiary=names[tender.buyer_id].name,
        applicant=names[bond.supplier_id].name,
        guarantor=bond.issuer,
        reference=bond.reference,
        amount=f"{bond.currency} {bond.amount.normalize():f}",
        valid_until=bond.valid_until,
        made_at=bond.changed_at,
    )


def take_guarantee(transaction: Transaction, command: ReadBond) -> tuple[str, bytes]:
    """Return the letter as a file's name and bytes; TenderPrintersBusy where no place gets free."""
    with transaction() as (work, actor):
        found = read_guarantee(work, actor, command)
    return f"{found.number}-guarantee.pdf", guarantee_pdf(found)
