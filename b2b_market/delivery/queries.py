"""Every SELECT of this module. The fence shows the outbox to the platform alone, so no query goes by company.

Lists are about undelivered events only: the partial index on them stays small however much was delivered before.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from b2b_market.delivery.commands import ListEvents
from b2b_market.delivery.states import DeliveryState
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.outbox import OutboxRow
from b2b_market.kernel.paging import Page, PageRequest, page_of
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Scope

AnyRow = Row[*tuple[Any, ...]]
_OPEN: Final = OutboxRow.done_at.is_(None)
_DEAD: Final = and_(_OPEN, OutboxRow.dead_at.is_not(None))
# a second attempt without an error: the relay that had it died before it could say why
_TRIED: Final = or_(OutboxRow.error.is_not(None), OutboxRow.attempts > 1)
STATE: Final = case(
    (OutboxRow.done_at.is_not(None), DeliveryState.DELIVERED.value),
    (OutboxRow.dead_at.is_not(None), DeliveryState.DEAD.value),
    (_TRIED, DeliveryState.FAILING.value),
    else_=DeliveryState.WAITING.value,
).label("state")


def _place(table: type[OutboxRow]) -> ColumnElement[Any]:
    return tuple_(table.aggregate_version, table.id)


def _queue() -> tuple[ColumnElement[int], ColumnElement[UUID | None]]:
    """Return how many events of its aggregate wait behind an event, and the one that all of them wait for."""
    other = aliased(OutboxRow)
    same = and_(other.aggregate_id == OutboxRow.aggregate_id, other.done_at.is_(None))
    later = select(func.count()).where(same, _place(other) > _place(OutboxRow)).correlate(OutboxRow)
    first = (
        select(other.id)
        .where(same, _place(other) < _place(OutboxRow))
        .order_by(other.aggregate_version, other.id)
        .limit(1)
        .correlate(OutboxRow)
    )
    return case((_OPEN, later.scalar_subquery()), else_=0), case((_OPEN, first.scalar_subquery()))


def _events() -> Select[*tuple[Any, ...]]:
    behind, held_by = _queue()
    return select(OutboxRow, STATE, behind.label("behind"), held_by.label("held_by"))


def events(session: Session, _scope: Scope, wanted: ListEvents) -> Page[AnyRow]:
    """Return undelivered events, the one announced first in front; keyset on (time, id)."""
    found = _events().where(_OPEN)
    if wanted.state is not None:
        found = found.where(STATE.in_([wanted.state.value]))
    if wanted.topic is not None:
        found = found.where(OutboxRow.topic == wanted.topic)
    after = _after(wanted.page)
    if after is not None:
        found = found.where(tuple_(OutboxRow.occurred_at, OutboxRow.id) > after)
    rows = session.execute(found.order_by(OutboxRow.occurred_at, OutboxRow.id).limit(wanted.page.limit + 1)).all()
    return page_of(rows, wanted.page, lambda row: (row.OutboxRow.occurred_at.isoformat(), str(row.OutboxRow.id)))


def _after(request: PageRequest) -> tuple[datetime, UUID] | None:
    if request.after is None:
        return None
    try:
        return datetime.fromisoformat(request.after[0]), UUID(request.after[1])
    except ValueError as error:
        raise MalformedRequest(reason="the cursor is not one of this list's") from error


def event(session: Session, _scope: Scope, event_id: UUID) -> AnyRow:
    """Return one event with its place in the queue of its aggregate."""
    found = session.execute(_events().where(OutboxRow.id == event_id)).one_or_none()
    if found is None:
        raise NotFound(event_id=str(event_id))
    return found


def tally(session: Session, _scope: Scope) -> Sequence[AnyRow]:
    """Return (topic, state, how many, when the first was announced) of what is not delivered, by topic."""
    return session.execute(
        select(OutboxRow.topic, STATE, func.count().label("many"), func.min(OutboxRow.occurred_at).label("oldest"))
        .where(_OPEN)
        .group_by(OutboxRow.topic, STATE)
        .order_by(OutboxRow.topic)
    ).all()


def lock_event(session: Session, _scope: Scope, event_id: UUID) -> tuple[OutboxRow, DeliveryState]:
    """Return one event, locked, and its state."""
    found = session.execute(
        select(OutboxRow, STATE).where(OutboxRow.id == event_id).with_for_update(of=OutboxRow)
    ).one_or_none()
    if found is None:
        raise NotFound(event_id=str(event_id))
    return found.OutboxRow, DeliveryState(found.state)


def lock_dead(session: Session, _scope: Scope, topic: str, most: int) -> Sequence[OutboxRow]:
    """Return up to ``most`` dead events of a topic, locked in order of id."""
    return session.scalars(
        select(OutboxRow)
        .where(_DEAD, OutboxRow.topic == topic)
        .order_by(OutboxRow.id)
        .limit(most)
        .with_for_update(of=OutboxRow)
    ).all()


def count_dead(session: Session, _scope: Scope, topic: str) -> int:
    """Return how many dead events a topic has."""
    return session.scalar(select(func.count()).select_from(OutboxRow).where(_DEAD, OutboxRow.topic == topic)) or 0
