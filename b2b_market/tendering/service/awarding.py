"""Awards of lots: proposed by those who evaluate, signed off by an approver, binding after the stand-still."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.work import Work
from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money
from b2b_market.kernel.refusal import NotFound
from b2b_market.kernel.text import N_
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.reference import public as reference
from b2b_market.tendering.commands.evaluation import ReadDecision, StepAward
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.evaluation import (
    LotDecided,
    TenderAwarded,
    TenderAwardProposed,
    TenderAwardReturned,
)
from b2b_market.tendering.models.evaluation import Evaluation, TenderAward, TenderResult
from b2b_market.tendering.models.tenders import Tender, TenderLot
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import deciding, judging
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.offers import Offer, read_offer
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import publicity, suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.evaluating import (
    JudgedLot,
    Judgement,
    active_awards,
    at_work,
    finish_if_decided,
    judged,
    lose,
    take_part,
)
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.evaluation import (
    TENDER_AWARD_LIFECYCLE,
    InquiryKind,
    InquiryStatus,
    Outcome,
    RulingStatus,
    TenderAwardStatus,
)
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE, TenderStatus

BATCH = 50
OTHERS_CHOSEN = N_("The lot was awarded to another bid.")


@operation(TenderPermission.AWARD)
def propose_award(work: Work, scope: Scope, command: StepAward) -> TenderAward:
    """Propose to award a lot to the bid whose turn it is, with the grounds; an approver decides.

    Refused while somebody proposes to disqualify the bid, its low price is not explained, another stands before it, or
    a complaint concerns the lot.
    """
    tender, evaluation, award = _at_award(work, scope, command)
    TENDER_AWARD_LIFECYCLE.require(award.status, "propose")
    lot = judged(work, scope, tender, evaluation, award.lot_id).lots[0]
    _require_awardable(lot, award)
    suspending.require_clear(work, scope, tender.id, award.lot_id)
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.award_proposed", evaluation)
    TENDER_AWARD_LIFECYCLE.advance(award, "propose")
    award.proposer_id, award.comment, award.reason = scope.user_id, require_reason(command.text), None
    work.touch(award)
    proposed = TenderAwardProposed(
        award_id=award.id, tender_id=tender.id, buyer_id=tender.buyer_id, proposer_id=scope.user_id
    )
    work.emit(proposed, award)
    return award


@operation(TenderPermission.AWARD_APPROVE)
def return_award(work: Work, scope: Scope, command: StepAward) -> TenderAward:
    """Send a proposed award back with a reason; the bid keeps its turn."""
    tender, _, award = _at_award(work, scope, command)
    TENDER_AWARD_LIFECYCLE.require(award.status, "return")
    award.reason = require_reason(command.text)
    TENDER_AWARD_LIFECYCLE.advance(award, "return")
    proposer, award.proposer_id = award.proposer_id, None
    work.touch(award)
    assert proposer is not None  # noqa: S101 - a proposed award has a proposer
    returned = TenderAwardReturned(
        award_id=award.id,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        proposer_id=proposer,
        reason=award.reason,
    )
    work.emit(returned, award)
    return award


@operation(TenderPermission.AWARD_APPROVE)
def approve_award(work: Work, scope: Scope, command: StepAward) -> TenderAward:
    """Decide a lot: the record of the decision is signed, every bidder gets its result, the stand-still begins.

    By another person than the proposer (S1) who did not evaluate (S2), within the own limit. Once every lot is decided
    the tender is awarded.
    """
    tender, evaluation, award = _at_award(work, scope, command)
    TENDER_AWARD_LIFECYCLE.require(award.status, "approve")
    require_other_person(scope.actor, award.proposer_id)
    require_other_person(scope.actor, *evaluation.evaluator_ids, rule="S2")
    deciding.require_within(_in_limit_currency(work, scope, award), scope.limit)
    found = judged(work, scope, tender, evaluation, award.lot_id)
    lot = found.lots[0]
    _require_awardable(lot, award)
    suspending.require_clear(work, scope, tender.id, award.lot_id)
    publicity.require_published(work, scope, tender, award.lot_id, award.bid_id)
    _decide(work, scope, found, award)
    for other in lot.awards:
        if other.status is TenderAwardStatus.PENDING:
            lose(work, other, OTHERS_CHOSEN)
    work.session.flush()
    suppliers = _tell_results(work, scope, tender, lot, award)
    assert award.standstill_ends_at is not None  # noqa: S101 - just decided
    decided = LotDecided(
        award_id=award.id,
        tender_id=tender.id,
        lot_id=award.lot_id,
        buyer_id=tender.buyer_id,
        supplier_ids=suppliers,
        standstill_ends_at=award.standstill_ends_at,
    )
    work.emit(decided, award)
    finish_if_decided(work, scope, tender)
    return award


@operation(TenderPermission.BID_READ)
def read_decision(work: Work, scope: Scope, command: ReadDecision) -> TenderAward:
    """Return the award of an own tender whose decision is signed; NotFound for any other."""
    award = queries.own_award(work.session, scope, command.award_id)
    if award.record is None:
        raise NotFound(award_id=str(command.award_id))
    return award


@operation(TenderPermission.BID_READ, system=True, reason="handlers tell every bidder of its own result")
def read_results(work: Work, scope: Scope, command: ReadTender) -> Sequence[TenderResult]:
    """Return what the own company's bids came to; to the buyer every result."""
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    return queries.results_of(work.session, scope, tender.id)


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
class Concluded:
    """A tender whose awards bind, by lot in order."""

    tender: Tender
    evaluation: Evaluation
    won: tuple[Won, ...]


