"""Between the envelopes: the technical result is signed off, and opened prices are compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from typing import Final
from uuid import UUID

from b2b_market.infra.bulk import insert_rows
from b2b_market.infra.database import Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.kernel.refusal import NotFound
from b2b_market.organizations import public as organizations
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.tenders import ReadTender, StepTender
from b2b_market.tendering.events.stages import TechnicalLocked
from b2b_market.tendering.models.stages import TechnicalResult, TechnicalStage
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import bids as bid_queries
from b2b_market.tendering.queries import committee as committee_queries
from b2b_market.tendering.queries import stages as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import envelopes as rules
from b2b_market.tendering.rules import judging
from b2b_market.tendering.rules.naming import names_of
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.rules.sealed_journal import read_close
from b2b_market.tendering.rules.sealed_terms import Part
from b2b_market.tendering.service import correcting
from b2b_market.tendering.service.evaluating import (
    Judgement,
    at_work,
    judged,
    settle,
    sheet_of,
    take_part,
)
from b2b_market.tendering.service.rates import frozen_rates
from b2b_market.tendering.states.committee import CommitteeStatus
from b2b_market.tendering.states.evaluation import RulingStatus
from b2b_market.tendering.states.procedures import Publicity
from b2b_market.tendering.states.stages import STAGE_LIFECYCLE, Envelopes, StageStatus, TechnicalOutcome
from b2b_market.tendering.states.tenders import LotStatus

_NOTHING: Final[Mapping[str, Fraction]] = {}


@dataclass(frozen=True, slots=True)
class TechnicalView:
    """The technical result as far as the reader may see it; ``stage`` is none where only own results are shown.

    ``opened_at`` is when the price envelopes were opened.
    """

    tender_id: UUID
    stage: TechnicalStage | None
    results: Sequence[TechnicalResult]
    opened_at: datetime | None


@operation(TenderPermission.AWARD_APPROVE)
def lock_technical(work: Work, scope: Scope, command: StepTender) -> Judgement:
    """Sign off the technical result of a tender of two envelopes; ``expected_version`` is the evaluation's.

    By somebody who did not evaluate (S2), once every bid is scored and no disqualification or correction waits. Scores
    are final from here on. The key officers are called for the prices of the bids that passed; those of the others
    stay sealed.
    """
    tender, evaluation = at_work(work, scope, command.tender_id)
    work.expect_version(evaluation, command.expected_version)
    if read_procedure(tender.values).envelopes is not Envelopes.TWO:
        raise rules.NoTechnicalStage
    require_other_person(scope.actor, *evaluation.evaluator_ids, rule="S2")
    found = judged(work, scope, tender, evaluation)
    _require_sheets_open(work, scope, tender)
    if found.sight.stage is not None:
        raise rules.TechnicalResultFinal
    if any(one.status is RulingStatus.PROPOSED for lot in found.lots for one in lot.rulings):
        raise judging.RulingOpen
    correcting.require_decided(work, scope, found.lots)
    results = _results(found)
    stage = _signed(work, scope, tender, results)
    work.session.add(stage)
    work.record("tender_stage.locked", stage)
    work.session.flush()
    insert_rows(work.session, TechnicalResult, _rows(work, scope, stage, results))
    work.touch(tender)
    passed = any(one.outcome is TechnicalOutcome.PASSED for one in results)
    officers = tuple(tender.officer_ids) if passed else ()
    work.emit(TechnicalLocked(tender_id=tender.id, buyer_id=tender.buyer_id, officer_ids=officers), tender)
    return settle(work, scope, tender, evaluation)


@operation(TenderPermission.EVALUATE)
def compare_prices(work: Work, scope: Scope, command: StepTender) -> Judgement:
    """Compare the opened prices: exchange rates of the deadline's day freeze, and the best bids have their turn.

    ``expected_version`` is the evaluation's. PricesStillSealed before the officers have opened them.
    """
    tender, evaluation = at_work(work, scope, command.tender_id)
    work.expect_version(evaluation, command.expected_version)
    if read_procedure(tender.values).envelopes is not Envelopes.TWO:
        raise rules.NoTechnicalStage
    stage = queries.stage_of(work.session, scope, tender.id, lock=True)
    if stage is None or stage.status is StageStatus.LOCKED:
        raise rules.PricesStillSealed
    STAGE_LIFECYCLE.advance(stage, "compare")
    stage.compared_by, stage.compared_at = scope.user_id, work.now()
    work.touch(stage)
    work.record("tender_stage.compared", stage)
    evaluation.rates = frozen_rates(work, scope, tender)
    take_part(work, scope, tender, evaluation)
    work.record("tender_evaluation.prices_compared", evaluation)
    return settle(work, scope, tender, evaluation)


@operation(TenderPermission.BID_READ, system=True, reason="handlers tell every bidder of its own technical result")
def read_technical(work: Work, scope: Scope, command: ReadTender) -> TechnicalView:
    """Return the technical result: all of it to the buyer, and to all who read the tender where it is public.

    Any other bidder reads what its own bids came to; NotFound before anything is signed off.
    """
    tender = tender_queries.party_tender(work.session, scope, command.tender_id)
    results = queries.technical_results(work.session, scope, tender.id)
    stage = queries.stage_of(work.session, scope, tender.id)
    if stage is None and not results:
        raise NotFound(tender_id=str(tender.id))
    opened = [one for one in bid_queries.openings_of(work.session, scope, tender.id) if one.part == Part.PRICE]
    return TechnicalView(tender.id, stage, results, opened[-1].opened_at if opened else None)


@operation(public=True, reason="the technical result of a public tender is there for everybody")
def read_public_technical(work: Work, scope: Scope, command: ReadTender) -> TechnicalView:
    """Return the technical result of a tender on the public board whose procedure makes it public; else NotFound."""
    if tender_queries.on_board(work.session, command.tender_id) is None:
        raise NotFound(tender_id=str(command.tender_id))
    with work.reaching(Tenant(machine=True)):  # a stranger has no company; only what is public is returned
        stage = queries.stage_of(work.session, scope, command.tender_id)
        results = queries.technical_results(work.session, scope, command.tender_id)
    if stage is None or not stage.public:
        raise NotFound(tender_id=str(command.tender_id))
    return TechnicalView(command.tender_id, stage, results, stage.opened_at)


def _require_sheets_open(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse with ScoresMissing while a committee has not opened its sheets."""
    if read_procedure(tender.values).committee is None:
        return
    committee = committee_queries.committee_of(work.session, scope, tender.id)
    if committee is None or committee.status is not CommitteeStatus.SCORED:
        raise judging.ScoresMissing


