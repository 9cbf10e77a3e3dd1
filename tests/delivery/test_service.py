from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from b2b_market.delivery import service
from b2b_market.delivery.commands import ListEvents, ReadEvent, RetryEvent, RetryTopic, SumUp
from b2b_market.delivery.permissions import DeliveryPermission
from b2b_market.delivery.service import EventView, TopicCount
from b2b_market.delivery.states import DeliveryState
from b2b_market.infra.audit_trail import AuditDetail, AuditEvent
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.http.problems import MalformedRequest
from b2b_market.infra.ids import new_id
from b2b_market.infra.outbox import OutboxRow
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.paging import PageRequest
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, IllegalStep, NotFound
from b2b_market.rbac.actor import Actor
from tests.delivery.letters import DAY, DEAD, FAILING, announce, stored
from tests.support.people import make_company, make_person
from tests.support.plain_actors import plain_actor
from tests.support.rows import rows_of
from tests.support.works import work_for


def listed(runtime: Runtime, actor: Actor, **wanted: Any) -> Sequence[EventView]:
    with work_for(runtime, actor) as work:
        return service.list_events(work, actor, ListEvents(**wanted)).items


def read(runtime: Runtime, actor: Actor, event_id: UUID) -> EventView:
    with work_for(runtime, actor) as work:
        return service.read_event(work, actor, ReadEvent(event_id))


def trail(runtime: Runtime, actor: Actor) -> list[AuditEvent]:
    return rows_of(runtime, actor, select(AuditEvent).where(AuditEvent.action == "delivery.retried"))


class TestStates:
    @pytest.mark.parametrize(
        ("row", "state"),
        [
            ({}, DeliveryState.WAITING),
            ({"attempts": 1}, DeliveryState.WAITING),
            ({"attempts": 2}, DeliveryState.FAILING),
            (FAILING, DeliveryState.FAILING),
            (DEAD, DeliveryState.DEAD),
            ({"attempts": 1, "done_at": True}, DeliveryState.DELIVERED),
        ],
    )
    def test_the_columns_say_where_an_event_is(
        self, runtime: Runtime, operator: Actor, row: dict[str, Any], state: DeliveryState
    ) -> None:
        event_id = announce(runtime, **row)
        assert read(runtime, operator, event_id).state is state
        found = [view.id for view in listed(runtime, operator, state=state)]
        assert found == ([] if state is DeliveryState.DELIVERED else [event_id])

    def test_a_view_tells_ids_times_and_counts(self, runtime: Runtime, operator: Actor) -> None:
        event_id = announce(runtime, **FAILING)
        view, row = read(runtime, operator, event_id), stored(runtime, event_id)
        assert (view.topic, view.aggregate_type, view.aggregate_version) == ("lamp.lit.v1", "lamp", 1)
        assert (view.aggregate_id, view.party_ids) == (row.aggregate_id, tuple(row.org_ids))
        assert str(view.caused_by) == row.actor["user_id"]
        assert (view.attempts, view.error, view.next_attempt_at) == (3, "ValueError: no lamp", row.next_attempt_at)
        assert view.age_seconds == 86400
        assert view.payload == row.payload
        assert "Wei Zhang" not in repr(view)

    def test_a_dead_event_has_no_next_attempt_and_a_delivered_one_is_as_old_as_its_way(
        self, runtime: Runtime, operator: Actor
    ) -> None:
        dead = read(runtime, operator, announce(runtime, **DEAD))
        assert (dead.next_attempt_at, dead.given_up_at is not None) == (None, True)
        done = announce(runtime, age=timedelta(hours=2), attempts=1, done_at=True)
        assert read(runtime, operator, done).age_seconds == 7200


