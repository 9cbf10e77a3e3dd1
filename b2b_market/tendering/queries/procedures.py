"""Procedures of a company."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.models.procedures import TenderProcedure


def own_procedures(session: Session, scope: Scope) -> Sequence[TenderProcedure]:
    """Return the company's own procedures by name, retired ones included."""
    wanted = select(TenderProcedure).where(TenderProcedure.org_id.in_(scope.org_ids))
    return session.scalars(wanted.order_by(TenderProcedure.name)).all()


def own_procedure(session: Session, scope: Scope, procedure_id: UUID, *, lock: bool = False) -> TenderProcedure:
    """Return one of the company's own procedures, locked on request; raise NotFound for any other id."""
    wanted = select(TenderProcedure).where(
        TenderProcedure.id == procedure_id, TenderProcedure.org_id.in_(scope.org_ids)
    )
    if lock:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(wanted)
    if found is None:
        raise NotFound(procedure_id=str(procedure_id))
    return found
