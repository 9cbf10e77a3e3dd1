"""Awards of lots: proposed by those who evaluate, signed off by an approver, binding after the stand-still."""

from collections.abc import Sequence
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
from b2b_market.tendering.commands.evaluation import ReadDecision, StepAward
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.evaluation import (
    LotDecided,
    TenderAwardProposed,
    TenderAwardReturned,
)
from b2b_market.tendering.models.evaluation import Evaluation, TenderAward, TenderResult
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import deciding, judging
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.naming import names_of, together
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import competing, correcting, framing, publicity, suspending
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.service.evaluating import (
    JudgedLot,
    Judgement,
    at_work,
    finish_if_decided,
    judged,
    lose,
    take_part,
)
from b2b_market.tendering.service.limits import in_limit_currency
from b2b_market.tendering.states.evaluation import (
    TENDER_AWARD_LIFECYCLE,
    InquiryKind,
    InquiryStatus,
    Outcome,
    RulingStatus,
    TenderAwardStatus,
)
from b2b_market.tendering.states.procedures import Publicity

OTHERS_CHOSEN = N_("The lot was awarded to another bid.")


@operation(TenderPermission.AWARD)
def propose_award(work: Work, scope: Scope, command: StepAward) -> TenderAward:
    """Propose to award a lot to the bid whose turn it is, with the grounds; an approver decides.

    Refused while somebody proposes to disqualify the bid, its low price is not explained, a correction of documents is
    not decided, another stands before it, or a complaint concerns the lot.
    """
    tender, evaluation, award = _at_award(work, scope, command)
    TENDER_AWARD_LIFECYCLE.require(award.status, "propose")
    found = judged(work, scope, tender, evaluation, award.lot_id)
    _require_awardable(found.lots[0], award, framing.most_winners(work, scope, tender))
    correcting.require_decided(work, scope, found.lots)
    suspending.require_clear(work, scope, tender.id, award.lot_id)
    competing.require_price(work, scope, found, award)
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
    deciding.require_within(in_limit_currency(work, scope, framing.committed(work, scope, tender, award)), scope.limit)
    found = judged(work, scope, tender, evaluation, award.lot_id)
    lot = found.lots[0]
    winners = _require_awardable(lot, award, framing.most_winners(work, scope, tender))
    correcting.require_decided(work, scope, found.lots)
    suspending.require_clear(work, scope, tender.id, award.lot_id)
    publicity.require_published(work, scope, tender, award.lot_id, award.bid_id)
    competing.order(work, scope, found, award)
    _decide(work, scope, found, award, winners if framing.terms_of(work, scope, tender) is not None else ())
    for other in lot.awards:
        if other.status is TenderAwardStatus.PENDING:
            lose(work, other, OTHERS_CHOSEN)
    work.session.flush()
    suppliers = _tell_results(work, scope, tender, lot, (award, winners))
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


def _at_award(work: Work, scope: Scope, command: StepAward) -> tuple[Tender, Evaluation, TenderAward]:
    tender_id = queries.own_award(work.session, scope, command.award_id).tender_id
    tender, evaluation = at_work(work, scope, tender_id)
    award = queries.own_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    return tender, evaluation, award


def _require_awardable(lot: JudgedLot, award: TenderAward, most: int) -> tuple[UUID, ...]:
    """Return the bids that win: the award's, which is the best, and those up to place ``most``; refuse what is open."""
    questioned = {one.bid_id for one in lot.rulings if one.status is RulingStatus.PROPOSED}
    if award.bid_id in questioned:
        raise judging.RulingOpen
    if not lot.scored:
        raise judging.ScoresMissing
    judging.require_best(award.bid_id, lot.standing)
    winners = lot.standing[:most]
    if any(one.bid_id in questioned for one in winners):
        raise judging.RulingOpen
    accepted = {
        one.bid_id
        for one in lot.inquiries
        if one.kind is InquiryKind.LOW_PRICE and one.status is InquiryStatus.ACCEPTED
    }
    for one in winners:
        judging.require_explained(one, accepted=one.bid_id in accepted)
    return tuple(one.bid_id for one in winners)


def _decide(work: Work, scope: Scope, found: Judgement, award: TenderAward, members: Sequence[UUID]) -> None:
    """Sign the decision and let the award stand; ``members`` are the bids that a framework is concluded with."""
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
            members=members,
        )
    )
    signed = work.receipts.sign(record)
    TENDER_AWARD_LIFECYCLE.advance(award, "approve")
    award.approver_id, award.decided_at, award.standstill_ends_at = scope.user_id, work.now(), ends_at
    award.record, award.signature, award.key_id = record, signed.signature, signed.key_id
    work.touch(award)


def _tell_results(
    work: Work, scope: Scope, tender: Tender, lot: JudgedLot, decided: tuple[TenderAward, Sequence[UUID]]
) -> tuple[UUID, ...]:
    """Store each bidder's result of a decided lot, and return the bidders."""
    award, winners = decided
    public = read_procedure(tender.values).results is Publicity.PUBLIC
    bidders = {bid.id: bid.supplier_id for bid, _ in lot.bids}
    companies = organizations.companies(work, scope.actor, [bidders[one] for one in winners])
    won_by = [companies[bidders[one]] for one in winners]
    known = [(one.name, names_of(one.legal_name_zh, one.legal_name_en)) for one in won_by]
    places = {one.bid_id: one.place for one in lot.standing}
    rulings = {one.bid_id: one for one in lot.rulings if one.status is RulingStatus.CONFIRMED}
    rows: list[dict[str, object]] = []
    for bid, _ in lot.bids:
        ruling, won = rulings.get(bid.id), bid.id in winners
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
                "winner": ", ".join(own for own, _ in known),
                "winner_names": together(known),
                "winning_amount": award.amount if bid.id == award.bid_id or public else None,
                "currency": award.currency,
                "decided_at": award.decided_at,
                "standstill_ends_at": award.standstill_ends_at,
            }
        )
    insert_rows(work.session, TenderResult, rows)
    return tuple(sorted({bid.supplier_id for bid, _ in lot.bids}))