@operation(system=True, reason="contracts are drafted from the awards they were told of")
def read_concluded(work: Work, scope: Scope, command: ReadTender) -> Concluded:
    """Return the binding awards of a tender with the prices they rest on."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    evaluation = queries.evaluation_of(work.session, scope, tender.id)
    lots = {lot.id: lot for lot in tender_queries.lots_of(work.session, scope, tender.id)}
    found = {bid.id: (bid, said) for bid, said in queries.bids_with_contents(work.session, scope, tender.id)}
    won = []
    for award in active_awards(work, scope, tender.id):
        lot, (bid, said) = lots[award.lot_id], found[award.bid_id]
        quantities = [Decimal(item["quantity"]) for item in lot.items]
        offer = read_offer(None if said is None else said.content, quantities)
        won.append(Won(lot, award, bid.sequence, bid.number, offer))
    return Concluded(tender, evaluation, tuple(sorted(won, key=lambda one: one.lot.position)))


@operation(system=True, reason="contracts reports that every contract of the tender is drafted")
def complete_tender(work: Work, scope: Scope, command: ReadTender) -> None:
    """Note that every contract of an awarded tender is drafted. Twice is once."""
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    if tender.status is TenderStatus.AWARDED and tender.next_due_at is None:
        TENDER_LIFECYCLE.advance(tender, "complete")
        work.touch(tender)
        mirror_status(work, tender)
        work.record("tender.completed", tender)


def _at_award(work: Work, scope: Scope, command: StepAward) -> tuple[Tender, Evaluation, TenderAward]:
    tender_id = queries.own_award(work.session, scope, command.award_id).tender_id
    tender, evaluation = at_work(work, scope, tender_id)
    award = queries.own_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    return tender, evaluation, award


def _require_awardable(lot: JudgedLot, award: TenderAward) -> None:
    open_rulings = [one for one in lot.rulings if one.status is RulingStatus.PROPOSED]
    if any(one.bid_id == award.bid_id for one in open_rulings):
        raise judging.RulingOpen
    if not lot.scored:
        raise judging.ScoresMissing
    found = judging.require_best(award.bid_id, lot.standing)
    accepted = any(
        one.bid_id == award.bid_id and one.kind is InquiryKind.LOW_PRICE and one.status is InquiryStatus.ACCEPTED
        for one in lot.inquiries
    )
    judging.require_explained(found, accepted=accepted)


def _in_limit_currency(work: Work, scope: Scope, award: TenderAward) -> Money:
    amount = Money(award.amount, Currency(award.currency))
    if scope.limit is None or amount.currency == scope.limit.currency:
        return amount
    rate = reference.rate_on(work, scope.actor, amount.currency, scope.limit.currency, work.now().date())
    return rate.convert(amount)


def _decide(work: Work, scope: Scope, found: Judgement, award: TenderAward) -> None:
    """Sign the decision and let the award stand."""
    tender, lot = found.tender, found.lots[0]
    procedure = read_procedure(tender.values)
    ends_at = clock_of(work, scope, tender).end_of(work.now(), procedure.standstill)
    record = deciding.decision_record(
        deciding.Decision(
            tender_id=tender.id,
            number=tender.number,
            lot_id=award.lot_id,
            award_id=award.id,
            bid_id=award.bid_id,
            supplier_id=award.supplier_id,
            amount=Money(award.amount, Currency(award.currency)).rounded(),
            currency=tender.currency,
            standing=lot.standing,
            disqualified=[
                {"bid": one.bid_id, "ground": one.ground.value, "reason": one.reason}
                for one in lot.rulings
                if one.status is RulingStatus.CONFIRMED
            ],
            explained=[
                {"bid": one.bid_id, "kind": one.kind.value, "status": one.status.value, "finding": one.finding}
                for one in lot.inquiries
            ],
            rates=found.evaluation.rates,
            proposer_id=award.proposer_id,
            approver_id=scope.user_id,
            comment=award.comment,
            decided_at=work.now(),
            standstill_ends_at=ends_at,
        )
    )
    signed = work.receipts.sign(record)
    TENDER_AWARD_LIFECYCLE.advance(award, "approve")
    award.approver_id, award.decided_at, award.standstill_ends_at = scope.user_id, work.now(), ends_at
    award.record, award.signature, award.key_id = record, signed.signature, signed.key_id
    work.touch(award)


def _tell_results(work: Work, scope: Scope, tender: Tender, lot: JudgedLot, award: TenderAward) -> tuple[UUID, ...]:
    """Store each bidder's result of a decided lot, and return the bidders."""
    public = read_procedure(tender.values).results is Publicity.PUBLIC
    winner = organizations.company(work, scope.actor, award.supplier_id).name
    places = {one.bid_id: one.place for one in lot.standing}
    rulings = {one.bid_id: one for one in lot.rulings if one.status is RulingStatus.CONFIRMED}
    rows: list[dict[str, object]] = []
    for bid, _ in lot.bids:
        ruling, won = rulings.get(bid.id), bid.id == award.bid_id
        outcome = Outcome.WON if won else Outcome.LOST if ruling is None else Outcome.DISQUALIFIED
        rows.append(
            {
                "bid_id": bid.id,
                "tender_id": tender.id,
                "lot_id": lot.lot.id,
                "award_id": award.id,
                "buyer_id": tender.buyer_id,
                "supplier_id": bid.supplier_id,
                "outcome": outcome.value,
                "place": places.get(bid.id),
                "admitted": len(places),
                "ground": None if ruling is None else ruling.ground.value,
                "reason": "" if ruling is None else ruling.reason,
                "winner": winner,
                "winning_amount": award.amount if won or public else None,
                "currency": award.currency,
                "decided_at": award.decided_at,
                "standstill_ends_at": award.standstill_ends_at,
            }
        )
    insert_rows(work.session, TenderResult, rows)
    return tuple(sorted({bid.supplier_id for bid, _ in lot.bids}))