def _results(found: Judgement) -> list[rules.Judged]:
    """Return what every opened bid came to; ScoresMissing where quality counts and one is not scored."""
    least = read_procedure(found.tender.values).technical_least
    scores = judging.scores_by_bid(sheet_of(found.evaluation))
    results = []
    for lot in found.lots:
        if lot.lot.status is not LotStatus.ACTIVE:
            continue
        for bid, _ in lot.bids:
            score = rules.technical_score(scores.get(bid.id, _NOTHING), found.weights)
            outcome = rules.outcome_of(bid.status, score, least, disqualified=bid.id in lot.barred)
            if outcome is TechnicalOutcome.PASSED and score is None and found.weights.quality:
                raise judging.ScoresMissing
            results.append(rules.Judged(bid.id, lot.lot.id, bid.supplier_id, outcome, score))
    return results


def _signed(work: Work, scope: Scope, tender: Tender, results: Sequence[rules.Judged]) -> TechnicalStage:
    procedure = read_procedure(tender.values)
    close = read_close(tender.close_record).close.digest().hex()
    record = rules.result_record(tender.id, close, results, (scope.user_id, work.now(), procedure.technical_least))
    signed = work.receipts.sign(record)
    return TechnicalStage(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        public=procedure.notice is Publicity.PUBLIC,
        status=STAGE_LIFECYCLE.initial,
        locked_by=scope.user_id,
        locked_at=work.now(),
        record=record,
        signature=signed.signature,
        key_id=signed.key_id,
    )


def _rows(work: Work, scope: Scope, stage: TechnicalStage, results: Sequence[rules.Judged]) -> list[dict[str, object]]:
    names = organizations.companies(work, scope.actor, {one.supplier_id for one in results})
    return [
        {
            "bid_id": one.bid_id,
            "tender_id": stage.tender_id,
            "lot_id": one.lot_id,
            "buyer_id": stage.buyer_id,
            "supplier_id": one.supplier_id,
            "public": stage.public,
            "bidder": names[one.supplier_id].name,
            "bidder_names": names_of(names[one.supplier_id].legal_name_zh, names[one.supplier_id].legal_name_en),
            "outcome": one.outcome.value,
            "score": None if one.score is None else str(one.score),
        }
        for one in results
    ]
