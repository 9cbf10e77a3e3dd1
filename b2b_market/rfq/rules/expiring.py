"""When a quotation has run out, and how long its supplier may let it hold."""

from datetime import date, datetime, timedelta

from b2b_market.kernel.refusal import FieldError, Invalid, Refusal
from b2b_market.kernel.text import N_
from b2b_market.rfq.states import RfqStatus

LAST_PLACE = timedelta(hours=12)
"""How far the last place on earth to begin a new day is behind UTC."""
MAX_VALIDITY = timedelta(days=3_650)
DECIDED = frozenset({RfqStatus.AWARDED, RfqStatus.CLOSED_DONE, RfqStatus.UNSUCCESSFUL, RfqStatus.CANCELLED})
"""Where a request awards nothing any more."""


class NothingToHoldFor(Refusal):
    """Nothing of the request can be awarded any more."""

    code = "quote-not-needed"
    title = N_("This request awards nothing any more")
    advice = N_("Its status is {status}. A quotation can be extended while an award may still come.")


def over_everywhere(now: datetime) -> date:
    """Return the first day that is not over everywhere: what was valid until an earlier one has run out."""
    return (now - LAST_PLACE).date()


def require_extension(status: RfqStatus, holds_until: date, wanted: date, today: date) -> None:
    """Refuse a request that is decided (NothingToHoldFor) and a day that extends nothing (Invalid)."""
    if status in DECIDED:
        raise NothingToHoldFor(status=status.value)
    if wanted <= holds_until or wanted < today:
        detail = N_("Choose a day after {holds_until} that is not past.")
        raise Invalid(errors=[FieldError("/valid_until", "later", detail, {"holds_until": holds_until.isoformat()})])
    if wanted > today + MAX_VALIDITY:
        raise Invalid(errors=[FieldError("/valid_until", "range", N_("Choose a day within ten years."))])
