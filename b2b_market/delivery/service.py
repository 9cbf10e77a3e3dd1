"""Seeing what did not arrive, and sending it again."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, update

from b2b_market.delivery import queries
from b2b_market.delivery.commands import ListEvents, ReadEvent, RetryEvent, RetryTopic, SumUp
from b2b_market.delivery.permissions import DeliveryPermission
from b2b_market.delivery.states import LIFECYCLE, DeliveryState
from b2b_market.infra.aggregate import Change
from b2b_market.infra.audit_trail import Entry
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.work import Work
from b2b_market.kernel.paging import Page
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

MOST_AT_ONCE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One announced fact on its way.

    ``next_attempt_at`` is None where nothing is tried any more; ``age_seconds`` counts from the announcement to now,
    or to the delivery. ``behind`` events of the same aggregate wait for this one; ``held_by`` is the undelivered
    event in front of the aggregate's queue, None where this one is it. ``caused_by`` is the person whose act it was.
    """

    id: UUID
    state: DeliveryState
    topic: str
    aggregate_type: str
    aggregate_id: UUID
    aggregate_version: int
    party_ids: tuple[UUID, ...]
    caused_by: UUID | None
    correlation_id: str
    payload: dict[str, Any]
    occurred_at: datetime
    age_seconds: int
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    given_up_at: datetime | None
    error: str | None
    behind: int
    held_by: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicCount:
    """How many events of one topic are where."""

    topic: str
    waiting: int
    failing: int
    dead: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many events are where, over all and by topic; ``oldest_at`` is None where everything was delivered."""

    waiting: int
    failing: int
    dead: int
    oldest_at: datetime | None
    topics: tuple[TopicCount, ...]


@dataclass(frozen=True, slots=True)
class Retried:
    """How many events are sent again, and how many dead ones of the topic are left for another call."""

    retried: int
    left: int


@operation(DeliveryPermission.READ)
def list_events(work: Work, scope: Scope, command: ListEvents) -> Page[EventView]:
    """Return undelivered events, the one announced first in front."""
    return queries.events(work.session, scope, command).map(lambda row: _view(row, work.now()))


@operation(DeliveryPermission.READ)
def sum_up(work: Work, scope: Scope, _command: SumUp) -> Summary:
    """Return how many events are where, by topic."""
    rows = queries.tally(work.session, scope)
    counts: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(("waiting", "failing", "dead"), 0))
    for row in rows:
        counts[row.topic][row.state] = row.many
    return Summary(
        waiting=sum(count["waiting"] for count in counts.values()),
        failing=sum(count["failing"] for count in counts.values()),
        dead=sum(count["dead"] for count in counts.values()),
        oldest_at=min((row.oldest for row in rows), default=None),
        topics=tuple(TopicCount(topic=topic, **count) for topic, count in counts.items()),
    )


@operation(DeliveryPermission.READ)
def read_event(work: Work, scope: Scope, command: ReadEvent) -> EventView:
    """Return one event, delivered ones included for as long as they are kept."""
    return _view(queries.event(work.session, scope, command.event_id), work.now())


@operation(DeliveryPermission.RETRY)
def retry_event(work: Work, scope: Scope, command: RetryEvent) -> EventView:
    """Make a dead event due now with all its attempts before it; subscribers that had it do not get it twice."""
    row, state = queries.lock_event(work.session, scope, command.event_id)
    LIFECYCLE.require(state, "retry")
    _revive(work, scope, [row])
    work.session.expire(row)
    return _view(queries.event(work.session, scope, row.id), work.now())


@operation(DeliveryPermission.RETRY)
def retry_topic(work: Work, scope: Scope, command: RetryTopic) -> Retried:
    """Make the dead events of a topic due now, at most MOST_AT_ONCE of them, each with an audit entry of its own."""
    rows = queries.lock_dead(work.session, scope, command.topic, MOST_AT_ONCE)
    _revive(work, scope, rows)
    return Retried(len(rows), queries.count_dead(work.session, scope, command.topic))


def _revive(work: Work, scope: Scope, rows: Iterable[OutboxRow]) -> None:
    """Put dead events back into the queue. The relay compares with the database's clock, so that clock says when."""
    ids = []
    for row in rows:
        ids.append(row.id)
        changes = {"topic": Change(row.topic, row.topic), "attempts": Change(row.attempts, 0)}
        work.note(Entry("delivery.retried", "outbox_event", row.id, visible_to=scope.org_ids, changes=changes))
    if ids:
        work.session.execute(
            update(OutboxRow)
            .where(OutboxRow.id.in_(ids))
            .values(attempts=0, next_attempt_at=func.now(), dead_at=None, error=None)
            .execution_options(synchronize_session=False)
        )


def _view(found: queries.AnyRow, now: datetime) -> EventView:
    row: OutboxRow = found.OutboxRow
    state = DeliveryState(found.state)
    person = row.actor.get("user_id")
    tried = state in (DeliveryState.WAITING, DeliveryState.FAILING)
    return EventView(
        id=row.id,
        state=state,
        topic=row.topic,
        aggregate_type=row.aggregate_type,
        aggregate_id=row.aggregate_id,
        aggregate_version=row.aggregate_version,
        party_ids=tuple(row.org_ids),
        caused_by=UUID(person) if person else None,
        correlation_id=row.correlation_id,
        payload=row.payload,
        occurred_at=row.occurred_at,
        age_seconds=max(0, int(((row.done_at or now) - row.occurred_at).total_seconds())),
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at if tried else None,
        delivered_at=row.done_at,
        given_up_at=row.dead_at,
        error=row.error,
        behind=found.behind,
        held_by=found.held_by,
    )
