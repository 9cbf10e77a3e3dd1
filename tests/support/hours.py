"""Keeping tests away from the end of a day, which in every time zone they speak of is the end of an hour."""

from datetime import UTC, datetime, timedelta
from time import sleep
from typing import Final

NEAR: Final = timedelta(seconds=20)
"""Much longer than a test that reads what day it is more than once, or lets the database say so too."""


def until_next_hour(now: datetime) -> timedelta:
    """Return how long a test that begins ``now`` has to wait: for the rest of an hour that is nearly over."""
    left = timedelta(hours=1) - timedelta(minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    return left if left < NEAR else timedelta(0)


def begin_within_a_day() -> None:
    """Wait while an hour ends: a test that asks what day it is before and after is to be told the same day."""
    sleep(until_next_hour(datetime.now(UTC)).total_seconds())
