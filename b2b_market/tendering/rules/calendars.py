"""Which days are worked: Monday to Friday, less public holidays, plus the weekend days that stand in for them.

A procedure holds its calendar whole, with a name and a version, so that a tender's notice publishes every day that its
periods skip. People write it a line a day or a span: ``2026-10-01..2026-10-07 National Day``, and a worked weekend day
with a plus, ``+2026-10-10``; an iCalendar file's events are days off.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

SATURDAY: Final = 5
MOST_DAYS: Final = 400
MOST_SPAN: Final = 60
"""Nobody rests longer at a stretch; a longer span is a slip."""

_LINE: Final = re.compile(
    r"(\+?)\s*(\d{4}-\d\d-\d\d)(?:\s*\.\.\s*(\d{4}-\d\d-\d\d))?(?:[\s,;].*)?", re.ASCII | re.DOTALL
)
_EVENT: Final = re.compile(r"BEGIN:VEVENT\n(.*?)END:VEVENT", re.DOTALL)
_EDGE: Final = re.compile(r"^DT(START|END)(?:;[^:\n]*)?:(\d{4})(\d\d)(\d\d)", re.MULTILINE | re.ASCII)


class UnreadableDays(ValueError):
    """A line is no day; the text is the line."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days off besides weekends, and weekend days that are worked."""

    name: str = ""
    version: str = ""
    off: frozenset[date] = frozenset()
    working: frozenset[date] = frozenset()

    def works(self, day: date) -> bool:
        """Tell whether a day is a working day."""
        return day in self.working or (day.weekday() < SATURDAY and day not in self.off)


WEEKENDS: Final = Calendar()
"""No holidays but weekends."""


def read_calendar(value: Mapping[str, Any] | None) -> Calendar:
    """Return a calendar of sound values; weekends alone where a procedure has none."""
    if value is None:
        return WEEKENDS
    off, working = (frozenset(map(date.fromisoformat, value[name])) for name in ("off", "working"))
    return Calendar(value["name"], value["version"], off, working)


def calendar_fault(value: Mapping[str, Any]) -> str | None:
    """Return the first day of a calendar that cannot be: no day at all, or both off and worked; None if sound."""
    for text in (*value["off"], *value["working"]):
        try:
            date.fromisoformat(text)
        except ValueError:
            return str(text)
    both = set(value["off"]) & set(value["working"])
    return min(both) if both else None


def read_days(text: str) -> dict[str, list[str]]:
    """Return the days that people have written, or that an iCalendar file holds; UnreadableDays for anything else."""
    plain = text.replace("\r\n", "\n").replace("\n ", "")
    spans = _events(plain) if plain.lstrip().startswith("BEGIN:VCALENDAR") else _lines(text)
    found: dict[str, set[str]] = {"off": set(), "working": set()}
    for name, first, last in spans:
        if not first <= last <= first + timedelta(days=MOST_SPAN):
            raise UnreadableDays(f"{first}..{last}")
        found[name] |= {str(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    return {name: sorted(days) for name, days in found.items()}


def write_days(value: Mapping[str, Any]) -> str:
    """Return the days of a calendar as ``read_days`` reads them."""
    return "\n".join([*value["off"], *(f"+{day}" for day in value["working"])])


def _lines(text: str) -> Iterator[tuple[str, date, date]]:
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        if found is None:
            raise UnreadableDays(line)
        first = _day(found[2], line)
        yield "working" if found[1] else "off", first, _day(found[3], line) if found[3] else first


def _events(text: str) -> Iterator[tuple[str, date, date]]:
    """Yield the events; the end of one is the day after its last (RFC 5545)."""
    for event in _EVENT.findall(text):
        edges = {edge: _day(f"{year}-{month}-{day}", event) for edge, year, month, day in _EDGE.findall(event)}
        if "START" not in edges:
            raise UnreadableDays(event[:60])
        last = edges["END"] - timedelta(days=1) if "END" in edges else edges["START"]
        yield "off", edges["START"], max(last, edges["START"])


def _day(text: str, line: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UnreadableDays(line) from error
