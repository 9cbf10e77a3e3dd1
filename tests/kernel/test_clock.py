from datetime import UTC, datetime, timedelta

from b2b_market.kernel.clock import SteppedClock, SystemClock


def test_the_machine_clock_tells_aware_utc() -> None:
    before = datetime.now(UTC)
    now = SystemClock().now()
    assert before <= now <= datetime.now(UTC)
    assert now.utcoffset() == timedelta(0)


def test_a_stepped_clock_stands_still_until_moved() -> None:
    noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    clock = SteppedClock(noon)
    assert clock.now() == noon
    assert clock.now() == noon
    clock.step(timedelta(minutes=5))
    clock.step(timedelta(seconds=-1))
    assert clock.now() == datetime(2026, 11, 22, 12, 4, 59, tzinfo=UTC)
