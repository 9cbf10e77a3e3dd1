"""The Celery application: every module's tasks, the relay, and the schedule.

Nothing here may be lost by losing Redis.
"""

from collections.abc import Sequence
from datetime import datetime

from celery import Celery
from celery import Task as CeleryTask
from celery.signals import worker_process_init

from b2b_market.entrypoints.broker import QUEUE, broker_url
from b2b_market.entrypoints.collecting import calm_collector
from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests, tasks_of
from b2b_market.entrypoints.nudging import Nudger
from b2b_market.entrypoints.relay import Relay
from b2b_market.entrypoints.scheduling import Sweeps, Ticking, waits
from b2b_market.entrypoints.sweeping import SWEEPS
from b2b_market.entrypoints.waking import LoopWaker
from b2b_market.infra.logging import configure_logging
from b2b_market.infra.runtime import Runtime
from b2b_market.infra.settings import Settings
from b2b_market.infra.tasks import TICK, Task
from b2b_market.kernel.clock import SystemClock
from b2b_market.rbac.manifest import Manifest

SWEEP_SECONDS = 2.0


def build_celery(runtime: Runtime, manifests: Sequence[Manifest]) -> Celery:
    """Return the worker's application on ``runtime``, with every declared task and its period."""
    app = Celery("b2b_market", broker=broker_url(runtime.settings))
    app.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_default_queue=QUEUE,
        task_serializer="json",
        accept_content=["json"],
        task_time_limit=600,
        task_soft_time_limit=540,
        worker_prefetch_multiplier=1,
        worker_soft_shutdown_timeout=5.0,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": 900, "socket_keepalive": True},
        timezone="UTC",
        beat_schedule_filename=str(runtime.settings.data_dir / "beat-schedule"),
    )
    app.steps["consumer"].add(LoopWaker)
    relay = Relay(runtime, handlers_by_topic(manifests))
    runtime.nudge = Nudger(lambda: app.send_task("relay.drain", ignore_result=True)).nudge
    drain = Task("relay.drain", lambda _runtime: relay.drain(), SWEEP_SECONDS)
    ticking = Ticking(tasks_of(manifests))
    tick = Task("clock.tick", ticking.run, TICK)
    schedule, sweeps = {}, Sweeps(SystemClock())
    for task in (drain, tick, *SWEEPS, *tasks_of(manifests)):
        _register(app, runtime, task, sweeps)
        if task.every is not None and task not in ticking.tasks:
            options = {"expires": waits(task.every)}
            schedule[task.name] = {"task": task.name, "schedule": task.every, "options": options}
    app.conf.beat_schedule = schedule
    return app


def _register(app: Celery, runtime: Runtime, task: Task, sweeps: Sweeps) -> None:
    def run(message: "CeleryTask[..., None]", *args: object) -> None:
        expires = message.request.expires
        if sweeps.begin(task, datetime.fromisoformat(str(expires)) if expires else None):
            task.run(runtime, *args)

    app.task(name=task.name, ignore_result=True, bind=True)(run)


def _application() -> Celery:
    settings = Settings()
    configure_logging(settings.log_level)
    runtime = Runtime.open(settings)
    # prefork children must not share the parent's sockets; close=False leaves the parent's alone
    worker_process_init.connect(lambda **_: runtime.database.dispose(close=False), weak=False)
    app = build_celery(runtime, load_manifests())
    calm_collector()
    return app


def __getattr__(name: str) -> Celery:
    """Build the worker's application when Celery asks this module for ``app``.

    Importing the module reads no settings.
    """
    if name != "app":
        raise AttributeError(name)
    application = _application()
    globals()["app"] = application
    return application
