"""How often a saved search tells its owner what is new."""

from enum import StrEnum


class Cadence(StrEnum):
    """When the owner of a saved search hears of what is new."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"
    """It is kept, and silent."""
