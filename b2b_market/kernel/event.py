"""Published facts: frozen, versioned, without confidential fields.

An event says what happened with ids and plain values; a bid's price never travels in one. ``@event("topic.v1")`` names
the topic; removing or changing a field means a new version of the topic. JSON shapes are derived from the fields.
"""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import ClassVar, Self, TypeVar
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """The base of every published fact."""

    topic: ClassVar[str]

    def payload(self) -> dict[str, object]:
        """Return the fields as JSON-ready values: ids, times, dates and decimals as strings."""
        return {field.name: _to_json(getattr(self, field.name)) for field in dataclasses.fields(self)}

    @classmethod
    def from_payload(cls, payload: Mapping[str, object]) -> Self:
        """Rebuild the event from ``payload``; unknown fields (of a newer writer) are ignored."""
        hints = _hints(cls)  # type: ignore[arg-type]  # a class can be hashed
        values = {name: _from_json(hints[name], value) for name, value in payload.items() if name in hints}
        return cls(**values)


E = TypeVar("E", bound=Event)


@typing.dataclass_transform(frozen_default=True, kw_only_default=True)
def event(topic: str) -> Callable[[type[E]], type[E]]:
    """Declare the versioned topic of an event class, such as ``rfq.published.v1``, and freeze the class."""

    def declare(cls: type[E]) -> type[E]:
        frozen = dataclass(frozen=True, kw_only=True)(cls)
        frozen.topic = topic
        return frozen

    return declare


@cache
def _hints(cls: type[Event]) -> Mapping[str, object]:
    """Return the types of the fields by name; to read them of an event takes longer than to rebuild one."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _to_json(value: object) -> object:
    if isinstance(value, UUID | Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_to_json(item) for item in value]
    return value


def _from_json(hint: object, value: object) -> object:
    if value is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (types.UnionType, typing.Union):
        (inner,) = (part for part in typing.get_args(hint) if part is not type(None))
        return _from_json(inner, value)
    if origin is tuple:
        (inner, _) = typing.get_args(hint)
        return tuple(_from_json(inner, item) for item in typing.cast("list[object]", value))
    return _scalar(hint, value)


def _scalar(hint: object, value: object) -> object:
    text = str(value)
    if hint is datetime:
        return datetime.fromisoformat(text)
    if hint is date:
        return date.fromisoformat(text)
    if hint in (UUID, Decimal) or (isinstance(hint, type) and issubclass(hint, StrEnum)):
        return typing.cast("Callable[[str], object]", hint)(text)
    return value
