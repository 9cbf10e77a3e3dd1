"""Doing one thing many times at the same moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

T = TypeVar("T")


def at_once(times: int, act: Callable[[int], T]) -> list[T]:
    """Call ``act(0) … act(times - 1)`` from threads that start together; return the results in that order."""
    start = Barrier(times)

    def one(number: int) -> T:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(one, range(times)))
