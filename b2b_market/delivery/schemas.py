"""What the API tells of events that did not arrive."""

from typing import Any

from b2b_market.delivery.states import DeliveryState
from b2b_market.infra.http.wires import WireOut, WireTime, WireUuid, wire_enum


class EventOut(WireOut):
    """One announced fact on its way; parties, things and people by id.

    ``held_by`` is the undelivered event that has to arrive before this one can, ``behind`` how many wait for this one.
    """

    id: WireUuid
    state: wire_enum(DeliveryState)  # type: ignore[valid-type]  # an Annotated alias made by a function
    topic: str
    aggregate_type: str
    aggregate_id: WireUuid
    aggregate_version: int
    party_ids: list[WireUuid]
    occurred_at: WireTime
    age_seconds: int
    attempts: int
    next_attempt_at: WireTime | None
    error: str | None
    behind: int
    held_by: WireUuid | None


class EventDetailOut(EventOut):
    """The same with the fact itself: ids and plain values, as its subscribers get them."""

    payload: dict[str, Any]
    caused_by: WireUuid | None
    correlation_id: str
    delivered_at: WireTime | None
    given_up_at: WireTime | None


class TopicCountOut(WireOut):
    """How many events of one topic are where."""

    topic: str
    waiting: int
    failing: int
    dead: int


class SummaryOut(WireOut):
    """How many events are where; ``oldest_at`` is null where everything was delivered."""

    waiting: int
    failing: int
    dead: int
    oldest_at: WireTime | None
    topics: list[TopicCountOut]


class RetriedOut(WireOut):
    """How many events are sent again, and how many dead ones of the topic are left for another call."""

    retried: int
    left: int
