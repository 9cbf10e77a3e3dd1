"""Statuses and named steps of framework agreements, of call-offs, and of what each supplier is offered."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class FrameworkStatus(StrEnum):
    """Where a framework agreement stands."""

    ACTIVE = "active"
    EXHAUSTED = "exhausted"
    """Nothing is left below its ceiling; a cancelled call-off makes it active again."""
    EXPIRED = "expired"
    TERMINATED = "terminated"


_RUNNING = frozenset({FrameworkStatus.ACTIVE, FrameworkStatus.EXHAUSTED})
FRAMEWORK_LIFECYCLE = Lifecycle(
    FrameworkStatus.ACTIVE,
    Step("exhaust", frozenset({FrameworkStatus.ACTIVE}), FrameworkStatus.EXHAUSTED),
    Step("replenish", frozenset({FrameworkStatus.EXHAUSTED}), FrameworkStatus.ACTIVE),
    Step("expire", _RUNNING, FrameworkStatus.EXPIRED),
    Step("terminate", _RUNNING, FrameworkStatus.TERMINATED),
)


class CallOffMode(StrEnum):
    """How a framework's members come by its orders."""

    CASCADE = "cascade"
    """At the framework's prices, offered to the best member first."""
    COMPETITION = "competition"
    """All members bid for each order, none above its own price of the framework."""


class CallOffStatus(StrEnum):
    """Where a call-off stands; from the offer on its amount is booked, until it ends without an order."""

    PENDING_APPROVAL = "pending_approval"
    """Above the limit of who placed it."""
    RETURNED = "returned"
    OFFERED = "offered"
    """A member is asked to accept it."""
    DECLINED = "declined"
    """The member declined or let the time pass; the next one's turn comes at once."""
    ACCEPTED = "accepted"
    UNPLACED = "unplaced"
    """No member took it."""
    CANCELLED = "cancelled"


BOOKED = frozenset({CallOffStatus.OFFERED, CallOffStatus.DECLINED, CallOffStatus.ACCEPTED})
"""Where the amount counts against the ceiling."""
_PENDING, _OFFERED = frozenset({CallOffStatus.PENDING_APPROVAL}), frozenset({CallOffStatus.OFFERED})
_DECLINED = frozenset({CallOffStatus.DECLINED})
CALL_OFF_LIFECYCLE = Lifecycle(
    CallOffStatus.PENDING_APPROVAL,
    Step("approve", _PENDING, CallOffStatus.OFFERED),
    Step("return", _PENDING, CallOffStatus.RETURNED),
    Step("accept", _OFFERED, CallOffStatus.ACCEPTED),
    Step("decline", _OFFERED, CallOffStatus.DECLINED),
    Step("lapse", _OFFERED, CallOffStatus.DECLINED),
    Step("offer_next", _DECLINED, CallOffStatus.OFFERED),
    Step("end", _DECLINED, CallOffStatus.UNPLACED),
    Step("order", _PENDING, CallOffStatus.ACCEPTED),
    Step("cancel", _PENDING | BOOKED, CallOffStatus.CANCELLED),
)


class OfferStatus(StrEnum):
    """What one member made of a call-off."""

    OPEN = "open"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    """The buyer cancelled the call-off."""


_OPEN = frozenset({OfferStatus.OPEN})
OFFER_LIFECYCLE = Lifecycle(
    OfferStatus.OPEN,
    Step("accept", _OPEN, OfferStatus.ACCEPTED),
    Step("decline", _OPEN, OfferStatus.DECLINED),
    Step("lapse", _OPEN, OfferStatus.LAPSED),
    Step("withdraw", frozenset({OfferStatus.OPEN, OfferStatus.ACCEPTED}), OfferStatus.WITHDRAWN),
)
