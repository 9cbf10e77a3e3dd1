"""Officers' keys."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.keys import OfficerCardRow
from b2b_market.tendering.states.bids import KeyStatus


def own_keys(session: Session, scope: Scope) -> Sequence[OfficerCardRow]:
    """Return the person's own keys, the newest first."""
    wanted = select(OfficerCardRow).where(
        OfficerCardRow.org_id.in_(scope.org_ids), OfficerCardRow.user_id == scope.user_id
    )
    return session.scalars(wanted.order_by(OfficerCardRow.id.desc())).all()


def lock_own_key(session: Session, scope: Scope, key_id: UUID) -> OfficerCardRow:
    """Return one of the person's own keys, locked; raise NotFound for any other id."""
    wanted = select(OfficerCardRow).where(
        OfficerCardRow.id == key_id,
        OfficerCardRow.org_id.in_(scope.org_ids),
        OfficerCardRow.user_id == scope.user_id,
    )
    found = session.scalar(wanted.with_for_update().execution_options(populate_existing=True))
    if found is None:
        raise NotFound(key_id=str(key_id))
    return found


def proven_keys(session: Session, _scope: Scope) -> Sequence[OfficerCardRow]:
    """Return the proven keys of everybody, by name; they are there for every company to choose from."""
    wanted = select(OfficerCardRow).where(OfficerCardRow.status == KeyStatus.PROVEN)
    return session.scalars(wanted.order_by(OfficerCardRow.name, OfficerCardRow.id).limit(500)).all()


def chosen_keys(session: Session, _scope: Scope, key_ids: Sequence[UUID]) -> Sequence[OfficerCardRow]:
    """Return these keys in the given order; those that are not proven or not there are left out."""
    found = {row.id: row for row in session.scalars(select(OfficerCardRow).where(OfficerCardRow.id.in_(key_ids)))}
    return [found[key_id] for key_id in key_ids if key_id in found]
