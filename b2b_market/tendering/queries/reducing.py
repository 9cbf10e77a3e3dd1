"""Proposals to go on with fewer companies, and departures from talks, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.reducing import Departure, Reduction
from b2b_market.tendering.states.reducing import DepartureStatus, ReductionStatus


def reductions_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Reduction]:
    """Return the proposals about an own tender, the newest first."""
    wanted = select(Reduction).where(Reduction.tender_id == tender_id, Reduction.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Reduction.id.desc()).execution_options(populate_existing=True)).all()


def is_proposed(session: Session, scope: Scope, tender_id: UUID) -> bool:
    """Tell whether a proposal about an own tender waits for the second person."""
    return any(one.status is ReductionStatus.PROPOSED for one in reductions_of(session, scope, tender_id))


def own_reduction(session: Session, scope: Scope, reduction_id: UUID, *, lock: bool = False) -> Reduction:
    """Return a proposal about an own tender, locked on request; raise NotFound for any other id."""
    wanted = select(Reduction).where(Reduction.id == reduction_id, Reduction.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(reduction_id=str(reduction_id))
    return found


def departures_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Departure]:
    """Return who left the talks of a tender as far as the reader may see it: the buyer all, a company its own."""
    wanted = select(Departure).where(Departure.tender_id == tender_id, _party(scope)).order_by(Departure.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def departure(session: Session, scope: Scope, departure_id: UUID, *, lock: bool = False) -> Departure:
    """Return a departure of the own company, or from own talks, locked on request; raise NotFound for any other id."""
    wanted = select(Departure).where(Departure.id == departure_id, _party(scope))
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(departure_id=str(departure_id))
    return found


def out_of(session: Session, scope: Scope, tender_id: UUID) -> list[Departure]:
    """Return the departures of a tender that stand, as far as the reader may see them."""
    return [one for one in departures_of(session, scope, tender_id) if one.status is DepartureStatus.OUT]


def out_since(session: Session, scope: Scope, tender_id: UUID) -> dict[UUID, datetime]:
    """Return since when companies take no part in the talks any more, as far as the reader may see it."""
    return {one.supplier_id: one.created_at for one in out_of(session, scope, tender_id)}


def _party(scope: Scope) -> ColumnElement[bool]:
    return or_(Departure.buyer_id.in_(scope.org_ids), Departure.supplier_id.in_(scope.org_ids))
