"""Criteria and assessments of requests, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.scoring import Assessment, CriterionRow, Scoring


def find_scoring(session: Session, _scope: Scope, rfq_id: UUID) -> Scoring | None:
    """Return what a visible request is judged by, or None; suppliers see it once the request is published."""
    wanted = select(Scoring).where(Scoring.rfq_id == rfq_id)
    return session.scalar(wanted.execution_options(populate_existing=True))


def has_criteria(session: Session, _scope: Scope, rfq_id: UUID) -> bool:
    """Tell whether a visible request is judged by criteria; a draft whose criteria were taken out again is not."""
    rows = select(CriterionRow).join(Scoring, CriterionRow.scoring_id == Scoring.id).where(Scoring.rfq_id == rfq_id)
    return bool(session.scalar(select(rows.exists())))


def criteria_of(session: Session, _scope: Scope, scoring_id: UUID) -> Sequence[CriterionRow]:
    """Return the criteria in order."""
    wanted = select(CriterionRow).where(CriterionRow.scoring_id == scoring_id)
    return session.scalars(wanted.order_by(CriterionRow.position)).all()


def assessments_of(session: Session, scope: Scope, scoring_id: UUID) -> Sequence[Assessment]:
    """Return what the scope's own company found; empty for everybody else."""
    wanted = select(Assessment).where(Assessment.scoring_id == scoring_id, Assessment.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Assessment.position)).all()


def drop_criteria(session: Session, scope: Scope, scoring_id: UUID) -> None:
    """Delete the criteria, which others replace."""
    mine = CriterionRow.buyer_id.in_(scope.org_ids)
    session.execute(
        delete(CriterionRow).where(CriterionRow.scoring_id == scoring_id, mine),
        execution_options={"synchronize_session": False},
    )


def drop_assessments(session: Session, scope: Scope, scoring_id: UUID) -> None:
    """Delete what was found, which something else replaces."""
    mine = Assessment.buyer_id.in_(scope.org_ids)
    session.execute(
        delete(Assessment).where(Assessment.scoring_id == scoring_id, mine),
        execution_options={"synchronize_session": False},
    )
