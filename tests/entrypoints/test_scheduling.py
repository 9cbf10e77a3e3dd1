"""The schedule's messages: how long each may wait, and which of them still ask for anything."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from kombu.asynchronous.hub import Hub

from b2b_market.entrypoints.celery_app import build_celery
from b2b_market.entrypoints.modules import load_manifests
from b2b_market.entrypoints.scheduling import PATIENCE, Sweeps, Ticking, waits
from b2b_market.entrypoints.waking import LoopWaker
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.tasks import TICK, Task
from b2b_market.kernel.clock import SteppedClock
from b2b_market.rbac.manifest import Manifest

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def nothing(_runtime: Runtime) -> None:
    """Do nothing."""


SWEEP = Task("a.sweep", nothing, 2.0)
OTHER = Task("another.sweep", nothing, 2.0)


def message(sent: datetime, task: Task = SWEEP) -> datetime:
    """Return when the schedule's message that was sent at ``sent`` is dropped."""
    assert task.every is not None
    return sent + timedelta(seconds=waits(task.every))


def test_a_message_may_wait_many_short_periods_and_one_long_one() -> None:
    assert [waits(1.0), waits(2.0), waits(60.0), waits(3600.0)] == [PATIENCE, PATIENCE, PATIENCE, 3600.0]
    assert PATIENCE >= 30


def test_of_a_queue_that_lagged_each_sweep_runs_once() -> None:
    clock = SteppedClock(NOON)
    sweeps = Sweeps(clock)
    waiting = [message(NOON - lag * SECOND) for lag in range(50, 0, -2)]
    begun = []
    for expires in waiting:
        begun.append((sweeps.begin(SWEEP, expires), sweeps.begin(OTHER, expires)))
        clock.step(SECOND / 10)
    assert begun == [(True, True), *[(False, False)] * (len(waiting) - 1)]


def test_a_message_sent_after_the_last_run_began_calls_for_another() -> None:
    clock = SteppedClock(NOON)
    sweeps = Sweeps(clock)
    assert sweeps.begin(SWEEP, message(NOON - SECOND))
    clock.step(5 * SECOND)
    assert not sweeps.begin(SWEEP, message(NOON - SECOND / 100))
    assert sweeps.begin(SWEEP, message(NOON))
    assert not sweeps.begin(SWEEP, message(NOON + 4 * SECOND)), "the second run began at five"
    assert sweeps.begin(SWEEP, message(NOON + 5 * SECOND))


def test_what_is_asked_for_by_name_always_runs_and_answers_the_schedule_too() -> None:
    sweeps = Sweeps(SteppedClock(NOON))
    asked = Task("by.name", nothing)
    assert [sweeps.begin(SWEEP, None), sweeps.begin(SWEEP, None)] == [True, True]
    assert not sweeps.begin(SWEEP, message(NOON - SECOND))
    assert [sweeps.begin(asked, None), sweeps.begin(asked, None)] == [True, True]


def test_the_worker_runs_a_task_once_for_all_messages_sent_before(runtime: Runtime) -> None:
    runs: list[object] = []
    task = Task("a.sweep", lambda _runtime, *args: runs.append(args), 2.0)
    manifests = load_manifests()
    app = build_celery(replace(runtime), [replace(manifests[0], tasks=(task,))])
    assert app.conf.beat_schedule["a.sweep"] == {"task": "a.sweep", "schedule": 2.0, "options": {"expires": PATIENCE}}
    assert LoopWaker in app.steps["consumer"]
    celery_task: Any = app.tasks["a.sweep"]
    now = datetime.now(UTC)
    for expires in (message(now - 9 * SECOND), message(now - 7 * SECOND), message(now + 3600 * SECOND), None):
        celery_task.push_request(expires=expires and expires.isoformat())
        celery_task.run("given")
        celery_task.pop_request()
    assert runs == [("given",)] * 3


@pytest.fixture
def hub() -> Iterator[Any]:
    made = Hub()
    yield made
    made.close()


