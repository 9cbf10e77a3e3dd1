"""Documents of tenders and who took them, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.documents import DocumentTaking, TenderDocument


def documents_of(session: Session, scope: Scope, tender_id: UUID) -> Sequence[TenderDocument]:
    """Return every version of the documents of a tender that is read; its buyer also sees what waits."""
    wanted = select(TenderDocument).where(TenderDocument.tender_id == tender_id, _shown(scope))
    return sorted(session.scalars(wanted), key=lambda row: (row.series, row.number))


def document(session: Session, scope: Scope, document_id: UUID) -> TenderDocument:
    """Return one version within reach; NotFound for any other id.

    That it is within reach is row-level security's part: who may read the tender may read its documents.
    """
    return _one(
        session.scalar(select(TenderDocument).where(TenderDocument.id == document_id, _shown(scope))), document_id
    )


def own_document(session: Session, scope: Scope, document_id: UUID) -> TenderDocument:
    """Return one version that counts or waits on an own tender, read again; NotFound for any other id."""
    wanted = select(TenderDocument).where(
        TenderDocument.id == document_id,
        TenderDocument.buyer_id.in_(scope.org_ids),
        TenderDocument.until.is_(None),
    )
    return _one(session.scalar(wanted.execution_options(populate_existing=True)), document_id)


def announced_document(session: Session, _scope: Scope, tender_id: UUID, document_id: UUID) -> TenderDocument:
    """Return one version that a tender's notice announces or has announced; NotFound for any other id."""
    wanted = select(TenderDocument).where(
        TenderDocument.id == document_id, TenderDocument.tender_id == tender_id, TenderDocument.since.is_not(None)
    )
    return _one(session.scalar(wanted), document_id)


def keep_taking(session: Session, scope: Scope, row: TenderDocument, moment: datetime) -> None:
    """Keep that the company took a document; twice is once."""
    taking = {
        "document_id": row.id,
        "supplier_id": scope.org_id,
        "tender_id": row.tender_id,
        "buyer_id": row.buyer_id,
        "taken_by": scope.user_id,
        "taken_at": moment,
    }
    session.execute(insert(DocumentTaking).values(taking).on_conflict_do_nothing())


def takings_of(session: Session, _scope: Scope, tender_id: UUID) -> Sequence[DocumentTaking]:
    """Return who took the documents of a tender as far as the reader may know, the earliest first."""
    wanted = select(DocumentTaking).where(DocumentTaking.tender_id == tender_id)
    return session.scalars(wanted.order_by(DocumentTaking.taken_at, DocumentTaking.supplier_id)).all()


def _one(found: TenderDocument | None, document_id: UUID) -> TenderDocument:
    if found is None:
        raise NotFound(document_id=str(document_id))
    return found


def _shown(scope: Scope) -> ColumnElement[bool]:
    return or_(TenderDocument.since.is_not(None), TenderDocument.buyer_id.in_(scope.org_ids))
