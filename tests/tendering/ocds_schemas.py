"""OCDS packages held against the published schemas of the standard and its extensions, which are not the project's."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jsonschema import Draft4Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT4


@dataclass(frozen=True)
class Schemas:
    """The schemas of a folder: release, packages, and the extensions."""

    folder: Path

    def read(self, name: str) -> dict[str, Any]:
        """Return a schema by the name of its file."""
        found: dict[str, Any] = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return found

    def require_package(self, package: Any) -> None:
        """Hold a release package against its schema, and each release against the extended one."""
        self._hold("release-package-schema", package)
        extended = Draft4Validator(self.extended())
        for release in package["releases"]:
            extended.validate(release)

    def require_record(self, package: Any) -> None:
        """Hold a record package against its schema; the schema of a record itself is not part of OCDS 1.1's folder."""
        self._hold("record-package-schema", {**package, "records": []})
        (record,) = package["records"]
        assert {"ocid", "releases", "compiledRelease"} == set(record)
        extended = Draft4Validator(self.extended())
        for release in (*record["releases"], record["compiledRelease"]):
            assert release["ocid"] == record["ocid"]
            extended.validate(release)

    def extended(self) -> dict[str, Any]:
        """Return the release schema with every extension of the folder merged into it."""
        found = {**self.read("release-schema"), "$schema": "http://json-schema.org/draft-04/schema#"}
        for path in sorted(self.folder.glob("*extension*.json")):
            found = merged(found, self.read(path.stem))
        return found

    def _hold(self, kind: str, package: Any) -> None:
        release = self.read("release-schema")
        known = Resource.from_contents(release, default_specification=DRAFT4)
        registry = Registry().with_resources([(release["id"], known)])
        Draft4Validator(self.read(kind), registry=registry).validate(package)


def merged(before: dict[str, Any], patch: dict[str, Any]) -> dict[str, Any]:
    """Return a JSON Merge Patch (RFC 7386) applied."""
    found = dict(before)
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict):
            inner = found.get(key)
            found[key] = merged(inner if isinstance(inner, dict) else {}, value)
        else:
            found[key] = value
    return found
