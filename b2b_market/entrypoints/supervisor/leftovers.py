"""What the last run left behind when it was killed: its children may need a moment to go."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from b2b_market.entrypoints.supervisor.crew import Child
from b2b_market.entrypoints.supervisor.folder import write_private

PATIENCE = 25.0


def note_children(record: Path, children: Iterable[Child], address: str) -> None:
    """Write down which processes run, so that the next start can tell them from strangers with the same number."""
    running = {str(child.process.pid): birth(child.process.pid) for child in children}
    write_private(record, json.dumps({"address": address, "children": running}))


def running_address(record: Path) -> str | None:
    """Return the address that the run of ``record`` serves at, if it is known."""
    with contextlib.suppress(OSError, ValueError, KeyError):
        return str(json.loads(record.read_text(encoding="utf-8"))["address"])
    return None


def outlive(record: Path, check_stop: Callable[[], None]) -> None:
    """Wait until the last run's children are gone, and end those that stay.

    On Linux the kernel has told them already. Elsewhere nobody has, so they are asked first. ``check_stop`` raises
    when somebody asks to stop meanwhile.
    """
    try:
        noted = json.loads(record.read_text(encoding="utf-8"))["children"]
    except (OSError, ValueError, KeyError):
        return
    alive = {int(pid): born for pid, born in noted.items()}
    if sys.platform != "linux":
        _send(alive, signal.SIGTERM)
    end = time.monotonic() + PATIENCE
    while alive := {pid: born for pid, born in alive.items() if born and birth(pid) == born}:
        check_stop()
        if time.monotonic() > end:
            _send(alive, signal.SIGKILL)
        time.sleep(0.05)
    record.unlink(missing_ok=True)


def birth(pid: int) -> str | None:
    """Return when process ``pid`` was born, as the kernel writes it; None when there is none (or only its remains)."""
    if sys.platform == "linux":
        try:
            words = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        except (OSError, IndexError):
            return None
        return None if words[0] == "Z" else words[19]
    done = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], check=False, capture_output=True, text=True)  # noqa: S603, S607 - fixed words and a number
    return done.stdout.strip() or None


def _send(processes: Iterable[int], what: signal.Signals) -> None:
    for pid in processes:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, what)
