"""Import values to JSON and back, so that a page can keep a draft of an import between two requests."""

import dataclasses
import functools
import types
import typing
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T")


def to_json(value: object) -> object:
    """Return ``value`` as JSON-ready objects: dataclasses as objects, decimals and dates as strings, sets sorted."""
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, tuple | frozenset):
        return [to_json(item) for item in (sorted(value) if isinstance(value, frozenset) else value)]
    names = dataclasses.fields(typing.cast("DataclassInstance", value))
    return {item.name: to_json(getattr(value, item.name)) for item in names}


def from_json(kind: type[T], value: object) -> T:
    """Rebuild a value of the dataclass ``kind``; missing fields take their defaults.

    Raises ValueError, TypeError or KeyError where ``value`` was not made by :func:`to_json`.
    """
    return typing.cast("T", _decode(kind, value))


def _decode(kind: object, value: object) -> object:
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        (some,) = (part for part in inner if part is not type(None))
        return None if value is None else _decode(some, value)
    if origin is tuple:
        return tuple(_decode(inner[0], item) for item in typing.cast("list[object]", value))
    if origin is frozenset:
        return frozenset(_decode(inner[0], item) for item in typing.cast("list[object]", value))
    if origin is not None:  # the only other generic in import values is Mapping
        pairs = typing.cast("dict[str, object]", value).items()
        return {_decode(inner[0], key): _decode(inner[1], item) for key, item in pairs}
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        return _dataclass(kind, value)
    return _scalar(kind, value)


def _dataclass(kind: type, value: object) -> object:
    if not isinstance(value, dict):
        raise TypeError(f"{kind.__name__} is made from an object")
    hints = _hints(kind)
    names = [item.name for item in dataclasses.fields(kind) if item.name in value]
    return kind(**{name: _decode(hints[name], value[name]) for name in names})


@functools.cache  # resolving annotations takes longer than decoding a row, and a class's never change
def _hints(kind: type) -> Mapping[str, object]:
    return typing.get_type_hints(kind)


def _scalar(kind: object, value: object) -> object:
    if kind is date:
        return date.fromisoformat(str(value))
    if kind in (Decimal, int) or (isinstance(kind, type) and issubclass(kind, StrEnum)):
        return typing.cast("typing.Callable[[str], object]", kind)(str(value))
    return value
