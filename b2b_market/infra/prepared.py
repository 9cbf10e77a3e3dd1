"""Statements that a connection has seen before are prepared: PostgreSQL parses them and weighs row-level security once.

A short SELECT behind policies takes PostgreSQL four to ten times as long to plan as to run. So the second time that a
connection is asked the same text with the same types of values, it is told PREPARE, and from then on only EXECUTE.
Values travel as before, written by the driver. Whether a plan for all values will do is PostgreSQL's own decision,
which it takes after five runs (``plan_cache_mode``). Pages of lists and searches for words are left out: which index
serves them best depends on the values, and a plan for all of them would be the wrong one for most. They are known by
LIMIT; whoever takes a fixed number of rows and wants one plan for all times says FETCH FIRST, which means the same.

The types are declared as the driver would have written the values, so a text means the same either way: a string is a
literal whose type the place decides, a UUID is a ``uuid``. What cannot be declared like that is run as it is.
"""

import re
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

from psycopg2.extensions import Binary, connection, cursor

MOST: Final = 300
"""How many statements one connection keeps prepared; the one not asked for longest goes first."""
_VERB: Final = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", re.IGNORECASE)
_BY_VALUE: Final = re.compile(r"\bLIMIT\b|@@", re.IGNORECASE)
_PLACE: Final = re.compile(r"%\((\w+)\)s|%%")
_INTEGER, _BIGINT = 2**31, 2**63

_Key = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Preparable:
    """A text with numbered places for values, and the names that stood there."""

    text: str
    names: tuple[str, ...]
    places: str
    """The names as EXECUTE lists them."""


@dataclass(slots=True)
class _Kept:
    """What one connection has been asked once, and what it has prepared, each with the oldest first."""

    seen: OrderedDict[_Key, None] = field(default_factory=OrderedDict)
    prepared: OrderedDict[_Key, str] = field(default_factory=OrderedDict)
    last: int = 0


class PreparingConnection(connection):
    """A connection whose cursors prepare what they are asked again."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - the driver's own
        """Connect as the driver does."""
        super().__init__(*args, **kwargs)
        self.cursor_factory = PreparingCursor
        self.kept = _Kept()


class PreparingCursor(cursor):
    """A cursor of a :class:`PreparingConnection`."""

    connection: PreparingConnection

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002, ANN401 - the driver's own
        """Run ``query``, through its prepared statement where this connection was asked it before."""
        known = _preparable(query) if self.name is None and isinstance(query, str) else None
        types = None if known is None else types_of(known, vars)
        if known is None or types is None:
            super().execute(query, vars)
            return
        kept, key = self.connection.kept, (query, types)
        if key in kept.seen:
            self._prepare(known, key)
        if key in kept.prepared:
            kept.prepared.move_to_end(key)
            super().execute(f"EXECUTE {kept.prepared[key]}{known.places}", vars)
            return
        kept.seen[key] = None
        if len(kept.seen) > MOST:
            kept.seen.popitem(last=False)
        super().execute(query, vars)

    def _prepare(self, known: Preparable, key: _Key) -> None:
        """Prepare a statement, by itself: it stays prepared whatever becomes of its run and of the transaction."""
        kept, types = self.connection.kept, key[1]
        if len(kept.prepared) >= MOST:
            oldest = next(iter(kept.prepared))
            super().execute(f"DEALLOCATE {kept.prepared[oldest]}")
            del kept.prepared[oldest]
        kept.last += 1
        declared = f"({', '.join(types)})" if types else ""
        super().execute(f"PREPARE p{kept.last}{declared} AS {known.text}")
        kept.prepared[key] = f"p{kept.last}"
        del kept.seen[key]


@lru_cache(maxsize=4096)
def _preparable(query: str) -> Preparable | None:
    """Return what PREPARE is told for ``query``; None where it is no single statement, or planned by its values."""
    if ";" in query or not _VERB.match(query) or _BY_VALUE.search(query):
        return None
    numbers: dict[str, int] = {}

    def numbered(place: re.Match[str]) -> str:
        return "%" if place[1] is None else f"${numbers.setdefault(place[1], len(numbers) + 1)}"

    text = _PLACE.sub(numbered, query)
    names = tuple(numbers)
    return Preparable(text, names, f"({', '.join(f'%({name})s' for name in names)})" if names else "")


def types_of(known: Preparable, values: object) -> tuple[str, ...] | None:
    """Return the types to declare for ``values``; None where one of them has none."""
    if not known.names:
        return None if values else ()
    if not isinstance(values, Mapping):
        return None
    try:
        given = [values[name] for name in known.names]
        kinds = [_TYPES[type(value)] for value in given]
        return tuple([kind if isinstance(kind, str) else kind(value) for kind, value in zip(kinds, given, strict=True)])
    except KeyError:
        return None


def _integer(value: int) -> str:
    if -_INTEGER <= value < _INTEGER:
        return "integer"
    return "bigint" if -_BIGINT <= value < _BIGINT else "numeric"


def _array(values: list[object]) -> str:
    """Return the type of an array; an empty one is a literal as a string is. KeyError where it has none."""
    if not values:
        return "unknown"
    kind = type(values[0])
    if any(type(value) is not kind for value in values):
        raise KeyError(kind)
    return _ELEMENTS[kind]


def _moment(value: datetime) -> str:
    return "timestamptz" if value.tzinfo is not None else "timestamp"


_ELEMENTS: Final[Mapping[type, str]] = {UUID: "uuid[]", str: "text[]"}
_TYPES: Final[Mapping[type, str | Callable[[Any], str]]] = {
    str: "unknown",
    type(None): "unknown",
    UUID: "uuid",
    bool: "boolean",
    int: _integer,
    Decimal: "numeric",
    datetime: _moment,
    date: "date",
    timedelta: "interval",
    bytes: "bytea",
    Binary: "bytea",
    list: _array,
}
"""By exact type, as the driver writes it."""
