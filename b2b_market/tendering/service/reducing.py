"""Going on with fewer companies in talks: proposed by the announced criteria, decided by a second person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from b2b_market.infra.ids import new_id
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.reducing import DecideReduction, ProposeReduction
from b2b_market.tendering.commands.tenders import ReadTender
from b2b_market.tendering.events.reducing import ParticipantDropped, ReductionDismissed, ReductionProposed
from b2b_market.tendering.models.reducing import Departure, Reduction
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import reducing as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules import reducing as rules
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.rules.judging import EvaluatorUnfit
from b2b_market.tendering.rules.procedures import read_procedure
from b2b_market.tendering.service import suspending, talking
from b2b_market.tendering.service.drafting import clock_of
from b2b_market.tendering.states.reducing import DEPARTURE_LIFECYCLE, REDUCTION_LIFECYCLE, DepartureKind
from b2b_market.tendering.states.tenders import TENDER_LIFECYCLE


@dataclass(frozen=True, slots=True)
class ReductionView:
    """A proposal with what its scores come to, exact, and the places."""

    reduction: Reduction
    totals: Mapping[UUID, Fraction]
    places: Mapping[UUID, int]

    @property
    def version(self) -> int:
        """The version of the proposal, which its ETag shows."""
        return self.reduction.version


@operation(TenderPermission.EVALUATE)
def propose_reduction(work: Work, scope: Scope, command: ProposeReduction) -> ReductionView:
    """Propose to go on without the companies that score least by the announced award criteria.

    Where the procedure says so, after a meeting with everybody in this round, and never below its least number. Not by
    who published the tender (S2); another person decides.
    """
    tender = _at(work, scope, command.tender_id)
    work.expect_version(tender, command.expected_version)
    TENDER_LIFECYCLE.require(tender.status, "continue")
    least = rules.require_foreseen(read_procedure(tender.values).talks)
    if scope.user_id == tender.approver_id:
        raise EvaluatorUnfit
    if queries.is_proposed(work.session, scope, tender.id):
        raise rules.ReductionOpen
    talking.require_equal(work, scope, tender)
    participants = tuple(tender.admitted_ids or ())
    scores = rules.require_scores(command.scores, participants, tender.criteria)
    rules.require_worst(rules.totals_of(scores, tender.criteria), command.dropped_ids)
    rules.require_left(participants, command.dropped_ids, least)
    reduction = Reduction(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        round=tender.talk_round,
        status=REDUCTION_LIFECYCLE.initial,
        scores=scores,
        dropped_ids=sorted(command.dropped_ids),
        reason=require_reason(command.reason),
        proposer_id=scope.user_id,
        remark="",
    )
    work.session.add(reduction)
    proposed = ReductionProposed(
        reduction_id=reduction.id, tender_id=tender.id, buyer_id=tender.buyer_id, proposer_id=scope.user_id
    )
    work.emit(proposed, reduction)
    work.session.flush()
    return _view(tender, reduction)


@operation(TenderPermission.AWARD_APPROVE)
def confirm_reduction(work: Work, scope: Scope, command: DecideReduction) -> ReductionView:
    """Go on without the companies, as another person proposed (S1); each of them has its letter at once."""
    tender, reduction = _to_decide(work, scope, command)
    participants = tuple(tender.admitted_ids or ())
    out = [one for one in reduction.dropped_ids if one in participants]
    rules.require_left(participants, out, rules.require_foreseen(read_procedure(tender.values).talks))
    _decide(work, scope, reduction, "confirm")
    tender.admitted_ids = [one for one in participants if one not in out]
    work.touch(tender)
    work.record("tender.reduced", tender)
    ends_at = clock_of(work, scope, tender).end_of(work.now(), read_procedure(tender.values).standstill)
    view = _view(tender, reduction)
    for supplier_id in out:
        _drop(work, view, supplier_id, ends_at)
    work.record("tender_reduction.confirmed", reduction)
    work.session.flush()
    return view


@operation(TenderPermission.AWARD_APPROVE)
def dismiss_reduction(work: Work, scope: Scope, command: DecideReduction) -> ReductionView:
    """Let everybody go on, and say why."""
    tender, reduction = _to_decide(work, scope, command)
    reduction.remark = require_reason(command.remark)
    _decide(work, scope, reduction, "dismiss")
    dismissed = ReductionDismissed(
        reduction_id=reduction.id,
        tender_id=tender.id,
        buyer_id=tender.buyer_id,
        proposer_id=reduction.proposer_id,
        remark=reduction.remark,
    )
    work.emit(dismissed, reduction)
    work.session.flush()
    return _view(tender, reduction)


@operation(TenderPermission.BID_READ)
def list_reductions(work: Work, scope: Scope, command: ReadTender) -> Sequence[ReductionView]:
    """Return the proposals about an own tender, the newest first."""
    tender = tender_queries.own_tender(work.session, scope, command.tender_id)
    return [_view(tender, one) for one in queries.reductions_of(work.session, scope, tender.id)]


@operation(TenderPermission.BID_READ)
def tender_of_reduction(work: Work, scope: Scope, command: DecideReduction) -> UUID:
    """Return which own tender a proposal belongs to; NotFound for any other."""
    return queries.own_reduction(work.session, scope, command.reduction_id).tender_id


def require_settled(work: Work, scope: Scope, tender: Tender) -> None:
    """Refuse to end talks while a proposal waits, or where who was dropped may complain or waits for a decision."""
    if queries.is_proposed(work.session, scope, tender.id):
        raise rules.ReductionOpen
    suspending.require_clear(work, scope, tender.id)
    if read_procedure(tender.values).complaints is not None:
        out = queries.out_of(work.session, scope, tender.id)
        rules.require_over((one.standstill_ends_at for one in out), work.judging_time())


def _drop(work: Work, view: ReductionView, supplier_id: UUID, ends_at: datetime) -> None:
    """Let a company be out, and tell it."""
    reduction = view.reduction
    own = next(one["scores"] for one in reduction.scores if one["supplier"] == str(supplier_id))
    departure = Departure(
        id=new_id(),
        created_at=work.now(),
        changed_at=work.now(),
        tender_id=reduction.tender_id,
        buyer_id=reduction.buyer_id,
        supplier_id=supplier_id,
        kind=DepartureKind.DROPPED,
        status=DEPARTURE_LIFECYCLE.initial,
        round=reduction.round,
        reduction_id=reduction.id,
        reason=reduction.reason,
        scores=own,
        place=view.places[supplier_id],
        compared=len(view.places),
        standstill_ends_at=ends_at,
        remark="",
    )
    work.session.add(departure)
    dropped = ParticipantDropped(
        departure_id=departure.id,
        tender_id=reduction.tender_id,
        buyer_id=reduction.buyer_id,
        supplier_id=supplier_id,
        standstill_ends_at=ends_at,
    )
    work.emit(dropped, departure)


def _decide(work: Work, scope: Scope, reduction: Reduction, step: str) -> None:
    REDUCTION_LIFECYCLE.advance(reduction, step)
    reduction.decider_id, reduction.decided_at = scope.user_id, work.now()
    work.touch(reduction)


def _to_decide(work: Work, scope: Scope, command: DecideReduction) -> tuple[Tender, Reduction]:
    """Lock a proposal for the second person (S1), while the talks go on."""
    tender = _at(work, scope, queries.own_reduction(work.session, scope, command.reduction_id).tender_id)
    reduction = queries.own_reduction(work.session, scope, command.reduction_id, lock=True)
    work.expect_version(reduction, command.expected_version)
    REDUCTION_LIFECYCLE.require(reduction.status, "confirm")
    TENDER_LIFECYCLE.require(tender.status, "continue")
    require_other_person(scope.actor, reduction.proposer_id)
    return tender, reduction


def _at(work: Work, scope: Scope, tender_id: UUID) -> Tender:
    work.gate(tender_id, exclusive=True)
    return tender_queries.lock_own_tender(work.session, scope, tender_id)


def _view(tender: Tender, reduction: Reduction) -> ReductionView:
    totals = rules.totals_of(reduction.scores, tender.criteria)
    return ReductionView(reduction, totals, rules.places_of(totals))
