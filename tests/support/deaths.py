"""Making a process end itself by SIGKILL at a named place, so that a fault happens there and nowhere else.

A place is the n-th call of a function, just before it runs or just after it returned. The function is wrapped inside
the process that is to die; the product knows nothing of it. Functions are named as callers reach them: a method of a
class, or a function that callers look up in its module at each call.
"""

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Death:
    """Where a process dies. ``target`` reads ``package.module:Class.method``; calls count from when it was armed.

    ``arm`` names a file: calls made before it exists do not count, and the process that dies removes it, so that of
    several processes, or of one and its successor, one dies. None means armed from the start.
    """

    target: str
    after: bool = False
    nth: int = 1
    arm: Path | None = None


def die() -> None:
    """End this process as a power cut would: no cleaning up, no farewell."""
    os.kill(os.getpid(), signal.SIGKILL)


def install(death: Death) -> None:
    """Wrap the function that ``death`` names in this process; LookupError where there is none."""
    module, _, path = death.target.partition(":")
    *owners, name = path.split(".")
    owner: Any = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    if not callable(getattr(owner, name, None)):
        message = f"there is no function {death.target}"
        raise LookupError(message)
    setattr(owner, name, _deadly(getattr(owner, name), death))


def _deadly(function: Callable[..., Any], death: Death) -> Callable[..., Any]:
    calls = count(1)

    @wraps(function)
    def run(*args: object, **options: object) -> object:
        armed = death.arm is None or death.arm.exists()
        last = armed and next(calls) == death.nth
        if last and death.arm is not None:
            death.arm.unlink(missing_ok=True)
        if last and not death.after:
            die()
        found = function(*args, **options)
        if last:
            die()
        return found

    return run
