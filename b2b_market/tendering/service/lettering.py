"""Letters to bidders about decided lots, read in one transaction and printed while none is open."""

from b2b_market.infra.documents.model import Words, distinct
from b2b_market.infra.saving import SavedFile
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import Transactions, operation
from b2b_market.tendering.commands.bids import ReadBid
from b2b_market.tendering.documents.frame import PaperFormat
from b2b_market.tendering.documents.letters import Letter, letter_file
from b2b_market.tendering.models.evaluation import TenderResult
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.naming import LANGUAGES, named, names_of
from b2b_market.tendering.states.evaluation import Outcome


@operation(TenderPermission.BID_READ)
def read_letter(work: Work, scope: Scope, command: ReadBid) -> Letter:
    """Return what the bidder of a decided lot is told, to it and to the buyer; NotFound before and for others."""
    result = queries.result_of(work.session, scope, command.bid_id)
    bid = bid_queries.visible_bid(work.session, scope, result.bid_id)
    tender = tender_queries.party_tender(work.session, scope, result.tender_id)
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    lot = next(one for one in lots if one.id == result.lot_id)
    names = organizations.companies(work, scope.actor, {tender.buyer_id, result.supplier_id})
    amount = result.winning_amount
    return Letter(
        number=tender.number,
        title=tender.title,
        buyer=names[tender.buyer_id].name,
        bidder=names[result.supplier_id].name,
        receipt=f"{tender.number}-{bid.sequence}",
        lot=f"{lot.position} {lot.title}",
        outcome=result.outcome,
        place=f"{result.place} / {result.admitted}" if result.place else "",
        winner=_winner(result, names[result.supplier_id]),
        amount="" if amount is None else _shown(Money(amount, Currency(result.currency)).rounded()),
        ground=result.ground,
        reason=result.reason,
        decided_at=result.decided_at,
        standstill_ends_at=result.standstill_ends_at,
    )


def take_letter(transactions: Transactions, command: ReadBid, kind: PaperFormat) -> SavedFile:
    """Return the letter as a file; TenderPrintersBusy where no place gets free for a PDF."""
    with transactions() as (work, actor):
        letter = read_letter(work, actor, command)
    return SavedFile(f"{letter.receipt}-letter.{kind}", kind.media_type, letter_file(letter, kind))


def _winner(result: TenderResult, bidder: organizations.CompanyView) -> Words:
    """Return who won in each language; to one of several winners its own name."""
    own, names = result.winner, result.winner_names
    if result.outcome is Outcome.WON:
        own, names = bidder.name, names_of(bidder.legal_name_zh, bidder.legal_name_en)
    return distinct(named(own, names, language) for language in LANGUAGES)


def _shown(amount: Money) -> str:
    return f"{amount.currency.code} {amount.amount:,f}"
