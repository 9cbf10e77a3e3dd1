"""Reading what travels: canonical JSON documents, taken apart field by field; anything unexpected is a ValueError."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NoReturn
from uuid import UUID

from b2b_market.infra.canonical import canonical

HASH_BYTES: Final = 32
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
LARGEST: Final = 2**53 - 1
"""The largest integer that JSON carries everywhere (RFC 8785)."""

_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)
_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*", re.ASCII)


def read_document(data: bytes) -> object:
    """Return the JSON value that ``data`` is the canonical text of; ValueError for any other text.

    One value has one text, so that a hash over the text is a hash over the value.
    """
    try:
        value: object = json.loads(data, parse_float=_no_float, parse_constant=_no_float)
        again = canonical(value)
    except (RecursionError, TypeError, UnicodeError) as error:
        raise ValueError("this is no document in canonical JSON") from error
    if again != data:
        raise ValueError("this is not the canonical text of its value")
    return value


def _no_float(text: str) -> NoReturn:
    raise ValueError(f"{text[:40]} is a floating-point number; write it as a string")


def fields(value: object, *names: str) -> Mapping[str, object]:
    """Return an object that has exactly these fields."""
    if not isinstance(value, dict) or set(value) != set(names):
        raise ValueError(f"an object with the fields {', '.join(names)} is expected")
    return value


def mapping(value: object) -> Mapping[str, object]:
    """Return an object of any fields."""
    if isinstance(value, dict):
        return value
    raise ValueError("an object is expected")


def text(value: object, most: int = 200) -> str:
    """Return a text of 1 to ``most`` characters."""
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise ValueError(f"a text of 1 to {most} characters is expected")
    return value


def whole(value: object, least: int = 0, most: int = LARGEST) -> int:
    """Return an integer within bounds; true and false are none."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"a whole number from {least} to {most} is expected")
    return value


def octets(value: object, length: int | None = None) -> bytes:
    """Return bytes written in lower-case hex, of ``length`` where one is given."""
    if not isinstance(value, str) or not _HEX.fullmatch(value):
        raise ValueError("bytes in lower-case hex are expected")
    found = bytes.fromhex(value)
    if length is not None and len(found) != length:
        raise ValueError(f"{length} bytes are expected, these are {len(found)}")
    return found


def identifier(value: object) -> UUID:
    """Return a UUID from its one canonical text."""
    found = UUID(text(value))
    if str(found) != value:
        raise ValueError("an identifier is written in lower case with four hyphens")
    return found


def moment(value: object) -> datetime:
    """Return a UTC time from its one canonical text, such as 2026-11-22T09:00:00.000000Z."""
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError("a UTC time with microseconds is expected")
    return datetime.fromisoformat(value)


def items(value: object, least: int = 0, most: int = LARGEST) -> Sequence[object]:
    """Return a list whose length is within bounds."""
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise ValueError(f"a list of {least} to {most} is expected")
    return value


def expect(value: object, wanted: object) -> None:
    """Refuse any value but one."""
    if value != wanted or isinstance(value, bool) != isinstance(wanted, bool):
        raise ValueError(f"{wanted} is expected")
