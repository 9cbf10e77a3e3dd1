"""Documents of requests and acceptances of their agreements, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.attaching import NdaAcceptance, RfqAttachment


def attachments_of(session: Session, scope: Scope, rfq_id: UUID) -> Sequence[RfqAttachment]:
    """Return the documents of a request that is read: its buyer also sees what waits for the next version."""
    wanted = select(RfqAttachment).where(RfqAttachment.rfq_id == rfq_id, _shown(scope), RfqAttachment.until.is_(None))
    return session.scalars(wanted.order_by(RfqAttachment.id)).all()


def attachment(session: Session, scope: Scope, attachment_id: UUID) -> RfqAttachment:
    """Return one document of a request within reach, also one of an earlier version; NotFound for any other id.

    That it is within reach is row-level security's part: who may read the request may read its documents.
    """
    found = session.scalar(select(RfqAttachment).where(RfqAttachment.id == attachment_id, _shown(scope)))
    if found is None:
        raise NotFound(attachment_id=str(attachment_id))
    return found


def own_attachment(session: Session, scope: Scope, attachment_id: UUID) -> RfqAttachment:
    """Return one document of the scope's own requests as it stands now, read again if need be; NotFound otherwise."""
    wanted = select(RfqAttachment).where(
        RfqAttachment.id == attachment_id,
        RfqAttachment.buyer_id.in_(scope.org_ids),
        RfqAttachment.until.is_(None),
    )
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(attachment_id=str(attachment_id))
    return found


def acceptances_of(session: Session, scope: Scope, rfq_id: UUID, text_hash: bytes) -> Sequence[NdaAcceptance]:
    """Return who accepted this text at a request: to its buyer everybody, to a supplier its own company."""
    mine = or_(NdaAcceptance.buyer_id.in_(scope.org_ids), NdaAcceptance.supplier_id.in_(scope.org_ids))
    wanted = select(NdaAcceptance).where(NdaAcceptance.rfq_id == rfq_id, NdaAcceptance.text_hash == text_hash, mine)
    return session.scalars(wanted.order_by(NdaAcceptance.id)).all()


def _shown(scope: Scope) -> ColumnElement[bool]:
    return or_(RfqAttachment.since.is_not(None), RfqAttachment.buyer_id.in_(scope.org_ids))
