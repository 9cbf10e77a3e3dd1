"""Evaluating: reading what was opened, placing it exactly, and giving each lot's best remaining bid its turn."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Final
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.money import Money, Rate
from b2b_market.kernel.text import N_
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.evaluation import LocatePart, Part, ScoreBids
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.events.evaluation import EvaluationBegun, TenderEndedWithoutAward
from b2b_market.tendering.models.bids import Bid, BidContent
from b2b_market.tendering.models.evaluation import Evaluation, Inquiry, Ruling, TenderAward
from b2b_market.tendering.models.tenders import Tender, TenderLot, digest_of
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import judging, sheets
from b2b_market.tendering.rules.admission import StageFirst, has_negotiation
from b2b_market.tendering.rules.effective import Weighing, weigh
from b2b_market.tendering.rules.envelopes import TechnicalResultFinal
from b2b_market.tendering.rules.offers import Offer
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import seated
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.service.rates import frozen_rates, rates_of
from b2b_market.tendering.service.sight import Sight, asked_of, sight_of
from b2b_market.tendering.states.evaluation import TENDER_AWARD_LIFECYCLE, RulingStatus, TenderAwardStatus
from b2b_market.tendering.states.procedures import AwardOrder
from b2b_market.tendering.states.tenders import LOT_LIFECYCLE, TENDER_LIFECYCLE, LotStatus, TenderStatus

OPEN_AWARDS: Final = frozenset({TenderAwardStatus.PENDING, TenderAwardStatus.PROPOSED, TenderAwardStatus.ACTIVE})
UNDER_WAY: Final = frozenset({TenderAwardStatus.PROPOSED, TenderAwardStatus.ACTIVE})
OVERTAKEN: Final = N_("Another bid of the lot stands before it.")
OUT: Final = N_("The bid was disqualified.")


@dataclass(frozen=True, slots=True)
class JudgedLot:
    """A lot as it stands: every opened bid with its offer, the places of those admitted, and what is open.

    ``standing`` is empty while quality counts and the bids are not scored, and while prices are not to be seen; offers
    are then empty too. ``quality`` are the bids whose quality is scored, ``failed`` those that failed before prices.
    """

    lot: TenderLot
    bids: tuple[tuple[Bid, Offer], ...]
    standing: tuple[judging.Placed, ...]
    scored: bool
    rulings: tuple[Ruling, ...]
    inquiries: tuple[Inquiry, ...]
    awards: tuple[TenderAward, ...]
    quality: frozenset[UUID]
    failed: frozenset[UUID]

    @property
    def barred(self) -> frozenset[UUID]:
        """The bids that are disqualified, or failed before their prices were opened."""
        return self.failed | {one.bid_id for one in self.rulings if one.status is RulingStatus.CONFIRMED}

    @property
    def under_way(self) -> TenderAward | None:
        """The award that is proposed or stands."""
        return next((one for one in self.awards if one.status in UNDER_WAY), None)


@dataclass(frozen=True, slots=True)
class Judgement:
    """A tender's evaluation with every lot."""

    tender: Tender
    evaluation: Evaluation
    weights: judging.Weights
    rates: Mapping[str, Rate]
    lots: tuple[JudgedLot, ...]
    sight: Sight

    @property
    def version(self) -> int:
        """The version of the evaluation, which its ETag shows."""
        return self.evaluation.version


@operation(TenderPermission.EVALUATE)
def begin_evaluation(work: Work, scope: Scope, command: StepTender) -> Judgement:
    """Begin to judge an opened tender: its exchange rates freeze, and by price alone the best bids have their turn.

    Not by who published it (S2).
    """
    work.gate(command.tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "evaluate")
    _require_evaluator(scope, tender)
    if has_negotiation(read_procedure(tender.values)):
        raise StageFirst
    members = seated.members_at_work(work, scope, tender)
    TENDER_LIFECYCLE.advance(tender, "evaluate")
    work.touch(tender)
    mirror_status(work, tender)
    evaluation = Evaluation(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        begun_by=scope.user_id,
        evaluator_ids=list(dict.fromkeys((scope.user_id, *members))),
        rates=frozen_rates(work, scope, tender),
        scores=[],
    )
    work.session.add(evaluation)
    work.record("tender_evaluation.begun", evaluation)
    work.emit(EvaluationBegun(tender_id=tender.id, buyer_id=tender.buyer_id), tender)
    work.session.flush()
    return settle(work, scope, tender, evaluation)


