"""What the columns of a company's lists mean, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.infra.http.cursors import cursor_id
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.drafting import RfqMapping


def own_mapping(session: Session, scope: Scope, mapping_id: UUID) -> RfqMapping:
    """Return a mapping of the scope's companies, locked; raise NotFound for any other id."""
    found = mappings_by_id(session, scope, mapping_id)
    if not found:
        raise NotFound(mapping_id=str(mapping_id))
    return found[0]


def mappings_by_id(session: Session, scope: Scope, mapping_id: UUID) -> Sequence[RfqMapping]:
    """Return a mapping of the scope's companies, locked, or nothing where it is gone."""
    wanted = select(RfqMapping).where(RfqMapping.id == mapping_id, RfqMapping.buyer_id.in_(scope.org_ids))
    return session.scalars(wanted.with_for_update().execution_options(populate_existing=True)).all()


def mappings_for(session: Session, scope: Scope, keys: Sequence[str]) -> Sequence[RfqMapping]:
    """Return the company's mappings of lists with these headings."""
    wanted = select(RfqMapping).where(RfqMapping.buyer_id == scope.org_id, RfqMapping.headings_key.in_(keys))
    return session.scalars(wanted.execution_options(populate_existing=True)).all()


def list_mappings(session: Session, scope: Scope, request: PageRequest) -> Page[RfqMapping]:
    """Return a page of the company's mappings, the latest made first."""
    wanted = select(RfqMapping).where(RfqMapping.buyer_id == scope.org_id)
    if request.after is not None:
        wanted = wanted.where(RfqMapping.id < cursor_id(request))
    rows = session.scalars(wanted.order_by(RfqMapping.id.desc()).limit(request.limit + 1)).all()
    return page_of(rows, request, lambda row: ("", str(row.id)))
