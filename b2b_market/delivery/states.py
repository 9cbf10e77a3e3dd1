"""Where an announced fact is on its way. The relay moves it; a person can only send a dead one again."""

from enum import StrEnum

from b2b_market.kernel.lifecycle import Lifecycle, Step


class DeliveryState(StrEnum):
    """Waiting for its first delivery, failing and due again, given up, or delivered to every subscriber."""

    WAITING = "waiting"
    FAILING = "failing"
    DEAD = "dead"
    DELIVERED = "delivered"


_ON_ITS_WAY = frozenset({DeliveryState.WAITING, DeliveryState.FAILING})
LIFECYCLE = Lifecycle(
    DeliveryState.WAITING,
    Step("deliver", _ON_ITS_WAY, DeliveryState.DELIVERED),
    Step("fail", _ON_ITS_WAY, DeliveryState.FAILING),
    Step("give_up", frozenset({DeliveryState.FAILING}), DeliveryState.DEAD),
    Step("retry", frozenset({DeliveryState.DEAD}), DeliveryState.WAITING),
)
