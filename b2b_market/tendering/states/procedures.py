"""What a procedure may choose, and whether it is followed."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class ProcedureStatus(StrEnum):
    """Whether new tenders may follow a company's own procedure."""

    ACTIVE = "active"
    RETIRED = "retired"


PROCEDURE_LIFECYCLE = Lifecycle(
    ProcedureStatus.ACTIVE,
    Step("revise", frozenset({ProcedureStatus.ACTIVE}), ProcedureStatus.ACTIVE),
    Step("retire", frozenset({ProcedureStatus.ACTIVE}), ProcedureStatus.RETIRED),
)


class PeriodUnit(StrEnum):
    """What the amount of a period counts."""

    HOURS = "hours"
    CALENDAR_DAYS = "calendar_days"
    WORKING_DAYS = "working_days"


class Entry(StrEnum):
    """Who may bid: a procedure allows one or either."""

    PUBLIC = "public"
    """Every approved supplier."""
    INVITED = "invited"
    EITHER = "either"


class Publicity(StrEnum):
    """Who may read the notice."""

    PUBLIC = "public"
    """Everybody, without signing in."""
    PARTICIPANTS = "participants"


class AwardOrder(StrEnum):
    """Whether bids are judged one at a time, the best first, or all at once."""

    ORDERED = "ordered"
    UNORDERED = "unordered"


class TieBreak(StrEnum):
    """What decides between equal bids."""

    EARLIEST = "earliest"
    QUALITY = "quality"
    DRAW = "draw"


class CriterionKind(StrEnum):
    """What a criterion decides."""

    EXCLUSION = "exclusion"
    SELECTION = "selection"
    AWARD = "award"
