"""Technical results and the stage of the prices, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.stages import TechnicalResult, TechnicalStage
from b2b_market.tendering.states.stages import TechnicalOutcome


def stage_of(session: Session, _scope: Scope, tender_id: UUID, *, lock: bool = False) -> TechnicalStage | None:
    """Return the signed technical result of a tender that the reader may see, locked on request; else None."""
    wanted = select(TechnicalStage).where(TechnicalStage.tender_id == tender_id)
    if lock:
        wanted = wanted.with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def technical_results(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[TechnicalResult]:
    """Return what the bids of a tender came to technically, as far as the reader may see."""
    wanted = select(TechnicalResult).where(TechnicalResult.tender_id == tender_id)
    return session.scalars(wanted.order_by(TechnicalResult.lot_id, TechnicalResult.bid_id)).all()


def failed_bids(session: Session, scope: Scope, tender_id: UUID) -> frozenset[UUID]:
    """Return the bids whose price envelopes stay sealed for good."""
    found = technical_results(session, scope, tender_id)
    return frozenset(one.bid_id for one in found if one.outcome is not TechnicalOutcome.PASSED)
