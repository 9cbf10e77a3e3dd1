"""The vocabulary of the audit log."""

from enum import StrEnum


class Outcome(StrEnum):
    """What became of the attempt that an entry records."""

    DONE = "done"
    DENIED = "denied"


class Reach(StrEnum):
    """Whose entries an export holds."""

    ALL = "all"
    """Every entry: the tree is rebuilt, and business rows are compared both ways."""
    OWN = "own"
    """One company's entries, each with its inclusion proof."""
