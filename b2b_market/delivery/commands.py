"""What callers hand over: which events they want to see, which ones are to be sent again."""

from dataclasses import dataclass, field
from uuid import UUID

from b2b_market.delivery.states import DeliveryState
from b2b_market.kernel.paging import PageRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class ListEvents:
    """Events that are not delivered, the one announced first in front; of one state and one topic where given."""

    page: PageRequest = field(default_factory=PageRequest)
    state: DeliveryState | None = None
    topic: str | None = None


@dataclass(frozen=True, slots=True)
class SumUp:
    """How many events are where, by topic."""


@dataclass(frozen=True, slots=True)
class ReadEvent:
    """One event, delivered ones included."""

    event_id: UUID


@dataclass(frozen=True, slots=True)
class RetryEvent:
    """A dead event, to be delivered again from the start."""

    event_id: UUID


@dataclass(frozen=True, slots=True)
class RetryTopic:
    """The dead events of a topic, to be delivered again from the start."""

    topic: str
