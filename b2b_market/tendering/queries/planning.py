"""Prior notices; who is signed in or not reads all of them, and a buyer changes its own."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import literal, select, tuple_
from sqlalchemy.orm import Session

from b2b_market.infra.http.cursors import cursor_id
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.kernel.paging import Page, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope
from b2b_market.tendering.commands.planning import ListPlans
from b2b_market.tendering.models.planning import PriorNotice
from b2b_market.tendering.states.planning import PlanStatus


def search(session: Session, command: ListPlans) -> Page[PriorNotice]:
    """Return a page of the prior notices that stand and fit, the next planned one first."""
    found: list[Any] = [PriorNotice.status == PlanStatus.PLANNED]
    found += [PriorNotice.search.contains(word, autoescape=True) for word in command.text.casefold().split()[:10]]
    if command.classification:
        found.append(PriorNotice.codes.contains([command.classification]))
    if command.page.after is not None:
        after = tuple_(literal(_day(command.page.after[0])), literal(cursor_id(command.page)))
        found.append(tuple_(PriorNotice.planned_on, PriorNotice.id) > after)
    wanted = select(PriorNotice).where(*found).order_by(PriorNotice.planned_on, PriorNotice.id)
    rows = session.scalars(wanted.limit(command.page.limit + 1)).all()
    return page_of(rows, command.page, lambda row: (row.planned_on.isoformat(), str(row.id)))


def latest(session: Session, tender_id: UUID) -> PriorNotice | None:
    """Return the last prior notice of a tender; None where it was never announced."""
    wanted = select(PriorNotice).where(PriorNotice.tender_id == tender_id).order_by(PriorNotice.id.desc()).limit(1)
    return session.scalar(wanted.execution_options(populate_existing=True))


def plan(session: Session, _scope: Scope, plan_id: UUID | None) -> PriorNotice | None:
    """Return a prior notice by its id, as an event names it; None where there is none."""
    return None if plan_id is None else session.get(PriorNotice, plan_id)


def lock_own(session: Session, scope: Scope, tender_id: UUID) -> PriorNotice:
    """Return the last prior notice of a tender of the scope's buyers, locked; NotFound for any other."""
    wanted = select(PriorNotice).where(PriorNotice.tender_id == tender_id, PriorNotice.buyer_id.in_(scope.org_ids))
    locking = wanted.order_by(PriorNotice.id.desc()).limit(1).with_for_update()
    found = session.scalar(locking.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(tender_id=str(tender_id))
    return found


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error
