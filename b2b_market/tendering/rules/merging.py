"""Merging the releases of a contracting process to its compiled release.

Source: OCDS 1.1, "Merging", with the fields that its release schema marks ``omitWhenMerged`` and ``wholeListMerge``. In
the order of their dates: a value replaces the earlier one, null removes it; objects are merged field by field; a list
whose members all have an ``id`` is merged by it, any other list is replaced whole.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

OMITTED: Final = frozenset({"id", "date", "tag", "publisher", "links"})
"""What a release says of itself alone; the compiled one gets its own."""
REPLACED: Final = frozenset(
    {
        "identifiers",
        "additionalIdentifiers",
        "classifications",
        "additionalClassifications",
        "deliveryLocations",
        "deliveryAddresses",
        "locations",
    }
)
"""Lists of objects that are replaced whole although their members may have an ``id``."""

Object = Mapping[str, Any]


def compile_releases(releases: Sequence[Object]) -> dict[str, Any]:
    """Return the compiled release of ``releases`` of one process; of equal dates the later in the list counts.

    There is at least one; all have the same ``ocid``.
    """
    ordered = sorted(releases, key=lambda one: str(one["date"]))
    last = ordered[-1]
    compiled: dict[str, Any] = {
        "ocid": last["ocid"],
        "id": f"{last['ocid']}-{last['date']}",
        "date": last["date"],
        "tag": ["compiled"],
    }
    for release in ordered:
        told = {name: value for name, value in release.items() if name not in OMITTED}
        compiled = _objects(compiled, told)
    return compiled


def _objects(before: Object, after: Object) -> dict[str, Any]:
    found = dict(before)
    for name, value in after.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = _values(name, found.get(name), value)
    return found


def _values(name: str, before: object, after: object) -> object:
    if isinstance(after, Mapping):
        return _objects(before if isinstance(before, Mapping) else {}, after)
    if isinstance(after, list):
        known = before if isinstance(before, list) else []
        return _lists(known, after) if name not in REPLACED and _named(known) and _named(after) else _clean(after)
    return after


def _lists(before: Sequence[Object], after: Sequence[Object]) -> list[dict[str, Any]]:
    """Merge by ``id``: what is known keeps its place, what is new comes after it."""
    found: dict[str, dict[str, Any]] = {str(one["id"]): dict(one) for one in before}
    for one in after:
        key = str(one["id"])
        found[key] = _objects(found.get(key, {}), one)
    return list(found.values())


def _named(values: Sequence[object]) -> bool:
    return all(isinstance(one, Mapping) and "id" in one for one in values)


def _clean(values: Sequence[object]) -> list[object]:
    """Return a list as it stands in a compiled release: without the nulls that say that something is not there."""
    return [_objects({}, one) if isinstance(one, Mapping) else one for one in values]
