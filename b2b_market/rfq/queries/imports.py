"""Unfinished and confirmed imports, always within a scope."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from b2b_market.infra.http.cursors import cursor_id
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.requests import RfqImport
from b2b_market.rfq.states import ImportStatus


def own_import(session: Session, scope: Scope, import_id: UUID, *, lock: bool = False) -> RfqImport:
    """Return an import of the scope's companies, locked where asked; raise NotFound for any other id."""
    wanted = select(RfqImport).where(RfqImport.id == import_id, RfqImport.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(import_id=str(import_id))
    return found


def unfinished(session: Session, scope: Scope, request: PageRequest) -> Page[RfqImport]:
    """Return a page of the company's previews, newest first, without the tables they hold."""
    wanted = (
        select(RfqImport)
        .where(RfqImport.buyer_id == scope.org_id, RfqImport.status == ImportStatus.PREVIEW)
        .options(defer(RfqImport.content), defer(RfqImport.choices))
    )
    if request.after is not None:
        wanted = wanted.where(RfqImport.id < cursor_id(request))
    rows = session.scalars(wanted.order_by(RfqImport.id.desc()).limit(request.limit + 1)).all()
    return page_of(rows, request, lambda row: ("", str(row.id)))


def stale(session: Session, before: datetime, limit: int) -> Sequence[tuple[UUID, UUID]]:
    """Return (import, buyer) of previews untouched since ``before``; the machine branch of the policy shows them."""
    wanted = (
        select(RfqImport.id, RfqImport.buyer_id)
        .where(RfqImport.status == ImportStatus.PREVIEW, RfqImport.changed_at < before)
        .order_by(RfqImport.changed_at)
        .limit(limit)
    )
    return [(import_id, buyer_id) for import_id, buyer_id in session.execute(wanted)]
