"""The text of a bid guarantee, printed while no transaction is open."""

from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.bonds import ReadBond
from b2b_market.tendering.documents.guarantees import Guarantee, guarantee_pdf
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bonds as queries
from b2b_market.tendering.queries import tenders as tender_queries


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


def take_guarantee(transactions: Transactions, command: ReadBond) -> SavedFile:
    """Return the letter as a file; TenderPrintersBusy where no place gets free."""
    with transactions() as (work, actor):
        found = read_guarantee(work, actor, command)
    return SavedFile(f"{found.number}-guarantee.pdf", PDF_TYPE, guarantee_pdf(found))
