"""Canonical JSON (JCS, RFC 8785) and digests over it: one value has one text, whoever writes it."""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from json.encoder import c_make_encoder, encode_basestring  # type: ignore[attr-defined]  # its stubs leave them out
from typing import Any, Final
from uuid import UUID

from b2b_market.kernel.currency import Currency
from b2b_market.kernel.money import Money


def _refused(value: object) -> object:
    message = f"{type(value).__name__} has no canonical form"
    raise TypeError(message)


_ENCODE: Final = c_make_encoder(None, _refused, encode_basestring, None, ":", ",", True, False, False)  # noqa: FBT003 - takes no names
"""What ``json`` makes anew for each text: texts as they are, no spaces, keys sorted, no number that is none."""


_LARGE: Final = 2**53
"""From here on not every integer has a float of its own."""


def plain(value: object) -> object:
    """Turn a value into JSON-ready parts: decimals, ids and times as strings, times in UTC, no floats.

    Raise TypeError for floats and unknown types. A decimal keeps its value, not its trailing zeros: 1.50 and 1.5000
    (as a NUMERIC column returns it) are the same text.
    """
    return value if type(value) in _PLAIN else _COMMON.get(type(value), _rare)(value)


def plain_fields(values: Mapping[Any, object]) -> dict[str, object]:
    """Do as :func:`plain` does for a mapping; raise ValueError for a key that is not ASCII."""
    return {
        key if type(key) is str and key.isascii() else _key(key): (
            item if type(item) in _PLAIN else _COMMON.get(type(item), _rare)(item)
        )
        for key, item in values.items()
    }


def _key(key: object) -> str:
    text = str(key)
    if not text.isascii():
        message = "canonical keys are ASCII"
        raise ValueError(message)
    return text


def _rare(value: object) -> object:
    if isinstance(value, str):
        return value.value if isinstance(value, Enum) else str(value)
    if isinstance(value, Mapping):
        return plain_fields(value)
    if isinstance(value, set | frozenset):
        return sorted(str(plain(item)) for item in value)
    if isinstance(value, memoryview):
        return bytes(value).hex()
    if isinstance(value, Money):
        return {"amount": decimal_text(value.amount), "currency": value.currency.code}
    return _refused(value)


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _items(values: Iterable[object]) -> list[object]:
    return [item if type(item) in _PLAIN else plain(item) for item in values]


def decimal_text(value: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros after the point."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


_PLAIN: Final = frozenset({str, bool, type(None)})
_COMMON: Final[Mapping[type, Callable[[Any], object]]] = {
    int: lambda number: number if -_LARGE < number < _LARGE else str(number),
    Decimal: decimal_text,
    UUID: str,
    Currency: str,
    datetime: _moment,
    date: date.isoformat,
    bytes: bytes.hex,
    dict: plain_fields,
    list: _items,
    tuple: _items,
}
"""By exact type, because one quotation makes hundreds of values plain; what is not here is asked for its kind."""


def canonical(value: object) -> bytes:
    """Return the JCS bytes of ``value``; keys must be ASCII (ValueError).

    What :func:`plain` yields has no floats and no large integers, and ASCII keys sort alike by code point and by UTF-16
    unit; then the standard library's writer gives exactly the text of RFC 8785, twenty times faster than a writer in
    Python. A property test holds it against such a writer.
    """
    return written(plain(value))


def written(value: object) -> bytes:
    """Return the same of what :func:`plain` has made already."""
    return "".join(_ENCODE(value, 0)).encode()


def digest(value: object) -> bytes:
    """Return SHA-256 over the canonical form of ``value``."""
    return hashlib.sha256(canonical(value)).digest()


def lines_digest(rows: Iterable[Mapping[str, object]]) -> bytes:
    """Return SHA-256 over the canonical forms of ``rows`` in the given order, each ended by a line feed."""
    return plain_lines_digest(plain(row) for row in rows)


def plain_lines_digest(lines: Iterable[object]) -> bytes:
    """Return the same of lines that :func:`plain` has made already."""
    running = hashlib.sha256()
    for line in lines:
        running.update(written(line))
        running.update(b"\n")
    return running.digest()