class TestQueue:
    def test_who_waits_behind_whom_is_counted_per_aggregate(self, runtime: Runtime, operator: Actor) -> None:
        lamp = new_id()
        announce(runtime, aggregate=lamp, version=1, attempts=1, done_at=True)
        dead = announce(runtime, aggregate=lamp, version=2, **DEAD)
        second = announce(runtime, aggregate=lamp, version=3)
        third = announce(runtime, aggregate=lamp, version=3)
        alone = announce(runtime)
        found = {view.id: (view.behind, view.held_by) for view in listed(runtime, operator)}
        assert found == {dead: (2, None), second: (1, dead), third: (0, dead), alone: (0, None)}

    def test_the_oldest_stands_first_and_pages_join_without_gap(self, runtime: Runtime, operator: Actor) -> None:
        made = [announce(runtime, age=DAY * (9 - n)) for n in range(5)]
        found: list[UUID] = []
        after = None
        for expected in (2, 2, 1):
            with work_for(runtime, operator) as work:
                page = service.list_events(work, operator, ListEvents(page=PageRequest(2, after)))
            assert len(page.items) == expected
            found += [view.id for view in page.items]
            after = page.next_after
        assert after is None
        assert found == made

    @pytest.mark.parametrize("after", [("yesterday", str(UUID(int=1))), ("2026-11-22T00:00:00+00:00", "x")])
    def test_a_foreign_cursor_is_refused(self, runtime: Runtime, operator: Actor, after: tuple[str, str]) -> None:
        with pytest.raises(MalformedRequest):
            listed(runtime, operator, page=PageRequest(2, after))

    def test_filters(self, runtime: Runtime, operator: Actor) -> None:
        dead = announce(runtime, **DEAD)
        other = announce(runtime, "lamp.broken.v1", **DEAD)
        announce(runtime)
        assert {view.id for view in listed(runtime, operator, state=DeliveryState.DEAD)} == {dead, other}
        only = listed(runtime, operator, state=DeliveryState.DEAD, topic="lamp.broken.v1")
        assert [view.id for view in only] == [other]

    def test_the_summary_counts_by_state_and_topic(self, runtime: Runtime, operator: Actor) -> None:
        oldest = announce(runtime, age=DAY * 3, **DEAD)
        announce(runtime, **FAILING)
        announce(runtime)
        announce(runtime)
        announce(runtime, "lamp.broken.v1", **DEAD)
        announce(runtime, age=DAY * 9, attempts=1, done_at=True)
        with work_for(runtime, operator) as work:
            summary = service.sum_up(work, operator, SumUp())
        assert (summary.waiting, summary.failing, summary.dead) == (2, 1, 2)
        assert summary.oldest_at == stored(runtime, oldest).occurred_at
        assert summary.topics == (
            TopicCount(topic="lamp.broken.v1", waiting=0, failing=0, dead=1),
            TopicCount(topic="lamp.lit.v1", waiting=2, failing=1, dead=1),
        )

    def test_an_empty_outbox(self, runtime: Runtime, operator: Actor) -> None:
        with work_for(runtime, operator) as work:
            summary = service.sum_up(work, operator, SumUp())
        assert (summary.waiting, summary.failing, summary.dead, summary.oldest_at, summary.topics) == (
            0,
            0,
            0,
            None,
            (),
        )


