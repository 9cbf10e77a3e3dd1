"""Undoing decisions: an award taken back by its buyer, and what an upheld complaint undoes."""

from uuid import UUID

from sqlalchemy import delete

from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.duties import require_other_person
from b2b_market.rbac.operation import operation
from b2b_market.tendering.commands.evaluation import StepAward
from b2b_market.tendering.events.evaluation import TenderAwardCancelled
from b2b_market.tendering.models.evaluation import Evaluation, TenderAward, TenderResult
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.permissions import TenderPermission
from b2b_market.tendering.queries import evaluation as queries
from b2b_market.tendering.queries import tenders as tender_queries
from b2b_market.tendering.rules.drafting import require_reason
from b2b_market.tendering.service import competing
from b2b_market.tendering.service.evaluating import active_awards, settle
from b2b_market.tendering.service.publishing import mirror_status
from b2b_market.tendering.states.evaluation import (
    RULING_LIFECYCLE,
    TENDER_AWARD_LIFECYCLE,
    RulingStatus,
    TenderAwardStatus,
)
from b2b_market.tendering.states.tenders import LOT_LIFECYCLE, TENDER_LIFECYCLE, LotStatus, TenderStatus


@operation(TenderPermission.AWARD_APPROVE)
def cancel_award(work: Work, scope: Scope, command: StepAward) -> TenderAward:
    """Take a decision back during the stand-still, with a reason that its bidders read; the lot is judged again."""
    known = queries.own_award(work.session, scope, command.award_id)
    tender, evaluation = _locked(work, scope, known.tender_id)
    award = queries.own_award(work.session, scope, command.award_id)
    work.expect_version(award, command.expected_version)
    TENDER_AWARD_LIFECYCLE.require(award.status, "cancel")
    require_other_person(scope.actor, *evaluation.evaluator_ids, rule="S2")
    reason = require_reason(command.text)
    if tender.status is not TenderStatus.EVALUATING:
        _require_still(work, tender)
    _take_back(work, scope, tender, award, reason)
    settle(work, scope, tender, evaluation, award.lot_id)
    return award


def undo_award(work: Work, scope: Scope, award_id: UUID, reason: str) -> None:
    """Cancel the award that an upheld complaint names, if it still stands; its lot is judged again from there.

    ``scope`` acts for the buyer. Whether the stand-still would be over does not matter: it waited for the complaint.
    An award that binds already stays, and the buyer says what it does about its contract.
    """
    tender, evaluation = _locked(work, scope, queries.own_award(work.session, scope, award_id).tender_id)
    award = queries.own_award(work.session, scope, award_id)
    if award.status is TenderAwardStatus.ACTIVE and not _binds(tender):
        _take_back(work, scope, tender, award, reason)
        settle(work, scope, tender, evaluation, award.lot_id)


def undo_disqualification(work: Work, scope: Scope, ruling_id: UUID, reason: str) -> None:
    """Let a bid take part again whose disqualification an upheld complaint names; the lot's award is void.

    A lot, and a tender, that ended because of it is judged again. Nothing is undone once the awards bind.
    """
    tender, evaluation = _locked(work, scope, queries.own_ruling(work.session, scope, ruling_id).tender_id)
    ruling = queries.own_ruling(work.session, scope, ruling_id, lock=True)
    if ruling.status is not RulingStatus.CONFIRMED or _binds(tender):
        return
    for award in active_awards(work, scope, tender.id):
        if award.lot_id == ruling.lot_id:
            _take_back(work, scope, tender, award, reason)
    lots = tender_queries.lots_of(work.session, scope, tender.id)
    lot = next(one for one in lots if one.id == ruling.lot_id)
    if tender.status is not TenderStatus.EVALUATING:
        _reopen(work, tender, "revive" if tender.status is TenderStatus.UNSUCCESSFUL else "reopen")
    if lot.status is LotStatus.UNSUCCESSFUL:
        LOT_LIFECYCLE.advance(lot, "revive")
    RULING_LIFECYCLE.advance(ruling, "overturn")
    ruling.remark = reason
    work.touch(ruling)
    work.record("tender_ruling.overturned", ruling)
    settle(work, scope, tender, evaluation, ruling.lot_id)


def _locked(work: Work, scope: Scope, tender_id: UUID) -> tuple[Tender, Evaluation]:
    work.gate(tender_id, exclusive=True)
    tender = tender_queries.lock_own_tender(work.session, scope, tender_id)
    return tender, queries.evaluation_of(work.session, scope, tender.id, lock=True)


def _take_back(work: Work, scope: Scope, tender: Tender, award: TenderAward, reason: str) -> None:
    """Cancel an award that stands and the results of its lot, and tell its bidders."""
    award.reason = reason
    if tender.status is not TenderStatus.EVALUATING:
        if tender.next_due_at is None:  # its awards bind already
            TENDER_LIFECYCLE.require(TenderStatus.COMPLETE, "reopen")
        _reopen(work, tender, "reopen")
    TENDER_AWARD_LIFECYCLE.advance(award, "cancel")
    competing.take_back(work, scope, award)
    work.touch(award)
    told = [one for one in queries.results_of(work.session, scope, tender.id) if one.lot_id == award.lot_id]
    work.session.execute(delete(TenderResult).where(TenderResult.lot_id == award.lot_id))
    cancelled = TenderAwardCancelled(
        award_id=award.id,
        tender_id=tender.id,
        lot_id=award.lot_id,
        buyer_id=tender.buyer_id,
        supplier_ids=tuple(sorted({one.supplier_id for one in told})),
        reason=reason,
    )
    work.emit(cancelled, award)


def _binds(tender: Tender) -> bool:
    """Tell whether the awards bind: contracts are drafted, or about to be."""
    return tender.status is TenderStatus.COMPLETE or (
        tender.status is TenderStatus.AWARDED and tender.next_due_at is None
    )


def _require_still(work: Work, tender: Tender) -> None:
    """Refuse a tender whose stand-still is over: its awards bind, and IllegalStep says so."""
    if tender.next_due_at is None or work.judging_time() >= tender.next_due_at:
        TENDER_LIFECYCLE.require(TenderStatus.COMPLETE, "reopen")


def _reopen(work: Work, tender: Tender, step: str) -> None:
    TENDER_LIFECYCLE.advance(tender, step)
    tender.next_due_at = None
    work.touch(tender)
    mirror_status(work, tender)
    work.record("tender.reopened", tender)
