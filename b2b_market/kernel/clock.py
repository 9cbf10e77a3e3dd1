"""The only place that reads the machine's clock."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that tells the current moment."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the current moment, aware, in UTC."""
        return datetime.now(UTC)


@dataclass
class SteppedClock:
    """A clock that stands still until it is moved; rehearsals and tests use it."""

    moment: datetime
    offset: timedelta = field(default=timedelta(0))

    def now(self) -> datetime:
        """Return the moment last set, plus every step since."""
        return self.moment + self.offset

    def step(self, by: timedelta) -> None:
        """Move the clock by ``by``."""
        self.offset += by
