"""Companies that take part in tenders, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.joint import Participant
from b2b_market.tendering.models.tenders import Tender
from b2b_market.tendering.states.joint import ParticipantStatus

MOST = 200


def participants_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[Participant]:
    """Return who takes part as far as the reader may see it: the lead buyer all, a company itself."""
    seen = or_(Participant.buyer_id.in_(scope.org_ids), Participant.org_id.in_(scope.org_ids))
    wanted = select(Participant).where(Participant.tender_id == tender_id, seen).order_by(Participant.id)
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def own_part(session: Session, scope: Scope, tender_id: UUID) -> Participant:
    """Return the own company's part in a tender; raise NotFound where it was not asked."""
    wanted = select(Participant).where(Participant.tender_id == tender_id, Participant.org_id.in_(scope.org_ids))
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return found


def joint_tenders(session: Session, scope: Scope) -> Sequence[tuple[Tender, Participant]]:
    """Return the tenders of others that the company was asked to take part in, the newest first."""
    wanted = select(Tender, Participant).join(Participant, Participant.tender_id == Tender.id)
    own = (Participant.org_id.in_(scope.org_ids), Participant.status != ParticipantStatus.DECLINED)
    return session.execute(wanted.where(*own).order_by(Tender.id.desc()).limit(MOST)).all()
