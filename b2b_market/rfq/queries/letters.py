"""Letters after awards, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.letters import Letter


def letters_of_award(session: Session, scope: Scope, award_id: UUID) -> Sequence[Letter]:
    """Return the letters of an award of the scope's buyers, in the order of their issue."""
    wanted = select(Letter).where(Letter.award_id == award_id, Letter.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Letter.id)).all()


def letters_of_rfq(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[Letter]:
    """Return the letters about a request: to its buyer all, to a supplier its own."""
    mine = or_(Letter.buyer_id.in_(scope.org_ids), Letter.supplier_id.in_(scope.org_ids))
    return session.scalars(select(Letter).where(Letter.rfq_id == rfq_id, mine).order_by(Letter.id)).all()


def letter(session: Session, scope: Scope, letter_id: UUID) -> Letter:
    """Return a letter as its buyer or its supplier; raise NotFound for any other id."""
    mine = or_(Letter.buyer_id.in_(scope.org_ids), Letter.supplier_id.in_(scope.org_ids))
    found = session.scalar(select(Letter).where(Letter.id == letter_id, mine))
    if found is None:
        raise NotFound(letter_id=str(letter_id))
    return found


def lock_letters(session: Session, scope: Scope, supplier_id: UUID) -> Sequence[Letter]:
    """Return the letters to one supplier of the scope, locked in id order."""
    wanted = select(Letter).where(Letter.supplier_id == supplier_id, Letter.supplier_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(Letter.id).with_for_update()).all()
