"""JSON whose numbers are decimals: written as numbers and read back without passing through a float."""

import json
from collections.abc import Mapping
from decimal import Decimal

from b2b_market.infra.canonical import decimal_text


def write_json(value: object) -> str:
    """Return ``value`` as JSON text without blanks, keys in the order given; raise TypeError for what is not exact."""
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_leaf(str(key))}:{write_json(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(write_json(item) for item in value) + "]"
    if isinstance(value, Decimal):
        return decimal_text(value)
    if value is None or isinstance(value, str | int):
        return _leaf(value)
    message = f"{type(value).__name__} has no exact text"
    raise TypeError(message)


def read_json(text: str) -> object:
    """Return what ``text`` holds, its numbers as decimals."""
    found: object = json.loads(text, parse_float=Decimal, parse_int=Decimal)
    return found


def _leaf(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
