"""The shapes of stages in a procedure, and the values of the tender that follows from talks."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from b2b_market.tendering.rules.periods import Period
from b2b_market.tendering.states.procedures import Entry
from b2b_market.tendering.states.selecting import TalksKind

STAGED: Final = ("applications", "talks", "ground")
"""Groups of a procedure's values that the tender with the final bids does not have any more."""


@dataclass(frozen=True, slots=True)
class Applications:
    """Requests to participate: how long at least, how many companies are invited, and a stand-still after the letters.

    ``most`` 0 is no limit.
    """

    period: Period
    least: int
    most: int
    standstill: Period


@dataclass(frozen=True, slots=True)
class Talks:
    """Talks with every company that is left, in so many rounds at least, and the time for the final bids.

    ``least_left`` is how many companies are kept at least where some may be dropped between two rounds; none where
    nobody is.
    """

    kind: TalksKind
    rounds: int
    final: Period
    least_left: int | None = None


class Family(StrEnum):
    """How a procedure begins, as procedures are shown together."""

    ONE_STAGE = "one_stage"
    RESTRICTED = "restricted"
    TALKS = "talks"


def family_of(values: Mapping[str, Any]) -> Family:
    """Return which family sound values belong to."""
    if "talks" in values:
        return Family.TALKS
    return Family.RESTRICTED if "applications" in values else Family.ONE_STAGE


def first_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the first tender of a procedure follows.

    Where talks lead to final bids in a tender of its own, that one has the committee and the first one scores nothing.
    """
    found = dict(values)
    if "talks" in found and "committee" in found:
        found["talks"] = {**found["talks"], "committee": found.pop("committee")}
    return found


def final_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of the tender with the final bids: one stage, those who took part in the talks, no questions.

    ``values`` are those of a tender with talks.
    """
    talks = values["talks"]
    found = {name: value for name, value in values.items() if name not in STAGED}
    if "committee" in talks:
        found["committee"] = talks["committee"]
    enquiry = {"amount": 0, "unit": "calendar_days"}
    found["entry"] = Entry.INVITED.value
    found["periods"] = {**values["periods"], "enquiry": enquiry, "tendering": talks["final"]}
    return found
