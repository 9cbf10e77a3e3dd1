"""Standings: a supplier's own, and all of a request for the machine that writes them."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.standing import RfqStanding


def own_standing(session: Session, scope: Scope, rfq_id: UUID) -> RfqStanding | None:
    """Return how the scope's own company stands at a request, None where nothing is shown to it."""
    wanted = select(RfqStanding).where(RfqStanding.rfq_id == rfq_id, RfqStanding.supplier_id == scope.org_id)
    return session.scalar(wanted)


def standings_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqStanding]:
    """Return every standing at the scope's own request."""
    wanted = select(RfqStanding).where(RfqStanding.rfq_id == rfq_id, RfqStanding.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted).all()


def put_standings(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Write standings, each over the one that was there; as the machine."""
    put = insert(RfqStanding)
    own = ("rfq_id", "supplier_id")
    values = {column.key: put.excluded[column.key] for column in RfqStanding.__table__.columns if column.key not in own}
    session.execute(put.on_conflict_do_update(index_elements=own, set_=values), [dict(row) for row in rows])


def drop_standings(session: Session, rfq_id: UUID, suppliers: Sequence[UUID]) -> None:
    """Take away what these suppliers could see; as the machine."""
    session.execute(delete(RfqStanding).where(RfqStanding.rfq_id == rfq_id, RfqStanding.supplier_id.in_(suppliers)))
