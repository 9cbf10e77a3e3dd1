"""Tests begin away from the end of an hour, and with it of any day."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.support.hours import NEAR, until_next_hour

NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "waits"),
    [
        (timedelta(microseconds=1), timedelta(microseconds=1)),
        (NEAR - timedelta(seconds=1), NEAR - timedelta(seconds=1)),
        (NEAR, timedelta(0)),
        (timedelta(minutes=30), timedelta(0)),
        (timedelta(hours=1), timedelta(0)),
    ],
)
def test_whoever_begins_right_before_the_next_hour_waits_for_it(before: timedelta, waits: timedelta) -> None:
    assert until_next_hour(NOON - before) == waits
