"""Parts of the product in processes of their own: web, relay, tasks, worker, schedule. Each may be told where to die.

Children are forked from a server process that has imported the product once, so one costs milliseconds, and they end
with that server, which ends with the test run.
"""

import ctypes
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

from b2b_market.entrypoints.modules import NAMES
from b2b_market.entrypoints.supervisor.crew import end_group
from tests.support.deaths import Death, install

PR_SET_PDEATHSIG = 1
HOST = "127.0.0.1"


@cache
def context() -> ForkServerContext:
    """Return the server of forks, made with the first child; the product is imported in it before any fork."""
    found = multiprocessing.get_context("forkserver")
    modules = [f"b2b_market.{name}.module" for name in NAMES]
    found.set_forkserver_preload(
        [*modules, "b2b_market.entrypoints.celery_app", "b2b_market.entrypoints.web", __name__]
    )
    return found


@dataclass
class Child:
    """One running part; ``log`` is where it writes."""

    process: ForkServerProcess
    log: Path

    def wait(self, seconds: float = 240) -> int:
        """Return its exit status once it has ended: 0, or minus the signal that ended it."""
        self.process.join(seconds)
        assert self.process.exitcode is not None, f"it still runs after {seconds} s:\n{self.said()}"
        return self.process.exitcode

    def died(self, seconds: float = 240) -> None:
        """Assert that it ends by SIGKILL."""
        assert self.wait(seconds) == -signal.SIGKILL, self.said()

    def finished(self, seconds: float = 240) -> None:
        """Assert that it ends by itself, without a fault."""
        assert self.wait(seconds) == 0, self.said()

    def kill(self) -> None:
        """End it by SIGKILL now, with whatever processes it has started."""
        self.process.kill()
        self.process.join(60)
        assert self.process.pid
        end_group(self.process.pid)

    def stop(self) -> None:
        """Ask it to stop; end it where it does not within a while."""
        self.process.terminate()
        self.process.join(60)
        if self.process.exitcode is None:
            self.kill()

    def said(self) -> str:
        """Return what it wrote."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@dataclass
class Nursery:
    """Starts children with ``environment`` and ends them all."""

    environment: Mapping[str, str]
    folder: Path
    children: list[Child] = field(default_factory=list)

    def start(self, part: Callable[..., None], *args: object, death: Death | None = None) -> Child:
        """Run ``part(*args)`` in a process of its own."""
        log = self.folder / f"{part.__name__}-{len(self.children)}.log"
        process = context().Process(
            target=_run, args=(part, args, dict(self.environment), str(log), death), daemon=True
        )
        process.start()
        self.children.append(Child(process, log))
        return self.children[-1]

    def end_all(self) -> None:
        """End whatever still runs."""
        for child in self.children:
            child.kill()
            child.process.close()
        self.children.clear()


def _run(
    part: Callable[..., None], args: tuple[object, ...], environment: dict[str, str], log: str, death: Death | None
) -> None:
    os.setpgid(0, 0)  # so that what it starts can be ended with it
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    target = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(target, 1)
    os.dup2(target, 2)
    os.environ.update(environment)
    if death is not None:
        install(death)
    part(*args)


# ---- the parts


def web(listener: socket.socket) -> None:
    """Serve the whole application on a socket that stays open when this process dies, as under the supervisor."""
    import uvicorn

    from b2b_market.entrypoints.web import create_app

    uvicorn.Server(uvicorn.Config(create_app(), access_log=False, timeout_graceful_shutdown=5)).run([listener])


def relay(lease_seconds: float = 30) -> None:
    """Drain the outbox once."""
    from datetime import timedelta

    from b2b_market.entrypoints.modules import handlers_by_topic, load_manifests
    from b2b_market.entrypoints.relay import Relay
    from b2b_market.infra.runtime import Runtime
    from b2b_market.infra.settings import Settings

    Relay(Runtime.open(Settings()), handlers_by_topic(load_manifests()), lease=timedelta(seconds=lease_seconds)).drain()


def task(name: str, shift_hours: float = 0) -> None:
    """Run one task of the schedule once, on a clock moved by ``shift_hours``."""
    from dataclasses import replace
    from datetime import timedelta

    from b2b_market.entrypoints.modules import load_manifests, tasks_of
    from b2b_market.infra.runtime import Runtime
    from b2b_market.infra.settings import Settings

    runtime = replace(Runtime.open(Settings()), shift=timedelta(hours=shift_hours))
    (found,) = [one for one in tasks_of(load_manifests()) if one.name == name]
    found.run(runtime)


def worker(pool: str = "threads", concurrency: int = 2) -> None:
    """Run a Celery worker."""
    from b2b_market.entrypoints.cli import worker as serve_tasks

    serve_tasks(concurrency, pool)


def schedule() -> None:
    """Run the schedule; its state is kept in the data folder, and what an earlier one left is dropped."""
    from b2b_market.entrypoints.cli import schedule as tick

    folder = Path(os.environ["B2B_MARKET_DATA_DIR"])
    for stale in folder.glob("beat-schedule*"):
        stale.unlink()
    os.chdir(folder)  # for its process id file
    tick()


# ---- talking to a web child


def listen() -> socket.socket:
    """Open a listening socket on a free port."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((HOST, 0))
    listener.listen(512)
    return listener


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until ``holds``; AssertionError naming ``what`` where it does not in time."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)
