"""Starts of the supervisor for tests, and sight of every process that they left behind."""

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

STAND_IN = Path(__file__).with_name("stand_in.py")
ROOT = STAND_IN.parents[2]


def until(holds: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)


class Stacks:
    """Runs on one data folder; only processes of these runs are ever seen or signalled."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.mark = f"B2B_TEST_RUN={uuid.uuid4().hex}"
        self.runs: list[Run] = []

    def start(self, *changes: str, port: int = 0, environment: Mapping[str, str] | None = None) -> "Run":
        name, _, value = self.mark.partition("=")
        command = [sys.executable, str(STAND_IN), "stack", str(self.data), str(port), *changes]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**clean_environment(), "PYTHONPATH": str(ROOT), name: value, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.runs.append(Run(process))
        return self.runs[-1]

    def alive(self) -> dict[int, str]:
        """Process numbers and command lines of everything that belongs to these runs, the supervisors included."""
        found = {}
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit() or int(entry.name) == os.getpid():
                continue
            with contextlib.suppress(OSError, IndexError):
                line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                ours = self.mark.encode() in (entry / "environ").read_bytes()
                ours |= (entry / "cwd").readlink().is_relative_to(self.data.resolve())
                ours |= f"{self.data.resolve()}/" in line
                if ours and (entry / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z":
                    found[int(entry.name)] = line.strip()
        return found

    def serving(self) -> list["Run"]:
        """Runs that have not ended."""
        return [run for run in self.runs if run.process.poll() is None]

    def with_words(self, words: str) -> list[int]:
        """Processes so called; one that has just been forked bears its parent's name until it takes its own."""
        found = {pid for pid, line in self.alive().items() if words in line and " stack " not in line}
        return [pid for pid in found if parent_of(pid) not in found]

    def find(self, words: str) -> int:
        (pid,) = self.with_words(words)
        return pid

    def has(self, words: str) -> bool:
        return len(self.with_words(words)) == 1

    def is_deaf(self, part: str) -> None:
        log = self.data / "log" / f"{part}.log"

        def says_so() -> bool:
            # earlier runs on the folder wrote into the same log
            return any(f"{pid} is deaf" in log.read_text() for pid in self.with_words("stand_in.py deaf"))

        until(says_so, 200, f"{part} is deaf")

    def kill_all(self) -> None:
        for pid in self.alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def nothing_left(self, seconds: float = 200) -> None:
        until(lambda: not self.alive(), seconds, f"nothing left, but there is {self.alive()}")


class Run:
    """One start of the supervisor."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.printed = ""
        self.address = ""

    def ready(self) -> "Run":
        """Wait until it says that it serves."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if " is ready after " in line:
                self.address = line.rsplit(" ", 1)[1].strip()
            if line.startswith("Stop it with Ctrl-C"):
                return self
        raise AssertionError(f"it ended with {self.process.wait()}: {self.printed}")

    def says(self, words: str) -> None:
        """Wait until it prints ``words``."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.printed += line
            if words in line:
                return
        raise AssertionError(f"it ended with {self.process.wait()}: {self.printed}")

    def end(self, seconds: float = 240) -> int:
        """Wait for its end and return the exit status; what it printed is in ``printed``."""
        assert self.process.stdout is not None
        if not self.process.stdout.closed:
            self.printed += self.process.communicate(timeout=seconds)[0]
        return self.process.returncode

    def stop(self) -> int:
        self.process.terminate()
        return self.end()

    def call(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection(self.address.removeprefix("http://"), timeout=120)
        with contextlib.closing(connection):
            connection.request(method, path)
            answer = connection.getresponse()
            content = answer.read()
        assert answer.status == 200, content
        return json.loads(content)

    def state(self) -> Any:
        return self.call("GET", "/state")

    def rows(self) -> list[str]:
        """Everything that was ever stored in the folder, the oldest first."""
        return list(self.state()["rows"])

    def works_again(self, seconds: float = 200) -> None:
        def stores() -> bool:
            with contextlib.suppress(OSError, AssertionError, http.client.HTTPException):
                return "/again" in self.call("POST", "/again")["rows"]
            return False

        until(stores, seconds, "it stores rows again")


def parent_of(pid: int) -> int:
    """Return who started a process; 0 where there is no such process any more."""
    with contextlib.suppress(OSError):
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    return 0


@contextlib.contextmanager
def kept_port() -> Iterator[int]:
    """Yield a port that nobody is given meanwhile, because it is bound; whoever asks for it by number may listen."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


def clean_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("B2B_MARKET_")}


@contextlib.contextmanager
def stacks_in(data: Path) -> Iterator[Stacks]:
    stacks = Stacks(data)
    try:
        yield stacks
    finally:
        stacks.kill_all()
        for run in stacks.runs:
            run.end()
        stacks.nothing_left()
