"""The doorkeeper: counts guesses per account and per network before anything is hashed or mailed.

Counts live in Redis, where all processes see them. While Redis is gone each process counts for itself with a third of
the guesses, so that a few processes together still stay below ten: sign-in fails closed, towards fewer attempts. A
process that got no answer leaves Redis alone for APART, so that a frozen one delays single sign-ins and not every one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import redis
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import FixedWindowRateLimiter

from b2b_market.identity.rules import TooManyAttempts, WrongCredentials, account_key
from b2b_market.kernel.clock import Clock, SystemClock
from b2b_market.rbac.edge import Edge

APART: Final = timedelta(seconds=5)
"""How long a process counts for itself before it asks again a Redis that did not answer."""
UNKNOWN_NETWORK: Final = "unknown"
"""Callers without a peer address share one count."""


@dataclass(frozen=True, slots=True)
class _Limit:
    """How often in which time; ``alone`` is the number each process allows while Redis is gone."""

    name: str
    shared: RateLimitItem
    alone: RateLimitItem


GUESSES: Final = _Limit("guess", RateLimitItemPerMinute(9, 15), RateLimitItemPerMinute(3, 15))
MAILS_PER_ADDRESS: Final = _Limit("mail", RateLimitItemPerHour(3), RateLimitItemPerHour(1))
MAILS_PER_NETWORK: Final = _Limit("mails", RateLimitItemPerHour(20), RateLimitItemPerHour(6))


class Doorkeeper:
    """Lives as long as the process; its in-process counts matter only while Redis is gone."""

    def __init__(self, client: "redis.Redis", clock: Clock | None = None) -> None:
        """Count on the given connection pool; ``clock`` tells how long callers wait, and this before it asks again."""
        self._clock = clock or SystemClock()
        shared = RedisStorage("redis://", connection_pool=client.connection_pool, key_prefix="door")
        self._shared = FixedWindowRateLimiter(shared)
        self._alone = FixedWindowRateLimiter(MemoryStorage())
        self._apart_until: datetime | None = None

    @contextmanager
    def guess(self, account: str, network: str | None) -> Iterator[None]:
        """Count a password guess on ``account`` and from ``network`` before it is made; a right one is given back.

        The tenth wrong one within a quarter of an hour raises TooManyAttempts, and so do all that follow.
        """
        places = [f"account:{account_key(account)}", f"network:{network or UNKNOWN_NETWORK}"]
        for place in places:
            self._count(GUESSES, place)
        try:
            yield
        except WrongCredentials:
            raise
        except BaseException:
            self._give_back(places)
            raise
        self._give_back(places)
        self._forget(places[0])

    def admit_mail(self, address: str, network: str | None) -> None:
        """Count a request for a mail to ``address`` from ``network``; TooManyAttempts where it is one too many."""
        self._count(MAILS_PER_ADDRESS, f"address:{account_key(address)}")
        self._count(MAILS_PER_NETWORK, f"network:{network or UNKNOWN_NETWORK}")

    def _count(self, limit: _Limit, place: str) -> None:
        key = (limit.name, place)
        if not self._is_apart():
            try:
                self._hit(self._shared, limit.shared, key)
            except redis.RedisError:
                self._part()
            else:
                return
        self._hit(self._alone, limit.alone, key)

    def _hit(self, limiter: FixedWindowRateLimiter, item: RateLimitItem, key: tuple[str, str]) -> None:
        if not limiter.hit(item, *key):
            left = limiter.get_window_stats(item, *key).reset_time - self._clock.now().timestamp()
            raise TooManyAttempts(retry_after=max(1, min(round(left), item.get_expiry())))

    def _give_back(self, places: list[str]) -> None:
        for place in places:
            for limiter, item in self._guesses():
                key = item.key_for(GUESSES.name, place)
                try:
                    if limiter.storage.get(key) > 0:
                        limiter.storage.incr(key, item.get_expiry(), amount=-1)
                except redis.RedisError:
                    self._part()

    def _forget(self, place: str) -> None:
        for limiter, item in self._guesses():
            try:
                limiter.clear(item, GUESSES.name, place)
            except redis.RedisError:
                self._part()

    def _guesses(self) -> Iterator[tuple[FixedWindowRateLimiter, RateLimitItem]]:
        """Yield the counts of guesses within reach: the shared ones unless Redis is left alone, then this process's."""
        if not self._is_apart():
            yield self._shared, GUESSES.shared
        yield self._alone, GUESSES.alone

    def _is_apart(self) -> bool:
        return self._apart_until is not None and self._clock.now() < self._apart_until

    def _part(self) -> None:
        self._apart_until = self._clock.now() + APART


def doorkeeper(state: Any) -> Doorkeeper:  # noqa: ANN401 - the application's state holds whatever was put there
    """Return the doorkeeper of this process, made when first needed and kept in the application's ``state``."""
    found: Doorkeeper | None = getattr(state, "doorkeeper", None)
    if found is None:
        edge: Edge = state.edge
        found = state.doorkeeper = Doorkeeper(edge.runtime.redis)
    return found
