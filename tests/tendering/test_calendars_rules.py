"""Working days with public holidays: exact dates of the Chinese year 2026, and how days are written."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from b2b_market.kernel.refusal import Invalid
from b2b_market.tendering.rules import calendars, drafting, procedures
from b2b_market.tendering.rules.calendars import WEEKENDS, UnreadableDays, read_calendar, read_days
from b2b_market.tendering.rules.periods import Clock, Period, end_of
from b2b_market.tendering.states.procedures import PeriodUnit

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = procedures.read_procedure(procedures.profile("china-open").values).calendar


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T15:00").replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("start", "amount", "ends"),
    [
        ("2026-02-13", 1, "2026-02-14"),  # Saturday, worked for the Spring Festival
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-02-14", 5, "2026-02-28"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-09-30", 3, "2026-10-10"),
        ("2026-09-30", 4, "2026-10-12"),
        ("2026-12-31", 1, "2027-01-01"),  # beyond what the calendar covers a weekday is worked
    ],
)
def test_periods_skip_the_holidays_and_take_the_worked_weekends(start: str, amount: int, ends: str) -> None:
    period = Period(amount, PeriodUnit.WORKING_DAYS)
    assert end_of(at(start), period, SHANGHAI, calendar=CHINA) == at(ends)


def test_without_a_calendar_weekends_alone_are_off_and_calendar_days_never_skip() -> None:
    assert read_calendar(None) is WEEKENDS
    two = Period(2, PeriodUnit.WORKING_DAYS)
    assert end_of(at("2026-09-30"), two, SHANGHAI) == at("2026-10-02")
    days = Period(3, PeriodUnit.CALENDAR_DAYS)
    assert end_of(at("2026-09-30"), days, SHANGHAI, calendar=CHINA) == at("2026-10-03")


def test_a_deadline_is_held_to_the_calendar() -> None:
    values = {
        **procedures.profile("accelerated").values,
        "calendar": procedures.profile("china-open").values["calendar"],
    }
    procedure = procedures.read_procedure(values)
    clock = Clock(SHANGHAI, 1, procedure.calendar)
    start = at("2026-09-29")
    assert drafting.require_periods(procedure, clock, start, None, at("2026-10-09")) == at("2026-09-30")
    with pytest.raises(drafting.TenderPeriodTooShort):
        drafting.require_periods(procedure, clock, start, None, at("2026-10-08"))


def test_days_are_written_by_line_or_pasted_from_a_calendar_file() -> None:
    text = "2026-10-01..2026-10-03 National Day\r\n\r\n+2026-10-10\n2026-01-01,New Year\n+ 2026-09-20; worked"
    found = read_days(text)
    assert found == {
        "off": ["2026-01-01", "2026-10-01", "2026-10-02", "2026-10-03"],
        "working": ["2026-09-20", "2026-10-10"],
    }
    assert read_days(calendars.write_days(found)) == found
    file = (
        "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20261001\r\nDTEND;VALUE=DATE:20261004\r\n"
        "SUMMARY:National\r\n  Day\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260101T000000Z\r\nEND:VEVENT\r\n"
        "BEGIN:VEVENT\r\nDTSTART:20261225\r\nDTEND:20261225\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    assert read_days(file)["off"] == ["2026-01-01", "2026-10-01", "2026-10-02", "2026-10-03", "2026-12-25"]


@pytest.mark.parametrize(
    "text",
    [
        "National Day",
        "2026-02-30",
        "2026-10-07..2026-10-01",
        "2026-01-01..2026-12-31",
        "2026-10-01..x",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x\nEND:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:20260230\nEND:VEVENT\nEND:VCALENDAR",
    ],
)
def test_what_is_no_day_is_named(text: str) -> None:
    with pytest.raises(UnreadableDays):
        read_days(text)


@pytest.mark.parametrize(
    ("change", "pointers"),
    [
        ({}, []),
        ({"off": ["2026-02-30"]}, ["/calendar"]),
        ({"off": ["2026-01-02"], "working": ["2026-01-02"]}, ["/calendar"]),
        ({"off": ["1 May"]}, ["/calendar/off/0"]),
        ({"name": ""}, ["/calendar/name"]),
    ],
)
def test_a_calendar_is_sound(change: Mapping[str, Any], pointers: list[str]) -> None:
    base = procedures.profile("china-open")
    values = {**base.values, "calendar": {**base.values["calendar"], **change}}
    try:
        procedures.require_sound("Ours", values, base)
        found = []
    except Invalid as refused:
        found = [one.pointer for one in refused.errors]
    assert found == pointers


def test_the_days_of_2026_are_those_of_the_notice() -> None:
    assert (len(CHINA.off), len(CHINA.working)) == (33, 6)
    assert all(day.weekday() >= calendars.SATURDAY for day in CHINA.working)
    assert date(2026, 2, 23) in CHINA.off
    assert CHINA.works(date(2026, 10, 10))
