"""Reading rows into wire shapes."""

from collections.abc import Set as AbstractSet

from b2b_market.infra.http.wires import WireOut


def columns(row: object, schema: type[WireOut], without: AbstractSet[str] = frozenset()) -> dict[str, object]:
    """Return the attributes of ``row`` that ``schema`` names, but for those ``without``."""
    return {name: getattr(row, name) for name in schema.model_fields if name not in without}
