"""What the saving report is asked for with."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReadSavings:
    """The awards decided from ``since`` to ``until``, both days included; None is without a limit."""

    since: date | None = None
    until: date | None = None
