"""The children of the supervisor: started so that they cannot outlive it, restarted with back-off, stopped in order."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO

from b2b_market.entrypoints.supervisor.refusals import StopRequestedError

SHIM = Path(__file__).with_name("shim.py")
TICK = 0.05
HEALTHY_AFTER = 60.0
LONGEST_PAUSE = 10.0
LOG_LIMIT = 20_000_000
LOG_CHECK_EVERY = 60.0


class Kind(StrEnum):
    """The two stages of a stop: applications go before the servers that they use."""

    APPLICATION = "application"
    SERVER = "server"


@dataclass(frozen=True, slots=True)
class Job:
    """One child: what to run, how to ask it to stop, and how long it may take."""

    name: str
    command: tuple[str, ...]
    kind: Kind = Kind.APPLICATION
    stop_signal: signal.Signals = signal.SIGTERM
    grace: float = 15.0
    identity: str = "-"
    environment: Mapping[str, str] | None = None
    folder: Path | None = None
    descriptors: tuple[int, ...] = ()


@dataclass(slots=True)
class Child:
    """A job with its running process and its record of failures in a row."""

    job: Job
    process: subprocess.Popen[bytes]
    born: float
    failures: int = 0
    again_at: float | None = None


class ChildEndedError(Exception):
    """A child ended that should have gone on; ``log`` says more."""

    def __init__(self, name: str, status: int, log: Path) -> None:
        """Keep the log, whose last lines the supervisor shows."""
        super().__init__(f"{name} ended with status {status}")
        self.name, self.log = name, log


@dataclass(slots=True)
class Crew:
    """All children of one supervisor.

    Use it from the main thread only: the kernel ties the parent-death signal to the thread that started a child.
    """

    logs: Path
    on_change: Callable[[Iterable[Child]], None] = lambda _children: None
    say: Callable[[str], None] = lambda _sentence: None
    allowed_failures: int = 5
    stop_requests: int = 0
    children: list[Child] = field(default_factory=list)
    _logs_checked: float = 0.0

    def log_of(self, name: str) -> Path:
        """Return where ``name`` writes what it has to say."""
        return self.logs / f"{name}.log"

    def start(self, job: Job) -> Child:
        """Start ``job`` and keep an eye on it from now on."""
        child = Child(job, self._spawn(job), time.monotonic())
        self.children.append(child)
        self.on_change(self.children)
        return child

    def run(self, job: Job, output: Path | None = None) -> int:
        """Run ``job`` to its end and return its exit status; its standard output goes to ``output`` or the log.

        The other children are looked after meanwhile. Raises StopRequestedError when somebody asks to stop; the job
        is ended first.
        """
        process = self._spawn(job, output)
        child = Child(job, process, time.monotonic())
        self.children.append(child)
        self.on_change(self.children)
        try:
            while process.poll() is None:
                self.check_stop()
                self.look_after(spare=child)
                time.sleep(TICK)
        finally:
            end_children([child], hurry=lambda: True)
            self.children.remove(child)
        return process.returncode

    def wait_for(self, ready: Callable[[], bool], child: Child, seconds: float) -> None:
        """Wait until ``ready`` holds; meanwhile restart what ends.

        Raises ChildEndedError when ``child`` itself ends, TimeoutError after ``seconds``.
        """
        end = time.monotonic() + seconds
        while not ready():
            self.check_stop()
            if child.process.poll() is not None:
                raise ChildEndedError(child.job.name, child.process.returncode, self.log_of(child.job.name))
            self.look_after(spare=child)
            if time.monotonic() > end:
                raise TimeoutError(f"{child.job.name} was not ready after {seconds:.0f} seconds")
            time.sleep(TICK)

    def watch(self) -> None:
        """Look after the children until somebody asks to stop.

        Raises ChildEndedError when one child failed more often in a row than ``allowed_failures``.
        """
        while not self.stop_requests:
            self.look_after()
            time.sleep(TICK)

    def look_after(self, spare: Child | None = None) -> None:
        """Restart what has ended, after a pause that doubles with each failure in a row."""
        now = time.monotonic()
        for child in self.children:
            if child is spare:
                continue
            if child.again_at is not None:
                if now >= child.again_at:
                    child.process, child.born, child.again_at = self._spawn(child.job), now, None
                    self.on_change(self.children)
            elif child.process.poll() is not None:
                self._note_failure(child, now)
            elif child.failures and now - child.born > HEALTHY_AFTER:
                child.failures = 0
        if now - self._logs_checked > LOG_CHECK_EVERY:
            self._logs_checked = now
            trim_logs(self.logs)

    def check_stop(self) -> None:
        """Raise StopRequestedError once somebody asked to stop."""
        if self.stop_requests:
            raise StopRequestedError

    def dismiss(self, child: Child) -> None:
        """End ``child`` at once and forget it."""
        end_children([child], hurry=lambda: True)
        self.children.remove(child)

    def stop(self) -> None:
        """Stop the applications, then the servers; a second request to stop makes it abrupt (and still crash-safe)."""
        for kind in Kind:
            stage = [child for child in self.children if child.job.kind is kind]
            for name in end_children(stage, hurry=lambda: self.stop_requests > 1):
                self.say(f"{name} did not stop in time and was ended.")

    def _note_failure(self, child: Child, now: float) -> None:
        child.failures += 1
        status = child.process.returncode
        end_group(child.process.pid)
        if child.failures > self.allowed_failures:
            raise ChildEndedError(child.job.name, status, self.log_of(child.job.name))
        pause = min(0.25 * 2**child.failures, LONGEST_PAUSE)
        child.again_at = now + pause
        self.say(f"{child.job.name} ended with status {status} and starts again in {pause:g} s.")

    def _spawn(self, job: Job, output: Path | None = None) -> subprocess.Popen[bytes]:
        shim = (sys.executable, "-I", "-S", str(SHIM), str(os.getpid()), str(int(job.stop_signal)), job.identity, "--")
        with contextlib.ExitStack() as files:
            log = files.enter_context(open_private(self.log_of(job.name), "ab"))
            target = files.enter_context(open_private(output, "wb")) if output else log
            # its own session: a terminal's Ctrl-C reaches the supervisor alone, which then stops the children in order
            return subprocess.Popen(  # noqa: S603 - the commands are the product's own
                (*shim, *job.command),
                stdin=subprocess.DEVNULL,
                stdout=target,
                stderr=log,
                start_new_session=True,
                cwd=job.folder,
                env=job.environment,
                pass_fds=job.descriptors,
            )


def open_private(path: Path, mode: str) -> IO[bytes]:
    """Open ``path`` for writing bytes, making it readable by this account only."""
    return open(path, mode, opener=lambda name, flags: os.open(name, flags, 0o600))


def end_children(children: Iterable[Child], hurry: Callable[[], bool]) -> list[str]:
    """Ask all ``children`` to stop, wait for each as long as its job allows, and return the names of those killed."""
    waiting = [child for child in children if child.process.poll() is None]
    begin = time.monotonic()
    for child in waiting:
        with contextlib.suppress(ProcessLookupError):
            child.process.send_signal(child.job.stop_signal)
    killed = []
    for child in waiting:
        while child.process.poll() is None:
            if hurry() or time.monotonic() - begin > child.job.grace:
                killed.append(child.job.name)
                end_group(child.process.pid)
                child.process.kill()
                child.process.wait()
            else:
                time.sleep(TICK)
    for child in children:
        end_group(child.process.pid)  # what is left of its session, such as orphaned pool processes
    return killed


def end_group(group: int) -> None:
    """Kill what is left of a child's session."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, signal.SIGKILL)


def last_lines(log: Path, count: int = 12) -> str:
    """Return the last lines of ``log``, indented, for a person who has to see why a part failed."""
    try:
        lines = log.read_bytes()[-8000:].decode(errors="replace").splitlines()
    except OSError:
        return ""
    return "".join(f"    {line}\n" for line in lines[-count:])


def trim_logs(logs: Path) -> None:
    """Keep one older part of each log that grew too long; writers append, so emptying the file is safe for them."""
    for log in logs.glob("*.log"):
        with contextlib.suppress(OSError):
            if log.stat().st_size > LOG_LIMIT:
                log.with_suffix(".log.1").write_bytes(log.read_bytes())
                os.truncate(log, 0)
