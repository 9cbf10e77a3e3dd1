"""Periods of a procedure on the clock of the buyer, and how rehearsals run them in seconds.

A day is a day of the buyer's calendar: a period of days ends at the same time of day, whatever a change of clocks does
to its hours. Working days are those of the procedure's calendar, Monday to Friday where it has none.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from b2b_market.tendering.rules.calendars import WEEKENDS, Calendar
from b2b_market.tendering.states.procedures import PeriodUnit

USUAL = 1
MOST_FACTOR = 86_400
"""The fastest rehearsal: a day of the procedure passes in a second."""


@dataclass(frozen=True, slots=True)
class Period:
    """A length of time of a procedure."""

    amount: int
    unit: PeriodUnit

    @classmethod
    def of(cls, value: Mapping[str, Any]) -> Self:
        """Return a period of sound values."""
        return cls(value["amount"], PeriodUnit(value["unit"]))

    def covers(self, least: "Period") -> bool:
        """Tell whether this is never shorter than ``least``: no smaller amount of no smaller a unit."""
        return self.amount >= least.amount and _RANK[self.unit] >= _RANK[least.unit]


_RANK = {PeriodUnit.HOURS: 0, PeriodUnit.CALENDAR_DAYS: 1, PeriodUnit.WORKING_DAYS: 2}


def end_of(
    start: datetime, period: Period, zone: ZoneInfo, factor: int = USUAL, calendar: Calendar = WEEKENDS
) -> datetime:
    """Return when ``period`` from ``start`` ends on the days of ``zone``; a rehearsal's is ``factor`` times short.

    ``factor`` 1 is the real clock. The rest of a division is dropped to the microsecond.
    """
    if period.unit is PeriodUnit.HOURS:
        end = start + timedelta(hours=period.amount)
    else:
        end = _days_after(start.astimezone(zone), period, calendar).astimezone(UTC)
    return end if factor == USUAL else start + (end - start) / factor


def start_of(
    end: datetime, period: Period, zone: ZoneInfo, factor: int = USUAL, calendar: Calendar = WEEKENDS
) -> datetime:
    """Return when ``period`` before ``end`` begins, counted like ``end_of``."""
    if period.unit is PeriodUnit.HOURS:
        start = end - timedelta(hours=period.amount)
    else:
        start = _days_before(end.astimezone(zone), period, calendar).astimezone(UTC)
    return start if factor == USUAL else end - (end - start) / factor


@dataclass(frozen=True, slots=True)
class Clock:
    """What the times of a tender are measured with: the buyer's zone, a rehearsal's speed, the procedure's calendar."""

    zone: ZoneInfo
    factor: int = USUAL
    calendar: Calendar = WEEKENDS

    def end_of(self, start: datetime, period: Period) -> datetime:
        """Return when ``period`` from ``start`` ends."""
        return end_of(start, period, self.zone, self.factor, self.calendar)

    def start_of(self, end: datetime, period: Period) -> datetime:
        """Return when ``period`` before ``end`` begins."""
        return start_of(end, period, self.zone, self.factor, self.calendar)


def _days_before(local: datetime, period: Period, calendar: Calendar) -> datetime:
    if period.unit is PeriodUnit.CALENDAR_DAYS:
        return local - timedelta(days=period.amount)
    left = period.amount
    while left:
        local -= timedelta(days=1)
        left -= calendar.works(local.date())
    return local


def _days_after(local: datetime, period: Period, calendar: Calendar) -> datetime:
    if period.unit is PeriodUnit.CALENDAR_DAYS:
        return local + timedelta(days=period.amount)
    left = period.amount
    while left:
        local += timedelta(days=1)
        left -= calendar.works(local.date())
    return local
