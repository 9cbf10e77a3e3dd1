"""Password hashes: argon2id (RFC 9106), at most two at a time.

Each hash takes 64 MiB and about a tenth of a second of one core; without a bound, a burst of sign-ins would take the
memory and the cores of everybody else.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from b2b_market.infra.http.problems import Unavailable

SLOTS: Final = 2
PATIENCE: Final = 10.0
"""Seconds to wait for a slot before the caller is asked to come again."""
DECOY: Final = "$argon2id$v=19$m=65536,t=2,p=1$rYQAdbHuPpkafSxj7TFeuw$kQOpnE/bd83kACk0B4NBpoju/3BdyD+VtyFDtFpGiTM"
"""Compared with where there is no account, so that both answers take equally long.

It is the hash of random bits that nobody kept.
"""


class Hasher:
    """Makes and checks hashes; shared by all threads of a process."""

    def __init__(self, slots: int = SLOTS) -> None:
        """Open ``slots`` places."""
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=65536, parallelism=1)
        self._slots = threading.BoundedSemaphore(slots)

    def hash(self, password: str) -> str:
        """Return a fresh salted hash in the PHC format; Unavailable where no slot came free in time."""
        with self._slot():
            return self._argon2.hash(password)

    def verify(self, hashed: str | None, password: str) -> bool:
        """Tell whether ``password`` belongs to ``hashed``; no hash takes as long as a wrong password."""
        with self._slot():
            try:
                return self._argon2.verify(hashed or DECOY, password) and hashed is not None
            except (VerificationError, InvalidHashError):
                return False

    def is_outdated(self, hashed: str) -> bool:
        """Tell whether a hash was made with other costs than those of today."""
        return self._argon2.check_needs_rehash(hashed)

    @contextmanager
    def _slot(self) -> Iterator[None]:
        if not self._slots.acquire(timeout=PATIENCE):
            raise Unavailable(retry_after=5)
        try:
            yield
        finally:
            self._slots.release()


HASHER: Final = Hasher()
"""The one of this process: its only state is how many slots are free."""
