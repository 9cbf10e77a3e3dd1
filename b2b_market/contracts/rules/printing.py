"""Printing documents: when it has to wait, and how often it is tried."""

from datetime import datetime, timedelta

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_

LEASE = timedelta(minutes=5)
_FIRST_DELAY = timedelta(seconds=10)
_LONGEST_DELAY = timedelta(hours=1)


class PrintersBusy(Refusal):
    """Every printing place of this process is taken."""

    kind, code = Kind.UNAVAILABLE, "printers-busy"
    title = N_("Too many documents are being printed")
    advice = N_("Try again in {retry_after} seconds.")


def next_attempt(attempts: int, now: datetime) -> datetime:
    """Return when printing that failed ``attempts`` times is tried again: doubling delays, without an end."""
    delay: timedelta = _FIRST_DELAY * 2 ** min(attempts, 16)
    return now + min(delay, _LONGEST_DELAY)
