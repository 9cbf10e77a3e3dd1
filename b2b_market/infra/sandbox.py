"""Foreign bytes are parsed in a child process with hard limits, so the worst file costs one refusal.

``run`` names a pure function ``(bytes, JSON value) -> JSON value`` as ``package.module:function``. The child is a fresh
interpreter without this process's environment, so it knows no password; it may not open sockets, start processes or
write files. Its memory, processor time, wall time and output are limited. There is no pool: a start costs less than
parsing does, and a fresh process cannot carry anything from one company's file to the next.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

MEBIBYTE: Final = 1024 * 1024
_CHUNK: Final = 1 << 16
_LAST_WORDS: Final = 4096
_CHILD: Final = str(Path(__file__).with_name("sandbox_child.py"))
_INHERITED: Final = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # an interpreter may not even start without them
_TOO_MUCH: Final = frozenset({"memory", "output"})
# SIGABRT: native code that got no memory aborts instead of raising.
_OVER_LIMIT: Final = frozenset({signal.SIGXCPU, signal.SIGKILL, signal.SIGABRT, signal.SIGALRM})


class FileTooHeavy(Refusal):
    """Reading the file would take more memory, time or output than one file may."""

    kind, code = Kind.TOO_LARGE, "file-too-heavy"
    title = N_("This file takes too much work to read")
    advice = N_(
        "Reading it was stopped after {seconds} seconds or {megabytes} MB of memory. Split the file, remove pictures, "
        "unused sheets and formatting far outside the table, then try again."
    )


class FileNotReadable(Refusal):
    """The reader gave up on the file: it is damaged or not what it says it is."""

    kind, code = Kind.INVALID, "file-not-readable"
    title = N_("This file cannot be read")
    advice = N_(
        "It is damaged or not the kind of file its name says. Open it in your program, save it anew, then try again."
    )


class ChildFailure(Exception):
    """The cause of a refusal for the log: how the child ended and what it last said. Never shown to a user."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use. ``wall_seconds`` counts from the start of the child, its start-up included."""

    memory_bytes: int = 512 * MEBIBYTE
    cpu_seconds: int = 8
    wall_seconds: int = 15
    output_bytes: int = 32 * MEBIBYTE


_DEFAULT: Final = Limits()


def run(
    target: str,
    data: bytes,
    args: object = None,
    *,
    refusals: Sequence[type[Refusal]] = (),
    limits: Limits = _DEFAULT,
) -> object:
    """Run ``target`` on ``data`` in a child and return its JSON value.

    Raises FileTooHeavy when a limit is hit, FileNotReadable when the function fails, and those of ``refusals`` that the
    function raises, with their facts. Safe to call from several threads; each call has its own child.
    """
    order = {
        "target": target,
        "path": [str(Path(entry).absolute()) for entry in sys.path],
        "size": len(data),
        "args": args,
        "limits": asdict(limits),
    }
    ended, output, said = _converse(json.dumps(order).encode() + b"\n" + data, limits)
    if ended is None or -ended in _OVER_LIMIT:
        raise _too_heavy(limits) from ChildFailure(f"ended with {ended}: {said}")
    if len(output) > limits.output_bytes:
        raise _too_heavy(limits) from ChildFailure("too much output")
    try:
        answer: dict[str, object] = json.loads(output)
    except ValueError:
        raise FileNotReadable from ChildFailure(f"ended with {ended}: {said}")
    if "value" in answer:
        return answer["value"]
    if answer.get("failure") in _TOO_MUCH:
        raise _too_heavy(limits) from ChildFailure(f"{answer['failure']}: {said}")
    facts = answer.get("facts")
    for refusal in refusals:
        if refusal.code == answer.get("refusal") and isinstance(facts, dict):
            raise refusal(**facts)
    raise FileNotReadable from ChildFailure(f"{answer}: {said}")


def _too_heavy(limits: Limits) -> FileTooHeavy:
    return FileTooHeavy(seconds=str(limits.wall_seconds), megabytes=str(limits.memory_bytes // MEBIBYTE))


def _converse(message: bytes, limits: Limits) -> tuple[int | None, bytes, str]:
    """Send ``message``, gather the output; return the exit status (None: killed here), the output, the last words."""
    environment = {name: value for name in _INHERITED if (value := os.environ.get(name)) is not None}
    with subprocess.Popen(  # noqa: S603 - the interpreter and a script of ours; nothing of the user is in the command
        [sys.executable, "-I", "-S", "-B", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment | {"LC_ALL": "C.UTF-8"},
        cwd="/",
    ) as child:
        try:
            output, said, in_time = _pump(child, message, limits)
            return (child.wait(timeout=limits.wall_seconds) if in_time else None), output, said
        except subprocess.TimeoutExpired:
            return None, b"", "answered, but did not end"
        finally:
            child.kill()


def _pump(child: "subprocess.Popen[bytes]", message: bytes, limits: Limits) -> tuple[bytes, str, bool]:
    """Write and read by turns until the child closes its output; the last value is False where time or room ran out."""
    deadline = time.monotonic() + limits.wall_seconds
    output, said, rest = bytearray(), bytearray(), memoryview(message)
    if child.stdin is None or child.stdout is None or child.stderr is None:
        raise RuntimeError("the child was started without pipes")
    with selectors.DefaultSelector() as ready:
        os.set_blocking(child.stdin.fileno(), False)
        ready.register(child.stdin, selectors.EVENT_WRITE)
        ready.register(child.stdout, selectors.EVENT_READ, output)
        ready.register(child.stderr, selectors.EVENT_READ, said)
        while ready.get_map():
            left = deadline - time.monotonic()
            if left <= 0 or len(output) > limits.output_bytes:
                return b"", said.decode("utf-8", "replace"), False
            for key, _ in ready.select(left):
                if key.fileobj is child.stdin:
                    rest = _written(key.fd, rest)
                    if not rest:
                        ready.unregister(child.stdin)
                        child.stdin.close()
                elif not _read(key.fd, key.data):
                    ready.unregister(key.fileobj)
            del said[:-_LAST_WORDS]
    return bytes(output), said.decode("utf-8", "replace"), True


def _written(fd: int, rest: memoryview) -> memoryview:
    """Write some of ``rest`` and return what is left; nothing is left for a child that reads no more."""
    try:
        return rest[os.write(fd, rest[:_CHUNK]) :]
    except BrokenPipeError:
        return rest[:0]


def _read(fd: int, into: bytearray) -> int:
    part = os.read(fd, _CHUNK)
    into += part
    return len(part)
