from dataclasses import FrozenInstanceError
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

import pytest

from b2b_market.kernel.event import Event, event

ID = UUID("01936d2c-0000-7000-8000-000000000001")


class Colour(StrEnum):
    RED = "red"


@event("sample.happened.v1")
class SampleHappened(Event):
    thing_id: UUID
    at: datetime
    day: date
    price: Decimal
    colour: Colour
    parties: tuple[UUID, ...]
    count: int
    open: bool
    note: str
    maybe: UUID | None = None


SAMPLE = SampleHappened(
    thing_id=ID,
    at=datetime(2026, 11, 22, 4, 5, 6, 7, tzinfo=UTC),
    day=date(2026, 11, 23),
    price=Decimal("12.50"),
    colour=Colour.RED,
    parties=(ID, ID),
    count=3,
    open=True,
    note="螺栓",
)
PAYLOAD = {
    "thing_id": str(ID),
    "at": "2026-11-22T04:05:06.000007+00:00",
    "day": "2026-11-23",
    "price": "12.50",
    "colour": "red",
    "parties": [str(ID), str(ID)],
    "count": 3,
    "open": True,
    "note": "螺栓",
    "maybe": None,
}


def test_a_declaration_names_the_topic_and_freezes_the_class() -> None:
    @event("bell.rung.v2")
    class Rung(Event):
        bell: str

    rung = Rung(bell="great")
    assert (rung.topic, rung.payload()) == ("bell.rung.v2", {"bell": "great"})
    with pytest.raises(FrozenInstanceError):
        rung.bell = "small"  # type: ignore[misc]  # the attempt is what is tested


def test_a_payload_holds_plain_json_values() -> None:
    assert SAMPLE.payload() == PAYLOAD


def test_an_event_returns_from_its_payload() -> None:
    assert SampleHappened.from_payload(PAYLOAD) == SAMPLE
    with_optional = SampleHappened.from_payload({**PAYLOAD, "maybe": str(ID)})
    assert with_optional.maybe == ID


def test_fields_of_a_newer_writer_are_ignored_and_fields_with_a_default_may_be_missing() -> None:
    older = {name: value for name, value in PAYLOAD.items() if name != "maybe"}
    assert SampleHappened.from_payload({**older, "added_later": 1}) == SAMPLE


def test_a_missing_field_without_a_default_is_an_error() -> None:
    with pytest.raises(TypeError, match="thing_id"):
        SampleHappened.from_payload({name: value for name, value in PAYLOAD.items() if name != "thing_id"})


def test_events_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        SAMPLE.count = 4  # type: ignore[misc]  # the attempt is what is tested
