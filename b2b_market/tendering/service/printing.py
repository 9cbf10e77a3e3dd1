"""The notice and the opening record as PDF, printed while no transaction is open."""

from b2b_market.infra.documents.pdf import PDF_TYPE
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.bids import PrintOpening
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.documents.records import Printed, notice_pdf, opening_pdf
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import tenders as queries
from b2b_market.tendering.rules.envelopes import price_content
from b2b_market.tendering.rules.offers import offered_total
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.sight import sight_of


@operation(TenderPermission.READ)
def read_notice_sheet(work: Work, scope: Scope, command: ReadTender) -> Printed:
    """Return what the notice of a published tender is printed from; NotFound for a draft."""
    tender = queries.party_tender(work.session, scope, command.tender_id)
    return _printed(work, scope, tender)


@operation(TenderPermission.BID_READ)
def read_opening_sheet(work: Work, scope: Scope, command: PrintOpening) -> Printed:
    """Return what the opening record of an own tender's part, or of the last one opened, is printed from.

    NotFound before the opening, and for a record with prices before the technical scores are locked.
    """
    tender = queries.own_tender(work.session, scope, command.tender_id)
    seated.require_reads(work, scope, tender)
    sight = sight_of(work, scope, tender)
    records = bid_queries.openings_of(work.session, scope, tender.id)
    seen = [one for one in records if command.part in ("", one.part) and (sight.two or sight.prices)]
    if not seen:
        raise NotFound(tender_id=str(tender.id))
    opening = seen[-1]
    bids = bid_queries.opened_bids(work.session, scope, tender.id)
    said = bid_queries.contents_of(work.session, scope, [bid.id for bid in bids])
    names = organizations.companies(work, scope.actor, {bid.supplier_id for bid in bids})
    lots = {lot.id: lot for lot in queries.lots_of(work.session, scope, tender.id)}
    rows = []
    for bid in bids:
        lot, prices = lots[bid.lot_id], price_content(said.get(bid.id, {}))
        total = None if opening.part == Part.TECHNICAL else offered_total(prices, lot.items)
        shown = "-" if total is None else f"{total.currency.code} {total.amount:f}"
        rows.append((bid.sequence, names[bid.supplier_id].name, lot.title, shown))
    record = opening.record
    return _printed(work, scope, tender, record=record["record"], signature=record["signature"], bids=tuple(rows))


def take_notice(transactions: Transactions, command: ReadTender) -> SavedFile:
    """Return the notice as a file; TenderPrintersBusy where no place gets free."""
    with transactions() as (work, actor):
        sheet = read_notice_sheet(work, actor, command)
    return SavedFile(f"{sheet.number}-notice.pdf", PDF_TYPE, notice_pdf(sheet))


def take_opening(transactions: Transactions, command: PrintOpening) -> SavedFile:
    """Return the opening record as a file; TenderPrintersBusy where no place gets free."""
    with transactions() as (work, actor):
        sheet = read_opening_sheet(work, actor, command)
    return SavedFile(f"{sheet.number}-opening.pdf", PDF_TYPE, opening_pdf(sheet))


def _printed(work: Work, scope: Scope, tender: Tender, **more: object) -> Printed:
    if tender.notice is None or tender.document is None or tender.published_at is None:
        raise NotFound(tender_id=str(tender.id))
    buyer = organizations.companies(work, scope.actor, [tender.buyer_id])[tender.buyer_id]
    facts: dict[str, object] = {"signature": tender.notice["signature"], **more}
    return Printed(  # the signature and what more there is come by name
        number=tender.number,
        title=tender.title,
        buyer=buyer.name,
        document=tender.document,
        notice=tender.notice,
        made_at=tender.opened_at if more and tender.opened_at else tender.published_at,
        **facts,  # type: ignore[arg-type]  # each value is of its field's type by construction
    )
