"""Award scenarios, always the own company's."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.scenarios import Scenario
from b2b_market.rfq.states import ScenarioStatus


def own_scenario(session: Session, scope: Scope, scenario_id: UUID, *, lock: bool = False) -> Scenario:
    """Return a scenario of the scope's companies, locked where asked; raise NotFound for any other id."""
    wanted = select(Scenario).where(Scenario.id == scenario_id, Scenario.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(scenario_id=str(scenario_id))
    return found


def scenarios_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Scenario]:
    """Return the scenarios of the scope's own request, the newest first."""
    wanted = select(Scenario).where(Scenario.rfq_id == rfq_id, Scenario.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Scenario.id.desc())).all()


def standby_of_award(session: Session, scope: Scope, award_id: UUID) -> Mapping[UUID, UUID]:
    """Return by line the quotation that the scenario of an own award names as standby; nothing without a scenario."""
    wanted = select(Scenario.standby).where(Scenario.award_id == award_id, Scenario.buyer_id.in_(scope.org_ids))
    found = session.scalars(wanted.order_by(Scenario.id).limit(1)).one_or_none() or []
    return {UUID(line_id): UUID(quote_id) for line_id, quote_id in found}


def count_of(session: Session, scope: Scope, rfq_id: UUID) -> int:
    """Return how many scenarios the scope's own request has."""
    wanted = select(func.count()).where(Scenario.rfq_id == rfq_id, Scenario.buyer_id.in_(scope.org_ids))
    return session.scalar(wanted) or 0


def due(session: Session, stale: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (scenario, buyer) of searches that wait, or that began before ``stale`` and never ended."""
    left = (Scenario.status == ScenarioStatus.SEARCHING) & (Scenario.searched_at < stale)
    wanted = select(Scenario.id, Scenario.buyer_id).where(or_(Scenario.status == ScenarioStatus.WAITING, left))
    return session.execute(wanted.order_by(Scenario.changed_at).limit(limit)).all()