@pytest.fixture
def waker() -> Iterator[LoopWaker]:
    made = LoopWaker(None)
    yield made
    made.shutdown(None)


def test_what_a_thread_gives_the_loop_to_do_ends_its_sleep(hub: Any, waker: LoopWaker) -> None:
    for _ in range(2):  # the second time as after a loss of the broker
        waker.register_with_event_loop(None, hub)
        done = threading.Event()
        thread = threading.Thread(target=lambda done=done: hub.call_soon(done.set))
        thread.start()
        assert hub.poller.poll(60), "the loop would sleep on"
        thread.join()
        next(hub.create_loop())  # does what was given, and hears what woke it
        assert done.is_set()
        assert hub.poller.poll(0) == []
        hub.reset()


def test_the_loop_does_not_wake_itself(hub: Any, waker: LoopWaker) -> None:
    waker.register_with_event_loop(None, hub)
    hub.call_soon(lambda: None)
    assert hub.poller.poll(0) == []


def test_the_tasks_of_the_clock_share_one_message(runtime: Runtime) -> None:
    manifests: list[Manifest] = list(load_manifests())
    app = build_celery(replace(runtime), manifests)
    ticking = {task.name for manifest in manifests for task in manifest.tasks if task.every == TICK}
    assert {"rfq.close_due", "tendering.advance_due", "tendering.open_ready"} <= ticking
    entries = app.conf.beat_schedule
    assert entries["clock.tick"] == {"task": "clock.tick", "schedule": TICK, "options": {"expires": PATIENCE}}
    assert ticking & set(entries) == set(), "only the tick asks for them"
    assert ticking <= set(app.tasks), "each can still be sent by its name"


def test_a_tick_gives_every_task_its_turn_and_then_says_which_failed(runtime: Runtime) -> None:
    done: list[str] = []

    def fail(_runtime: Runtime) -> None:
        message = "no such table"
        raise LookupError(message)

    tasks = (
        Task("the.first", lambda _runtime: done.append("first"), TICK),
        Task("the.wrong", fail, TICK),
        Task("the.slow", lambda _runtime: done.append("not of the clock"), 5.0),
        Task("the.last", lambda _runtime: done.append("last"), TICK),
    )
    with pytest.raises(ExceptionGroup) as failed:
        Ticking(tasks).run(runtime)
    assert [str(error) for error in failed.value.exceptions] == ["no such table"]
    assert done == ["first", "last"]


def test_a_task_that_is_still_at_work_is_left_out_and_holds_nobody_back(runtime: Runtime) -> None:
    begun, go_on, done = threading.Event(), threading.Event(), []

    def work(_runtime: Runtime) -> None:
        begun.set()
        go_on.wait()
        done.append("long")

    ticking = Ticking(
        (Task("the.long", work, TICK), Task("the.short", lambda _runtime: done.append("short"), TICK)),
    )
    first = threading.Thread(target=ticking.run, args=(runtime,))
    first.start()
    begun.wait()
    ticking.run(runtime)
    assert done == ["short"]
    go_on.set()
    first.join()
    assert done == ["short", "long", "short"]
    ticking.run(runtime)
    assert done[3:] == ["long", "short"]


def test_each_manifest_task_has_its_place_in_the_schedule(runtime: Runtime) -> None:
    manifests: list[Manifest] = list(load_manifests())
    app = build_celery(replace(runtime), manifests)
    declared = {task.name: task.every for manifest in manifests for task in manifest.tasks}
    scheduled = {name: entry["schedule"] for name, entry in app.conf.beat_schedule.items()}
    assert {name: every for name, every in declared.items() if every and every != TICK} == {
        name: every for name, every in scheduled.items() if name in declared
    }
    assert scheduled["relay.drain"] == 2.0
    assert (scheduled["rfq.expire_counters"], scheduled["rfq.expire_quotes"]) == (5.0, 300.0)