class TestRetry:
    def test_a_dead_event_is_due_now_with_every_attempt_before_it(self, runtime: Runtime, operator: Actor) -> None:
        event_id = announce(runtime, **DEAD)
        with work_for(runtime, operator) as work:
            view = service.retry_event(work, operator, RetryEvent(event_id))
        assert (view.state, view.attempts, view.error) == (DeliveryState.WAITING, 0, None)
        row = stored(runtime, event_id)
        assert (row.attempts, row.dead_at, row.done_at, row.error) == (0, None, None, None)
        with work_for(runtime, operator) as work:
            assert row.next_attempt_at == work.session.scalar(text("SELECT now()"))

    def test_the_trail_says_who_sent_what_again(self, runtime: Runtime, operator: Actor) -> None:
        event_id = announce(runtime, **DEAD)
        with work_for(runtime, operator) as work:
            service.retry_event(work, operator, RetryEvent(event_id))
        (entry,) = trail(runtime, operator)
        assert (entry.object_type, entry.object_id) == ("outbox_event", event_id)
        assert (entry.actor_user_id, entry.visible_to) == (operator.user_id, list(operator.org_ids))
        (detail,) = rows_of(runtime, operator, select(AuditDetail).where(AuditDetail.event_id == entry.id))
        assert {name: (each["before"], each["after"]) for name, each in detail.changes.items()} == {
            "attempts": (12, 0),
            "topic": ("lamp.lit.v1", "lamp.lit.v1"),
        }

    @pytest.mark.parametrize("row", [{}, FAILING, {"attempts": 1, "done_at": True}])
    def test_only_a_dead_event_is_sent_again(self, runtime: Runtime, operator: Actor, row: dict[str, Any]) -> None:
        event_id = announce(runtime, **row)
        before = stored(runtime, event_id)
        with pytest.raises(IllegalStep), work_for(runtime, operator) as work:
            service.retry_event(work, operator, RetryEvent(event_id))
        after = stored(runtime, event_id)
        assert (after.attempts, after.next_attempt_at, after.error) == (
            before.attempts,
            before.next_attempt_at,
            before.error,
        )
        assert trail(runtime, operator) == []

    def test_an_unknown_event(self, runtime: Runtime, operator: Actor) -> None:
        with pytest.raises(NotFound), work_for(runtime, operator) as work:
            service.retry_event(work, operator, RetryEvent(new_id()))
        with pytest.raises(NotFound), work_for(runtime, operator) as work:
            service.read_event(work, operator, ReadEvent(new_id()))

    def test_a_topic_is_sent_again_and_nothing_else(
        self, runtime: Runtime, operator: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(service, "MOST_AT_ONCE", 2)
        dead = [announce(runtime, **DEAD) for _ in range(3)]
        other, failing = announce(runtime, "lamp.broken.v1", **DEAD), announce(runtime, **FAILING)
        with work_for(runtime, operator) as work:
            first = service.retry_topic(work, operator, RetryTopic("lamp.lit.v1"))
        assert (first.retried, first.left) == (2, 1)
        with work_for(runtime, operator) as work:
            second = service.retry_topic(work, operator, RetryTopic("lamp.lit.v1"))
        assert (second.retried, second.left) == (1, 0)
        assert {read(runtime, operator, event_id).state for event_id in dead} == {DeliveryState.WAITING}
        assert read(runtime, operator, other).state is DeliveryState.DEAD
        assert read(runtime, operator, failing).attempts == 3
        assert [entry.object_id for entry in trail(runtime, operator)] == dead

    def test_a_topic_without_dead_events(self, runtime: Runtime, operator: Actor) -> None:
        with work_for(runtime, operator) as work:
            done = service.retry_topic(work, operator, RetryTopic("lamp.lit.v1"))
        assert (done.retried, done.left) == (0, 0)
        assert trail(runtime, operator) == []


class TestFences:
    def test_the_auditor_reads_and_never_sends_again(self, runtime: Runtime, auditor: Actor) -> None:
        event_id = announce(runtime, **DEAD)
        assert [view.id for view in listed(runtime, auditor)] == [event_id]
        with pytest.raises(Forbidden), work_for(runtime, auditor) as work:
            service.retry_event(work, auditor, RetryEvent(event_id))
        assert read(runtime, auditor, event_id).state is DeliveryState.DEAD

    @pytest.mark.parametrize("role", [Role.BUYER_ADMIN, Role.BUYER_PURCHASER])
    def test_companies_have_no_part_in_it(self, runtime: Runtime, role: Role) -> None:
        event_id = announce(runtime, **DEAD)
        person = make_person(runtime, make_company(runtime), role)
        with pytest.raises(Forbidden):
            listed(runtime, person)
        with pytest.raises(Forbidden), work_for(runtime, person) as work:
            service.retry_topic(work, person, RetryTopic("lamp.lit.v1"))
        assert stored(runtime, event_id).dead_at is not None

    def test_behind_the_permission_the_rows_are_the_platforms_alone(self, runtime: Runtime) -> None:
        event_id = announce(runtime, **DEAD)
        (party,) = stored(runtime, event_id).org_ids
        stranger = plain_actor(DeliveryPermission.READ, DeliveryPermission.RETRY, org=party)
        assert listed(runtime, stranger) == []
        with pytest.raises(NotFound), work_for(runtime, stranger) as work:
            service.retry_event(work, stranger, RetryEvent(event_id))
        assert stored(runtime, event_id).dead_at is not None

    @pytest.mark.parametrize(
        ("tenant", "seen", "changed"),
        [
            (Tenant(), 0, 0),
            (Tenant((new_id(),)), 0, 0),
            (Tenant(platform="auditor"), 1, 0),
            (Tenant(platform="operator"), 1, 1),
            (Tenant(machine=True), 1, 1),
        ],
    )
    def test_the_policies_of_the_outbox(self, runtime: Runtime, tenant: Tenant, seen: int, changed: int) -> None:
        announce(runtime, **DEAD)
        with runtime.database.session() as session:
            set_tenant(session, tenant)
            assert len(session.scalars(select(OutboxRow.id)).all()) == seen
            done = session.execute(update(OutboxRow).values(attempts=7))
            assert done.rowcount == changed  # type: ignore[attr-defined]  # an UPDATE's result is a CursorResult
            session.rollback()
