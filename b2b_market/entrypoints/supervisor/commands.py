"""What the supervisor runs beside the two servers; tests put other programs in these places."""

import sys
from dataclasses import dataclass
from pathlib import Path

import b2b_market

SOCKET = "{socket}"
"""Stands in ``Commands.web`` for the number of the listening socket, which the supervisor opens itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """Command lines of the product's own processes, and the path at which a living web process answers 200.

    Where ``scripts`` names the folder of the migrations, ``migrate`` runs only when the newest of them is missing.
    """

    migrate: tuple[str, ...]
    demo: tuple[str, ...]
    web: tuple[str, ...]
    worker: tuple[str, ...]
    schedule: tuple[str, ...]
    alive_path: str = "/health/live"
    scripts: Path | None = None


def product_commands(data: Path) -> Commands:
    """Return the product's own command lines, with the schedule's state kept in ``data``."""
    module = (sys.executable, "-m")
    cli = (*module, "b2b_market.entrypoints.cli")
    celery = (*module, "celery", "-A", "b2b_market.entrypoints.celery_app:app")
    web = (*module, "uvicorn", "b2b_market.entrypoints.web:create_app", "--factory", "--fd", SOCKET)
    return Commands(
        migrate=(*cli, "migrate"),
        demo=(*cli, "demo"),
        # open event streams would otherwise block the stop; the application logs its own requests
        web=(*web, "--timeout-graceful-shutdown", "10", "--no-access-log", "--no-server-header"),
        # threads save 120 MB against processes; their price, no hard time limits, is for a small installation to pay
        worker=(
            *celery,
            *("worker", "--pool", "threads", "--concurrency", "4", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle"),
        ),
        schedule=(*celery, "beat", "--schedule", str(data / "beat-schedule"), "--pidfile=", "--loglevel", "WARNING"),
        scripts=Path(b2b_market.__file__).parents[1] / "migrations",
    )
