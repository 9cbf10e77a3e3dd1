"""Reading rows into wire shapes."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Final

from b2b_market.infra.http.wires import WireOut

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


def columns(row: object, schema: type[WireOut], without: AbstractSet[str] = frozenset()) -> dict[str, object]:
    """Return the attributes of ``row`` that ``schema`` names, but for those ``without``."""
    # a record's attributes are read where it keeps them: its class would be asked twenty times per line of an answer
    kept = getattr(row, "__dict__", _NOTHING)
    return {
        name: kept[name] if name in kept else getattr(row, name) for name in schema.model_fields if name not in without
    }
