"""What stands on the board, and how often a saved search tells its owner what is new."""

from enum import StrEnum


class Subject(StrEnum):
    """What an entry of the board is."""

    REQUEST = "request"
    """A public request that takes quotations."""
    TENDER = "tender"
    """A public tender that companies may apply to or bid on."""


class Cadence(StrEnum):
    """When the owner of a saved search hears of what is new."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    NEVER = "never"
    """It is kept, and silent."""
