"""The child of ``infra.sandbox``: a script, never imported. It limits itself, runs one function, writes one answer.

Standard input: one JSON line (``target``, ``path``, ``size``, ``args``, limits), then ``size`` bytes of data.
Standard output: one JSON object: ``{"value": …}``, ``{"refusal": code, "facts": …}`` or ``{"failure": reason}``.
The limits stand before anything but the standard library is imported and before a byte of the data is read.
"""

import json
import os
import resource
import signal
import sys

_FORBIDDEN = ("socket.", "subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "ctypes.")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def _limit(asked: dict[str, int]) -> None:
    """Lower the process's own limits; a hard limit already below the wish stays as it is."""
    wishes = {
        resource.RLIMIT_AS: asked["memory_bytes"],
        resource.RLIMIT_CPU: asked["cpu_seconds"],
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_NOFILE: 64,
    }
    for name, wish in wishes.items():
        hard = resource.getrlimit(name)[1]
        value = wish if hard == resource.RLIM_INFINITY else min(wish, hard)
        resource.setrlimit(name, (value, value))
    # The parent kills at the wall time; should the parent itself be killed, the alarm still ends the child.
    signal.alarm(asked["wall_seconds"] + 1)


def _guard(event: str, args: tuple[object, ...]) -> None:
    """Refuse what a pure function never does: sockets, processes, foreign code, files opened for writing."""
    if event.startswith(_FORBIDDEN):
        raise PermissionError(event)
    if event == "open" and isinstance(args[2], int) and args[2] & _WRITING:
        raise PermissionError(event)


def _answer(asked: dict[str, object], data: bytes) -> dict[str, object]:
    from importlib import import_module  # noqa: PLC0415 - after the limits, as everything that is not built in

    from b2b_market.kernel.refusal import Refusal  # noqa: PLC0415 - found only once the parent's path is set

    module, _, name = str(asked["target"]).partition(":")
    try:
        return {"value": getattr(import_module(module), name)(data, asked["args"])}
    except Refusal as refusal:
        return {"refusal": refusal.code, "facts": dict(refusal.facts)}
    except MemoryError:
        return {"failure": "memory"}
    except BaseException as error:  # noqa: BLE001 - a panic of a native parser is no Exception; each becomes a refusal
        sys.stderr.write(f"{type(error).__name__}: {error}"[:2000])
        return {"failure": "error"}


def _encode(answer: dict[str, object]) -> bytes:
    try:
        return json.dumps(answer, ensure_ascii=False).encode()
    except MemoryError:
        return b'{"failure":"memory"}'
    except (TypeError, ValueError) as error:  # no JSON value, or text with lone surrogates
        sys.stderr.write(str(error)[:2000])
        return b'{"failure":"error"}'


def main() -> None:
    """Read the order, obey the limits, answer."""
    answer_to = os.dup(1)
    os.dup2(2, 1)  # whatever a library prints must not mix with the answer
    order = json.loads(sys.stdin.buffer.readline())
    _limit(order["limits"])
    sys.path[:] = order["path"]
    sys.addaudithook(_guard)
    data = sys.stdin.buffer.read(order["size"])
    text = _encode(_answer(order, data))
    if len(text) > order["limits"]["output_bytes"]:
        text = b'{"failure":"output"}'
    rest = memoryview(text)
    while rest:
        rest = rest[os.write(answer_to, rest) :]
    sys.stderr.flush()
    os._exit(0)  # tearing down a large result takes longer than making it, and nothing is left to tidy


if __name__ == "__main__":
    main()
