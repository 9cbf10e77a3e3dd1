"""The environment of the product's processes: what the person set wins, the embedded servers fill the rest."""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from b2b_market.entrypoints.supervisor.folder import make_private, write_private

PREFIX = "B2B_MARKET_"
MIGRATION_URL = f"{PREFIX}MIGRATION_DATABASE_URL"


def is_set(name: str) -> bool:
    """Whether the person set ``B2B_MARKET_<name>``."""
    return bool(os.environ.get(PREFIX + name))


def common_settings(data: Path, address: str, servers: Mapping[str, str], *, demo: bool) -> dict[str, str]:
    """Return the settings that all processes share; ``servers`` are the addresses of the embedded servers."""
    made = {
        **{PREFIX + name: url for name, url in servers.items()},
        f"{PREFIX}DATA_DIR": str(make_private(data / "store")),
        f"{PREFIX}PUBLIC_URL": address,
        f"{PREFIX}ENVIRONMENT": "development",
        f"{PREFIX}DEMO": str(demo).lower(),
    }
    return {name: os.environ.get(name) or value for name, value in made.items()}


def environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a process that serves requests or tasks: never with the owner's login."""
    inherited = {name: value for name, value in owners_environment({}).items() if name != MIGRATION_URL}
    return {**inherited, **settings}


def owners_environment(settings: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of the process that changes the schema; it keeps an owner's login that the person set."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **settings}


def write_environment_file(path: Path, settings: Mapping[str, str]) -> None:
    """Write ``settings`` so that a shell can read them (``set -a; . var/environment``) to use the command line."""
    write_private(path, "".join(f"{name}={shlex.quote(value)}\n" for name, value in sorted(settings.items())))
