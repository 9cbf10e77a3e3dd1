"""Templates of requests, always within a scope."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.rfq.models.drafting import RfqTemplate


def own_template(session: Session, scope: Scope, template_id: UUID, *, lock: bool = False) -> RfqTemplate:
    """Return a template of the scope's companies, locked where asked; raise NotFound for any other id."""
    wanted = select(RfqTemplate).where(RfqTemplate.id == template_id, RfqTemplate.buyer_id.in_(scope.org_ids))
    if lock:
        wanted = wanted.with_for_update()
    found = session.scalar(wanted.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(template_id=str(template_id))
    return found


def names_taken(session: Session, scope: Scope, name_key: str) -> Sequence[UUID]:
    """Return the company's template with this name, if there is one."""
    wanted = select(RfqTemplate.id).where(RfqTemplate.buyer_id == scope.org_id, RfqTemplate.name_key == name_key)
    return session.scalars(wanted).all()


def list_templates(session: Session, scope: Scope, request: PageRequest) -> Page[RfqTemplate]:
    """Return a page of the company's templates by name, without what they hold."""
    wanted = select(RfqTemplate).where(RfqTemplate.buyer_id == scope.org_id).options(defer(RfqTemplate.content))
    if request.after is not None:
        wanted = wanted.where(RfqTemplate.name_key > request.after[0])
    rows = session.scalars(wanted.order_by(RfqTemplate.name_key).limit(request.limit + 1)).all()
    return page_of(rows, request, lambda row: (row.name_key, str(row.id)))
