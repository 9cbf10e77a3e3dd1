"""When a sealed bid is received, and from whom."""

from datetime import datetime
from typing import Final
from uuid import UUID

from b2b_market.kernel.refusal import Kind, Refusal
from b2b_market.kernel.text import N_
from b2b_market.tendering.states.tenders import LotStatus, TenderStatus


class BidTooLate(Refusal):
    """It came at or after the deadline; the attempt is logged, the content is not kept."""

    code, audited = "tender-bid-too-late", True
    title = N_("The deadline has passed")
    advice = N_("Bids were received until {closes_at}; yours came at {received_at}. Nothing of it was kept.")


class NotOpenForBids(Refusal):
    """The tender takes no bids in its present status, or not on this lot."""

    code = "tender-not-open-for-bids"
    title = N_("This tender takes no bids now")
    advice = N_("Its status is {status}. Bids are received while it is tendering, on lots that are not cancelled.")


class BidderUnfit(Refusal):
    """S8 and S12: who buys here or holds a key of the tender does not bid on it."""

    kind, code, audited = Kind.FORBIDDEN, "tender-bidder-unfit", True
    title = N_("Your company cannot bid on this tender")
    advice = N_("Rule {rule}: neither the buyer nor a company whose people hold a key of the tender bids on it.")


class BidVersionTaken(Refusal):
    """Each document of a bid has the next version."""

    code = "tender-bid-version"
    title = N_("This is not the next version of your bid")
    advice = N_("The next version is {expected}; the document says {given}. Seal it again with that version.")


def require_taking(status: TenderStatus, lot: LotStatus, closes_at: datetime | None, moment: datetime) -> None:
    """Refuse unless the tender and the lot take bids and ``moment``, read after the gate, lies before the deadline.

    Deadlines are half-open: at ``closes_at`` is too late.
    """
    in_time = closes_at is not None and moment < closes_at
    if status is TenderStatus.TENDERING and lot is LotStatus.ACTIVE and in_time:
        return
    ended = (TenderStatus.TENDERING, TenderStatus.CLOSED, TenderStatus.OPENED, TenderStatus.EVALUATING)
    if closes_at is not None and status in ended and not in_time:
        raise BidTooLate(closes_at=closes_at.isoformat(), received_at=moment.isoformat())
    raise NotOpenForBids(status=status.value)


def require_fit(bidder: UUID, buyer: UUID, officers: frozenset[UUID]) -> None:
    """Raise BidderUnfit for the buyer itself and for a company whose people are among the ``officers``."""
    if bidder == buyer:
        raise BidderUnfit(rule="S8")
    if bidder in officers:
        raise BidderUnfit(rule="S12")


def require_next(given: int, last: int) -> None:
    """Raise BidVersionTaken unless a document's version follows the last one received."""
    if given != last + 1:
        raise BidVersionTaken(expected=last + 1, given=given)


REFUSALS: Final = (BidTooLate, NotOpenForBids, BidderUnfit, BidVersionTaken)
"""What the module refuses of these."""
