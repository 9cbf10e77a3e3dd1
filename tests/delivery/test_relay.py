"""A subscriber that fails for good: its event lands in the dead letters, and arrives once when it is sent again."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from b2b_market.delivery import service
from b2b_market.delivery.commands import RetryEvent
from b2b_market.entrypoints.relay import Relay, failure_text
from b2b_market.infra.audit_trail import AuditEvent, Entry
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import MAX_ATTEMPTS, InboxRow, OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.work import Work
from b2b_market.kernel.event import Event, event
from b2b_market.kernel.permission import Role
from b2b_market.rbac.actor import Actor
from b2b_market.rbac.manifest import Handler
from tests.delivery.letters import announce, stored
from tests.support.people import make_company, make_person
from tests.support.rows import rows_of
from tests.support.works import work_for

pytestmark = pytest.mark.committed


@event("lamp.lit.v1")
class LampLit(Event):
    lamp_id: UUID


class Subscribers:
    """One that always works and one that works only while ``broken`` is off; each notes in the trail what it got."""

    def __init__(self) -> None:
        self.broken = True
        self.tries = 0

    def steady(self, work: Work, _actor: Actor, said: LampLit) -> None:
        work.note(Entry("lamp.steady", "lamp", said.lamp_id))

    def moody(self, work: Work, _actor: Actor, said: LampLit) -> None:
        work.note(Entry("lamp.moody", "lamp", said.lamp_id))
        self.tries += 1
        if self.broken:
            message = "the lamp cannot be seen"
            raise LookupError(message)

    def handlers(self) -> Mapping[str, tuple[Handler, ...]]:
        both = (Handler(LampLit, self.steady, "test.steady"), Handler(LampLit, self.moody, "test.moody"))
        return MappingProxyType({LampLit.topic: both})


def due_now(runtime: Runtime) -> None:
    """Let the back-off be over."""
    with runtime.database.session() as session:
        set_tenant(session, Tenant(machine=True))
        session.execute(update(OutboxRow).values(next_attempt_at=text("now() - interval '1 second'")))
        session.commit()


def noticed(runtime: Runtime, operator: Actor, action: str) -> list[UUID | None]:
    return rows_of(
        runtime, operator, select(AuditEvent.object_id).where(AuditEvent.action == action).order_by(AuditEvent.id)
    )


def operator_of(runtime: Runtime) -> Actor:
    return make_person(runtime, make_company(runtime, "Platform", platform=True), Role.PLATFORM_OPERATOR)


def test_given_up_after_every_attempt_and_delivered_once_after_a_retry(committed_runtime: Runtime) -> None:
    runtime, operator, subscribers = committed_runtime, operator_of(committed_runtime), Subscribers()
    lamp = new_id()
    first = announce(runtime, aggregate=lamp, version=1)
    second = announce(runtime, aggregate=lamp, version=2)
    relay = Relay(runtime, subscribers.handlers())

    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert stored(runtime, first).dead_at is None
        assert relay.drain() == 0
        assert stored(runtime, first).attempts == attempt
        due_now(runtime)
    dead = stored(runtime, first)
    assert (dead.done_at, dead.error) == (None, "LookupError: the lamp cannot be seen")
    assert dead.dead_at is not None
    assert relay.drain() == 0
    assert subscribers.tries == MAX_ATTEMPTS + 1, "once together with the other one"
    assert stored(runtime, second).attempts == 0, "the next event of the same thing waits"
    assert noticed(runtime, operator, "lamp.moody") == []

    subscribers.broken = False
    assert relay.drain() == 0, "nothing sends a dead event again by itself"
    with work_for(runtime, operator) as work:
        service.retry_event(work, operator, RetryEvent(first))
    assert relay.drain() == 2
    assert relay.drain() == 0
    lamps = [UUID(stored(runtime, event_id).payload["lamp_id"]) for event_id in (first, second)]
    assert noticed(runtime, operator, "lamp.steady") == lamps
    assert noticed(runtime, operator, "lamp.moody") == lamps
    done = stored(runtime, first)
    assert (done.dead_at, done.error, done.attempts) == (None, None, 1)
    assert done.done_at is not None
    inbox = rows_of(runtime, operator, select(InboxRow.handler).where(InboxRow.event_id == first))
    assert sorted(inbox) == ["test.moody", "test.steady"]


def test_one_that_fails_holds_nobody_else_up(committed_runtime: Runtime) -> None:
    runtime, operator, subscribers = committed_runtime, operator_of(committed_runtime), Subscribers()
    event_id = announce(runtime)
    relay = Relay(runtime, subscribers.handlers())
    inbox = select(InboxRow.handler).where(InboxRow.event_id == event_id)

    assert relay.drain() == 0
    assert rows_of(runtime, operator, inbox) == ["test.steady"], "what they shared went back, and it was run again"
    assert len(noticed(runtime, operator, "lamp.steady")) == 1

    subscribers.broken = False
    due_now(runtime)
    assert relay.drain() == 1
    assert sorted(rows_of(runtime, operator, inbox)) == ["test.moody", "test.steady"]
    assert len(noticed(runtime, operator, "lamp.steady")) == len(noticed(runtime, operator, "lamp.moody")) == 1


def test_an_error_of_the_database_keeps_the_values_to_itself(committed_runtime: Runtime) -> None:
    secret = "4711.25"

    def fails(work: Work, _actor: Actor, _said: LampLit) -> None:
        statement = text("INSERT INTO rbac_role VALUES (:org, :name, NULL)")
        work.session.execute(statement, {"org": new_id(), "name": secret})

    event_id = announce(committed_runtime)
    handler = Handler(LampLit, fails, "test.fails")
    assert Relay(committed_runtime, {LampLit.topic: (handler,)}).drain() == 0
    error = stored(committed_runtime, event_id).error
    assert error == (
        'IntegrityError: null value in column "permissions" of relation "rbac_role" violates not-null constraint'
    )


def test_an_error_of_our_own_is_told_as_it_is() -> None:
    assert failure_text(LookupError("no lamp")) == "LookupError: no lamp"
