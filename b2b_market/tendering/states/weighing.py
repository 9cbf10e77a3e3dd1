"""How a life-cycle cost falls due."""

from enum import StrEnum


class CostKind(StrEnum):
    """A cost of every year of use, or of one moment."""

    YEARLY = "yearly"
    ONCE = "once"
