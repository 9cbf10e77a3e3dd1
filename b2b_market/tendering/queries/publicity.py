"""The publicity of candidates, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.complaints import Complaint
from b2b_market.tendering.models.publicity import PublicityRow
from b2b_market.tendering.states.complaints import UNDECIDED
from b2b_market.tendering.states.publicity import PublicityStatus


def publicities_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[PublicityRow]:
    """Return the rankings of a tender that were published, the newest first."""
    wanted = select(PublicityRow).where(PublicityRow.tender_id == tender_id).order_by(PublicityRow.id.desc())
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def standing_of(session: Session, scope: Scope, lot_id: UUID) -> PublicityRow | None:
    """Return the ranking of an own lot that stands, locked; None where none does."""
    wanted = select(PublicityRow).where(
        PublicityRow.lot_id == lot_id,
        PublicityRow.buyer_id.in_(scope.org_ids),
        PublicityRow.status != PublicityStatus.WITHDRAWN,
    )
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def running_of(session: Session, scope: Scope, publicity_id: UUID) -> PublicityRow | None:
    """Return a ranking that the company may object to: a bidder of its lot, while it runs; None for any other."""
    wanted = select(PublicityRow).where(
        PublicityRow.id == publicity_id,
        PublicityRow.bidder_ids.overlap(list(scope.org_ids)),
        PublicityRow.status == PublicityStatus.RUNNING,
    )
    return session.scalar(wanted)


def own_publicity(session: Session, scope: Scope, publicity_id: UUID) -> PublicityRow | None:
    """Return a ranking of the scope's buyers, locked."""
    wanted = select(PublicityRow).where(PublicityRow.id == publicity_id, PublicityRow.buyer_id.in_(scope.org_ids))
    return session.scalar(wanted.with_for_update().execution_options(populate_existing=True))


def over(session: Session, now: datetime, limit: int) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Return (ranking, tender, buyer) whose time is over and waits for no complaint; for the machine branch."""
    concerned = exists().where(
        Complaint.tender_id == PublicityRow.tender_id,
        Complaint.status.in_(UNDECIDED),
        or_(Complaint.lot_id.is_(None), Complaint.lot_id == PublicityRow.lot_id),
    )
    wanted = select(PublicityRow.id, PublicityRow.tender_id, PublicityRow.buyer_id).where(
        PublicityRow.status == PublicityStatus.RUNNING, PublicityRow.ends_at <= now, ~concerned
    )
    return session.execute(wanted.order_by(PublicityRow.ends_at).limit(limit)).all()
