"""Places for making files: each kind of work gets few of them in a process, as it takes the processor from the rest."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from b2b_market.kernel.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Places:
    """How many of a kind of work run at once in a process, how long others wait (seconds), and what they hear then.

    ``busy`` is a refusal with the fact ``retry_after`` in seconds.
    """

    work: str
    number: int
    patience: float
    busy: type[Refusal]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold one of the places; raise ``busy`` where none gets free in time."""
        free = _free(self)
        if not free.acquire(timeout=self.patience):
            raise self.busy(retry_after=int(self.patience))
        try:
            yield
        finally:
            free.release()


@cache
def _free(places: Places) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(places.number)
