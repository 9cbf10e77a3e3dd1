"""What an earlier request must be asked anew before it becomes a draft again: days that have passed."""

from collections.abc import Sequence
from datetime import date

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_


class AwardNotDecided(Refusal):
    """Only what was really bought can be bought again."""

    code = "award-not-approved"
    title = N_("This award is not approved")
    advice = N_("Only an approved award can be requested again. Copy its request instead.")


def lapsed(days: Sequence[date | None], today: date) -> int:
    """Return how many lines need a new day: those without one, and those whose day is today or past."""
    return sum(day is None or day <= today for day in days)


def settle_days(days: Sequence[date | None], today: date, wanted: date | None) -> tuple[date, ...]:
    """Return a day after ``today`` for every line: its own where it lies ahead, else ``wanted``.

    Raises Invalid at ``/required_on`` where a line needs ``wanted`` and there is none, and where it is not after
    ``today``.
    """
    if wanted is not None and wanted <= today:
        detail = N_("{day} is not in the future. Give the day on which the goods are needed.")
        raise Invalid(errors=[FieldError("/required_on", "past", detail, {"day": wanted.isoformat()})])
    settled = tuple(day if day is not None and day > today else wanted for day in days)
    known = tuple(day for day in settled if day is not None)
    if len(known) < len(settled):
        detail = N_("Give a day after {today}. Lines that need one: {lines}.")
        facts = {"today": today.isoformat(), "lines": str(lapsed(days, today))}
        raise Invalid(errors=[FieldError("/required_on", "required", detail, facts)])
    return known