@operation(TenderPermission.BID_READ)
def read_evaluation(work: Work, scope: Scope, command: ReadTender) -> Judgement:
    """Return the evaluation of an own tender; NotFound for everybody but its buyer, and before it has begun."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    evaluation = queries.evaluation_of(work.session, scope, tender.id)
    seated.require_reads(work, scope, tender)
    return judged(work, scope, tender, evaluation)


@operation(TenderPermission.BID_READ)
def tender_of(work: Work, scope: Scope, command: LocatePart) -> UUID:
    """Return the tender that something belongs to which the company may see; NotFound for any other id."""
    session, key = work.session, command.part_id
    if command.part is Part.BID:
        return queries.own_bid(session, scope, key).tender_id
    if command.part is Part.RULING:
        return queries.own_ruling(session, scope, key).tender_id
    if command.part is Part.INQUIRY:
        return queries.inquiry(session, scope, key).tender_id
    return queries.own_award(session, scope, key).tender_id


@operation(TenderPermission.EVALUATE)
def score_bids(work: Work, scope: Scope, command: ScoreBids) -> Judgement:
    """Score every bid (of one lot, or of all) on every criterion but the price; the best then have their turn.

    A later scoring replaces this one, until an award is proposed (AwardsUnderway).
    """
    tender, evaluation = at_work(work, scope, command.tender_id)
    work.expect_version(evaluation, command.expected_version)
    seated.require_buyer_scores(tender)
    before = judged(work, scope, tender, evaluation, command.lot_id)
    if before.sight.stage is not None:
        raise TechnicalResultFinal
    if any(lot.under_way is not None for lot in before.lots):
        raise judging.AwardsUnderway
    sheet = {(one.bid_id, one.criterion): one.score for one in command.scores}
    bids = [bid.id for lot in before.lots for bid, _ in lot.bids if bid.id in lot.quality]
    sheets.require_complete(sheet, bids, list(before.weights.quality))
    kept = [one for one in evaluation.scores if UUID(one["bid"]) not in bids]
    given = [{"bid": str(bid), "criterion": key, "score": format(score, "f")} for (bid, key), score in sheet.items()]
    evaluation.scores = sorted([*kept, *given], key=lambda one: (one["bid"], one["criterion"]))
    evaluation.scored_by, evaluation.scored_at = scope.user_id, work.now()
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.scored", evaluation)
    return settle(work, scope, tender, evaluation, command.lot_id)


def at_work(work: Work, scope: Scope, tender_id: UUID) -> tuple[Tender, Evaluation]:
    """Take the gate alone and lock an own tender that is being evaluated, and its evaluation."""
    work.gate(tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    if tender.status is not TenderStatus.EVALUATING:
        TENDER_LIFECYCLE.require(tender.status, "decide")
    return tender, queries.evaluation_of(work.session, scope, tender_id, lock=True)


def take_part(work: Work, scope: Scope, tender: Tender, evaluation: Evaluation) -> None:
    """Note that the acting person evaluates here; refuse who published the tender (S2)."""
    _require_evaluator(scope, tender)
    if scope.user_id not in evaluation.evaluator_ids:
        evaluation.evaluator_ids = [*evaluation.evaluator_ids, scope.user_id]
    work.touch(evaluation)


def judged(work: Work, scope: Scope, tender: Tender, evaluation: Evaluation, lot_id: UUID | None = None) -> Judgement:
    """Return every lot as it stands, or one: offers read, converted at the frozen rates, placed."""
    session, sight = work.session, sight_of(work, scope, tender)
    weights, rates = judging.weights_of(tender.criteria), rates_of(tender, evaluation)
    lots = [one for one in tender_queries.lots_of(session, scope, tender.id) if lot_id in (None, one.id)]
    found: dict[UUID, list[tuple[Bid, BidContent | None]]] = {}
    for bid, said in queries.bids_with_contents(session, scope, tender.id, lot_id):
        found.setdefault(bid.lot_id, []).append((bid, said))
    rulings = queries.rulings_of(session, scope, tender.id)
    inquiries = queries.inquiries_of(session, scope, tender.id)
    awards = queries.awards_of(session, scope, tender.id)
    standing_of = _Standing(tender, weights, rates, judging.scores_by_bid(sheet_of(evaluation)), ranked=sight.ranked)
    judged_lots = []
    for lot in lots:
        asked = asked_of(lot)
        read = [(bid, None if said is None else said.content) for bid, said in found.get(lot.id, ())]
        bids = tuple((bid, sight.offer(bid, said, asked)) for bid, said in read)
        own = [one for one in rulings if one.lot_id == lot.id]
        barred = sight.failed | {one.bid_id for one in own if one.status is RulingStatus.CONFIRMED}
        standing = standing_of(asked.weighing, bids, barred)
        judged_lots.append(
            JudgedLot(
                lot,
                bids,
                standing or (),
                standing is not None,
                tuple(own),
                tuple(one for one in inquiries if one.lot_id == lot.id),
                tuple(one for one in awards if one.lot_id == lot.id),
                frozenset(bid.id for bid, said in read if sight.scored(bid, said, asked)),
                sight.failed,
            )
        )
    return Judgement(tender, evaluation, weights, rates if sight.prices else {}, tuple(judged_lots), sight)


@dataclass(frozen=True, slots=True)
class _Standing:
    """Places the admitted bids of a lot; none where they are not scored yet, or prices do not count yet."""

    tender: Tender
    weights: judging.Weights
    rates: Mapping[str, Rate]
    scores: Mapping[UUID, Mapping[str, Fraction]]
    ranked: bool

    def __call__(
        self, weighing: Weighing, bids: Sequence[tuple[Bid, Offer]], barred: AbstractSet[UUID]
    ) -> tuple[judging.Placed, ...] | None:
        if not self.ranked and any(bid.id not in barred for bid, _ in bids):
            return None
        procedure = read_procedure(self.tender.values)
        admitted = [
            self._judged(bid, offer, self._converted(offer.total), weighing)
            for bid, offer in bids
            if offer.total is not None and bid.id not in barred
        ]
        seed = judging.tie_seed(self.tender.close_record)
        try:
            return judging.placed(admitted, self.weights, judging.threshold_of(procedure), procedure.tie_break, seed)
        except judging.ScoresMissing:
            return None

    def _judged(self, bid: Bid, offer: Offer, total: Decimal, weighing: Weighing) -> judging.Judged:
        weighed = weigh(total, weighing, offer.declared) if weighing else None
        return judging.Judged(bid.id, bid.sequence, total, self.scores.get(bid.id, {}), weighed)

    def _converted(self, total: Money) -> Decimal:
        if total.currency.code == self.tender.currency:
            return total.amount
        return self.rates[total.currency.code].convert(total).amount


def settle(work: Work, scope: Scope, tender: Tender, evaluation: Evaluation, lot_id: UUID | None = None) -> Judgement:
    """Give the best remaining bid of each lot (or all at once) its turn; end lots, and the tender, that have none.

    Awards of bids that have lost their place end. A lot whose award is under way is left alone, unless its bid is out.
    """
    work.session.flush()
    found = judged(work, scope, tender, evaluation, lot_id)
    for lot in found.lots:
        if lot.lot.status is LotStatus.ACTIVE:
            _settle_lot(work, tender, lot)
    work.session.flush()
    _end_if_empty(work, scope, tender)
    finish_if_decided(work, scope, tender)
    return judged(work, scope, tender, evaluation)


def _settle_lot(work: Work, tender: Tender, lot: JudgedLot) -> None:
    """Settle one lot; a bid that has its turn again gets a new award, and the one that it lost is annulled."""
    under_way = lot.under_way
    if under_way is not None and under_way.bid_id not in lot.barred:
        return
    ordered = read_procedure(tender.values).evaluation is AwardOrder.ORDERED
    turn = [one.bid_id for one in (lot.standing[:1] if ordered else lot.standing)]
    held = {one.bid_id: one for one in lot.awards if one.status in OPEN_AWARDS}
    for bid_id, award in held.items():
        if bid_id not in turn:
            lose(work, award, OUT if bid_id in lot.barred else OVERTAKEN)
    for award in lot.awards:
        if award.status is TenderAwardStatus.UNSUCCESSFUL and award.bid_id in turn:
            TENDER_AWARD_LIFECYCLE.advance(award, "annul")
            work.touch(award)
            work.record("tender_award.annulled", award)
    work.session.flush()
    offers = {bid.id: (bid, offer) for bid, offer in lot.bids}
    for bid_id in turn:
        if bid_id not in held:
            _give_turn(work, tender, *offers[bid_id])
    if not turn and lot.scored and all(bid.id in lot.barred for bid, _ in lot.bids):
        LOT_LIFECYCLE.advance(lot.lot, "fail")


def lose(work: Work, award: TenderAward, reason: str) -> None:
    """End an award that never stood, with the reason."""
    TENDER_AWARD_LIFECYCLE.advance(award, "lose")
    award.reason = reason
    work.touch(award)
    work.record("tender_award.lost", award)


def _give_turn(work: Work, tender: Tender, bid: Bid, offer: Offer) -> None:
    assert offer.total is not None  # noqa: S101 - only priced bids are placed
    award = TenderAward(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        lot_id=bid.lot_id,
        bid_id=bid.id,
        buyer_id=tender.buyer_id,
        supplier_id=bid.supplier_id,
        status=TENDER_AWARD_LIFECYCLE.initial,
        amount=offer.total.amount,
        currency=offer.total.currency.code,
        comment="",
    )
    work.session.add(award)
    work.record("tender_award.pending", award)


def _end_if_empty(work: Work, scope: Scope, tender: Tender) -> None:
    """Note the lots that came to nothing, and end a tender that has no other."""
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    digest = digest_of(lots)
    if digest != bytes(tender.lines_digest):
        tender.lines_digest = digest
        work.touch(tender)
        work.record("tender.lots_settled", tender)
    if tender.status is TenderStatus.EVALUATING and not any(lot.status is LotStatus.ACTIVE for lot in lots):
        TENDER_LIFECYCLE.advance(tender, "fail")
        tender.next_due_at = None
        mirror_status(work, tender)
        bidders = {bid.supplier_id for bid, _ in queries.bids_with_contents(work.session, scope, tender.id)}
        ended = TenderEndedWithoutAward(
            tender_id=tender.id, buyer_id=tender.buyer_id, supplier_ids=tuple(sorted(bidders))
        )
        work.emit(ended, tender)


def finish_if_decided(work: Work, scope: Scope, tender: Tender) -> None:
    """Let the tender stand still once every lot that is not off is decided; the last stand-still counts."""
    awards = active_awards(work, scope, tender.id)
    decided = {award.lot_id for award in awards}
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    waiting = any(lot.status is LotStatus.ACTIVE and lot.id not in decided for lot in lots)
    if waiting or not awards or tender.status is not TenderStatus.EVALUATING:
        return
    TENDER_LIFECYCLE.advance(tender, "decide")
    tender.next_due_at = max(one.standstill_ends_at for one in awards if one.standstill_ends_at is not None)
    work.touch(tender)
    mirror_status(work, tender)
    work.record("tender.decided", tender)


def active_awards(work: Work, scope: Scope, tender_id: UUID) -> list[TenderAward]:
    """Return the awards of an own tender that stand."""
    found = queries.awards_of(work.session, scope, tender_id)
    return [award for award in found if award.status is TenderAwardStatus.ACTIVE]


def _require_evaluator(scope: Scope, tender: Tender) -> None:
    if scope.user_id == tender.approver_id:
        raise judging.EvaluatorUnfit


def sheet_of(evaluation: Evaluation) -> Mapping[tuple[UUID, str], Fraction]:
    """Return the scores of an evaluation by bid and criterion."""
    return {(UUID(one["bid"]), one["criterion"]): Fraction(one["score"]) for one in evaluation.scores}
