"""When saved searches speak, and what may be saved."""

from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from b2b_market.board.commands import Filters, SaveSearch
from b2b_market.board.states import Cadence
from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_

MOST_SEARCHES: Final = 50
MORNING: Final = time(8)
"""When daily messages are written, on the clock of their reader."""


class TooManySearches(Refusal):
    """A person keeps so many searches that nobody could read what they tell."""

    code = "board-too-many-searches"
    title = N_("You keep as many searches as there is room for")
    advice = N_("Delete one of your {limit} saved searches first.")


def require_room(kept: int) -> None:
    """Raise TooManySearches where ``kept`` searches leave no room for one more."""
    if kept >= MOST_SEARCHES:
        raise TooManySearches(limit=MOST_SEARCHES)


def require_sound(search: SaveSearch) -> None:
    """Raise Invalid for a search without a name, or with a value in no currency."""
    if not search.name.strip():
        raise Invalid(errors=[FieldError("/name", "required", N_("Give the search a name."))])
    require_comparable(search.filters, "/filters/currency")


def require_comparable(filters: Filters, pointer: str) -> None:
    """Raise Invalid where a value is asked for and no currency to compare it in; ``pointer`` is the currency's."""
    if filters.least_value and not filters.currency:
        raise Invalid(errors=[FieldError(pointer, "required", N_("A value is compared in one currency: choose it."))])


def next_due(cadence: Cadence, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when a search that has just spoken is due again: daily ones the next morning in ``zone``.

    Those that tell at once are woken by what is listed, so no time is set for them.
    """
    if cadence is not Cadence.DAILY:
        return None
    local = now.astimezone(zone)
    morning = datetime.combine(local.date(), MORNING, zone)
    return morning if morning > local else datetime.combine(local.date() + timedelta(days=1), MORNING, zone)
