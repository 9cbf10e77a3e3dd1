"""Statuses and named steps of officers' keys and of bids."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class KeyStatus(StrEnum):
    """Where an officer's key stands."""

    PENDING = "pending"
    """Its holder has not shown yet that it opens what is sealed to it."""
    PROVEN = "proven"
    REVOKED = "revoked"


KEY_LIFECYCLE = Lifecycle(
    KeyStatus.PENDING,
    Step("prove", frozenset({KeyStatus.PENDING}), KeyStatus.PROVEN),
    Step("revoke", frozenset({KeyStatus.PENDING, KeyStatus.PROVEN}), KeyStatus.REVOKED),
)


class BidStatus(StrEnum):
    """Where a company's bid on one lot stands."""

    SEALED = "sealed"
    WITHDRAWN = "withdrawn"
    VOID = "void"
    """The tender was amended, and its bidder had not confirmed it when bidding closed; it stays sealed for good."""
    OPENED = "opened"
    UNREADABLE = "unreadable"
    """It did not open to what its bidder committed to; the opening record names the fault and whose it is."""


BID_LIFECYCLE = Lifecycle(
    BidStatus.SEALED,
    Step("replace", frozenset({BidStatus.SEALED, BidStatus.WITHDRAWN}), BidStatus.SEALED),
    Step("confirm", frozenset({BidStatus.SEALED}), BidStatus.SEALED),
    Step("withdraw", frozenset({BidStatus.SEALED}), BidStatus.WITHDRAWN),
    Step("void", frozenset({BidStatus.SEALED}), BidStatus.VOID),
    Step("open", frozenset({BidStatus.SEALED}), BidStatus.OPENED),
    Step("spoil", frozenset({BidStatus.SEALED, BidStatus.OPENED}), BidStatus.UNREADABLE),
)
