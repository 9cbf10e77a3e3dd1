"""OCDS 1.1: releases of the steps of a tender with the lots, bids and enquiries extensions, in packages and records.

A release is a plain mapping whose amounts are decimals; ``rules.exact_json`` writes them as JSON numbers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

from b2b_market.infra.canonical import plain
from b2b_market.tendering.rules.exact_json import read_json, write_json
from b2b_market.tendering.rules.merging import compile_releases

PREFIX: Final = "ocds-b2bmkt"
"""Not registered with the Open Contracting Partnership; an installation that publishes registers its own."""
_EXTENSIONS: Final = "https://raw.githubusercontent.com/open-contracting-extensions"
EXTENSIONS: Final = (
    f"{_EXTENSIONS}/ocds_lots_extension/v1.1.5/extension.json",
    f"{_EXTENSIONS}/ocds_bid_extension/v1.1.5/extension.json",
    f"{_EXTENSIONS}/ocds_enquiry_extension/v1.1/extension.json",
)
Object = dict[str, Any]


def ocid_of(tender_id: UUID) -> str:
    """Return the open contracting id of a tender."""
    return f"{PREFIX}-{tender_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody in a release; what it is in the process so far."""

    id: UUID
    name: str
    roles: tuple[str, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Its names by language, where it has one in both; pages read them, the release says ``name``."""

    def reference(self) -> Object:
        """Return the party as other parts of a release refer to it."""
        return {"id": str(self.id), "name": self.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a release says: its tags, its parts by their names in the standard, and who takes part in them."""

    tags: tuple[str, ...]
    parts: Mapping[str, Any]
    parties: Sequence[Party] = field(default=())


def release_of(tender_id: UUID, step: str, date: datetime, buyer: Party, told: Told) -> Object:
    """Return the release of one step of a tender; the same step gives the same release."""
    known = {party.id: party for party in (buyer, *told.parties)}
    return {
        "ocid": ocid_of(tender_id),
        "id": release_id(tender_id, step),
        "date": plain(date),
        "tag": list(told.tags),
        "initiationType": "tender",
        "parties": [{**party.reference(), "roles": list(party.roles)} for party in known.values()],
        "buyer": buyer.reference(),
        **told.parts,
    }


def release_id(tender_id: UUID, step: str) -> str:
    """Return the id of the release of a step."""
    return f"{ocid_of(tender_id)}-{step}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """Where a package is found and by whom it is published; ``releases`` are JSON texts."""

    uri: str
    site: str
    published_at: datetime
    releases: Sequence[str]
    links: Mapping[str, str] = field(default_factory=dict)


def release_package(found: Packed) -> str:
    """Return the release package as JSON text; each release stands in it as it was stored."""
    head = write_json(_head(found))
    return f'{head[:-1]},"releases":[{",".join(found.releases)}]}}'


def record_package(found: Packed) -> str:
    """Return the package of one record: the process compiled from its releases, and those in full."""
    releases = [_object(read_json(one)) for one in found.releases]
    compiled = write_json(compile_releases(releases))
    ocid = write_json(releases[0]["ocid"])
    record = f'{{"ocid":{ocid},"releases":[{",".join(found.releases)}],"compiledRelease":{compiled}}}'
    head = write_json(_head(found))
    return f'{head[:-1]},"records":[{record}]}}'


def _head(found: Packed) -> Object:
    head: Object = {
        "uri": found.uri,
        "version": "1.1",
        "extensions": list(EXTENSIONS),
        "publishedDate": plain(found.published_at),
        "publisher": {"name": urlsplit(found.site).hostname or found.site, "uri": found.site},
    }
    return {**head, "links": dict(found.links)} if found.links else head


def _object(value: object) -> Object:
    assert isinstance(value, dict)  # noqa: S101 - releases are stored as objects; tells mypy so
    return value
