"""Files of OCDS 1.1: release packages, record packages, single releases, and Prozorro's own envelope.

Sources of the names: release-schema.json, release-package-schema.json and record-package-schema.json of OCDS 1.1. Only
the envelope is read here; what a tender says is read where it is used.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final, NoReturn

_NEVER: Final = datetime.min.replace(tzinfo=UTC)
Object = Mapping[str, Any]


class BrokenFile(ValueError):
    """The file is no JSON: ``line`` and ``column`` say where it ends to be."""

    def __init__(self, line: int, column: int) -> None:
        """Keep the place."""
        super().__init__(f"line {line}, column {column}")
        self.line, self.column = line, column


class OtherFile(ValueError):
    """The file is JSON of another kind: ``found`` names what stands at its top."""

    def __init__(self, found: str) -> None:
        """Keep the names."""
        super().__init__(found)
        self.found = found


@dataclass(frozen=True, slots=True)
class Release:
    """A release that may hold the tender: ``compiled`` ones say where a whole process stands.

    ``beside`` names what else it says: buyer, parties, awards and so on.
    """

    ocid: str
    at: datetime
    compiled: bool
    tender: Object
    beside: tuple[str, ...] = ()


def read_document(data: bytes) -> Object:
    """Return the object of a file, its numbers as decimals; raise BrokenFile and OtherFile."""
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text, parse_float=Decimal, parse_int=Decimal, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise BrokenFile(error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:  # not UTF-8, NaN, or nested deeper than anything real
        raise BrokenFile(1, 1) from error
    if not isinstance(document, Mapping):
        raise OtherFile(type(document).__name__)
    return document


def releases_of(document: Object) -> list[Release]:
    """Return every release in a document that holds a tender; OtherFile where the document is of another kind."""
    if isinstance(document.get("records"), Sequence):
        return [found for record in objects(document["records"]) for found in _of_record(record)]
    if isinstance(document.get("releases"), Sequence):
        return [found for release in objects(document["releases"]) for found in _of_release(release)]
    if "ocid" in document:
        return list(_of_release(document))
    inside = document.get("data")
    if isinstance(inside, Mapping) and "tenderID" in inside:
        return [Release(_said(inside, "tenderID"), _moment(inside.get("dateModified")), compiled=True, tender=inside)]
    raise OtherFile(", ".join(sorted(map(str, document))))


def newest(found: Sequence[Release]) -> Release:
    """Return the newest compiled release of some, else the newest."""
    return max(found, key=lambda release: (release.compiled, release.at))


def objects(value: object) -> list[Object]:
    """Return the objects of a list; nothing where it is none."""
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []


def _of_record(record: Object) -> Iterator[Release]:
    compiled = record.get("compiledRelease")
    if isinstance(compiled, Mapping):
        yield from _of_release(compiled, compiled=True)
    for release in objects(record.get("releases")):
        yield from _of_release(release)


def _of_release(release: Object, *, compiled: bool = False) -> Iterator[Release]:
    tender = release.get("tender")
    if isinstance(tender, Mapping):
        tags = release.get("tag")
        whole = compiled or (isinstance(tags, Sequence) and "compiled" in tags)
        beside = tuple(str(name) for name, value in release.items() if value and name != "tender")
        at = _moment(release.get("date"))
        yield Release(_said(release, "ocid"), at, compiled=whole, tender=tender, beside=beside)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _moment(value: object) -> datetime:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return _NEVER
    return found if found.tzinfo is not None else found.replace(tzinfo=UTC)


def _said(found: Object, name: str) -> str:
    value = found.get(name)
    return value.strip() if isinstance(value, str) else ""
