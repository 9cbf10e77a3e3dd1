"""Which modules make up the product, and what their manifests add up to."""

from collections.abc import Iterable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from b2b_market.infra.tasks import Task
from b2b_market.rbac.manifest import Handler, Manifest

PACKAGE: Final = Path(__file__).parents[1]
NAMES: Final = (
    "reference",
    "notifications",
    "files",
    "audit",
    "delivery",
    "identity",
    "organizations",
    "sourcing",
    "rfq",
    "tendering",
    "board",
    "contracts",
)
"""Lowest first."""


def load_manifests(only: Sequence[str] = ()) -> tuple[Manifest, ...]:
    """Return the manifests, lowest module first; ``only`` keeps the named ones (ValueError for an unknown name)."""
    unknown = sorted(set(only) - set(NAMES))
    if unknown:
        message = f"unknown modules: {', '.join(unknown)}; there are: {', '.join(NAMES)}"
        raise ValueError(message)
    return tuple(_manifest(name) for name in NAMES if not only or name in only)


def _manifest(name: str) -> Manifest:
    found: Manifest = import_module(f"b2b_market.{name}.module").MANIFEST
    return found


def handlers_by_topic(manifests: Iterable[Manifest]) -> Mapping[str, tuple[Handler, ...]]:
    """Return the subscribers of each topic; two of one name are a programming error (ValueError)."""
    found: dict[str, tuple[Handler, ...]] = {}
    names: set[str] = set()
    for manifest in manifests:
        for handler in manifest.handlers:
            if handler.name in names:
                message = f"two handlers are named {handler.name}"
                raise ValueError(message)
            names.add(handler.name)
            found[handler.event.topic] = (*found.get(handler.event.topic, ()), handler)
    return MappingProxyType(found)


def tasks_of(manifests: Iterable[Manifest]) -> tuple[Task, ...]:
    """Return every declared task."""
    return tuple(task for manifest in manifests for task in manifest.tasks)


def packages(manifests: Iterable[Manifest]) -> tuple[Path, ...]:
    """Return the folders that hold catalogues: every package's, the lowest first."""
    ground = tuple(PACKAGE / name for name in ("kernel", "infra", "ui", "rbac", "rfq/intake", "entrypoints"))
    return (*ground, *(manifest.package for manifest in manifests))
