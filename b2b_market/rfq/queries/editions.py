"""Versions of published requests, for their parties; of public ones, for every approved supplier."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, defer

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.editions import RfqEdition


def edition_of(session: Session, scope: Scope, rfq_id: UUID, edition: int) -> RfqEdition:
    """Return one version of a request that is the companies' own or public; raise NotFound otherwise."""
    wanted = select(RfqEdition).where(RfqEdition.rfq_id == rfq_id, RfqEdition.edition == edition)
    found = session.scalar(wanted.where(_readable(scope)))
    if found is None:
        raise NotFound(rfq_id=str(rfq_id), edition=edition)
    return found


def editions_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqEdition]:
    """Return every version of a request, the newest first, without what each one says."""
    wanted = (
        select(RfqEdition)
        .options(defer(RfqEdition.content, raiseload=True))
        .where(RfqEdition.rfq_id == rfq_id, _readable(scope))
    )
    return session.scalars(wanted.order_by(RfqEdition.edition.desc())).all()


def last_position(session: Session, scope: Scope, rfq_id: UUID, edition: int) -> int:
    """Return the highest number that any line of the request has had up to that version."""
    wanted = select(RfqEdition.last_position).where(RfqEdition.rfq_id == rfq_id, RfqEdition.edition == edition)
    found = session.scalar(wanted.where(RfqEdition.party_ids.overlap(list(scope.org_ids))))
    return found or 0


def _readable(scope: Scope) -> ColumnElement[bool]:
    """Versions of public requests are for approved suppliers: which those are is row-level security's part."""
    return or_(RfqEdition.party_ids.overlap(list(scope.org_ids)), RfqEdition.public)
