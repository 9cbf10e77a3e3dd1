"""The end of the stand-still: awards bind, contracts or framework agreements follow, and the tender is complete."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.evaluation import TenderAwarded
from b2b_market.tendering.models.bids import Bid
from b2b_market.tendering.models.evaluation import Evaluation, TenderAward
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.offers import Offer, read_offer
from b2b_market.tendering.service import frameworks, framing, joining, suspending
from b2b_market.tendering.service.evaluating import active_awards
from b2b_market.tendering.service.frameworks import Concluding
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, TenderStatus

BATCH = 50


@operation(system=True, reason="the clock asks which stand-stills are over")
def over_standstills(work: Work, _scope: Scope, _command: None) -> list[tuple[UUID, UUID]]:
    """Return (tender, buyer) of the awarded tenders whose stand-still is over."""
    return list(queries.over(work.session, work.judging_time(), BATCH))


@operation(system=True, reason="the clock lets awards bind")
def conclude_tender(work: Work, scope: Scope, command: ReadTender) -> Tender | None:
    """Let the awards of a tender bind once its stand-still is over, and announce them. None where nothing is due.

    They wait for every undecided complaint about the tender.
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    due = tender.next_due_at
    if tender.status is not TenderStatus.AWARDED or due is None or work.judging_time() < due:
        return None
    if suspending.contracts_held(work, scope, tender):
        return None
    evaluation = queries.evaluation_of(work.session, scope, tender.id)
    awards = active_awards(work, scope, tender.id)
    if framing.terms_of(work, scope, tender) is not None:
        frameworks.conclude(work, scope, tender, evaluation, _concluding(work, scope, tender))
    tender.next_due_at = None
    work.touch(tender)
    awarded = TenderAwarded(
        tender_id=tender.id,
        evaluation_id=evaluation.id,
        buyer_id=tender.buyer_id,
        award_ids=tuple(award.id for award in awards),
        supplier_ids=tuple(sorted({award.supplier_id for award in awards})),
    )
    work.emit(awarded, tender)
    return tender


@dataclass(frozen=True, slots=True)
class Won:
    """A lot with the award that binds, the bid's number and version, and its offer."""

    lot: TenderLot
    award: TenderAward
    bid_sequence: int
    bid_version: int
    offer: Offer


@dataclass(frozen=True, slots=True)
class Buyer:
    """A company of a joint tender with its quantities, by lot and item in their order."""

    org_id: UUID
    quantities: Sequence[Sequence[Decimal]]


@dataclass(frozen=True, slots=True)
class Concluded:
    """A tender whose awards bind, by lot in order."""

    tender: Tender
    evaluation: Evaluation
    won: tuple[Won, ...]
    buyers: tuple[Buyer, ...] = ()
    """The companies that buy with the tender's own."""


@operation(system=True, reason="contracts are drafted from the awards they were told of")
def read_concluded(work: Work, scope: Scope, command: ReadTender) -> Concluded:
    """Return the binding awards of a tender with the prices they rest on; none where they concluded frameworks."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    evaluation = queries.evaluation_of(work.session, scope, tender.id)
    if framing.terms_of(work, scope, tender) is not None:
        return Concluded(tender, evaluation, ())
    won = [
        Won(one.lot, one.award, bid.sequence, number, offer)
        for one in _concluding(work, scope, tender)
        for bid, number, offer in one.bids
        if bid.id == one.award.bid_id
    ]
    joint = joining.confirmed(work, scope, tender.id)
    buyers = tuple(Buyer(one.org_id, joining.shares_of(one)) for one in joint)
    return Concluded(tender, evaluation, tuple(won), buyers)


@operation(system=True, reason="contracts reports that every contract of the tender is drafted")
def complete_tender(work: Work, scope: Scope, command: ReadTender) -> None:
    """Note that every contract of an awarded tender is drafted. Twice is once."""
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    if tender.status is TenderStatus.AWARDED and tender.next_due_at is None:
        TENDER_LIFECYCLE.advance(tender, "complete")
        work.touch(tender)
        mirror_status(work, tender)
        work.record("tender.completed", tender)


def _concluding(work: Work, scope: Scope, tender: Tender) -> list[Concluding]:
    """Return each awarded lot in order, with every bid of it, its version and its offer."""
    lots = {lot.id: lot for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    offered: dict[UUID, list[tuple[Bid, int, Offer]]] = {}
    for bid, said in queries.bids_with_contents(work.session, scope, tender.id):
        quantities = [Decimal(item["quantity"]) for item in lots[bid.lot_id].items]
        offer = read_offer(None if said is None else said.content, quantities)
        offered.setdefault(bid.lot_id, []).append((bid, bid.number, offer))
    found = [
        Concluding(lots[award.lot_id], award, offered[award.lot_id]) for award in active_awards(work, scope, tender.id)
    ]
    return sorted(found, key=lambda one: one.lot.position)
