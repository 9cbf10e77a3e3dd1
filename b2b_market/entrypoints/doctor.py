"""What is wrong with an installation, one line per question, each with what would be right."""

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from alembic.config import Config
from alembic.script import ScriptDirectory
from kombu import Connection
from sqlalchemy import text

from b2b_market.entrypoints.broker import broker_url
from b2b_market.entrypoints.migrating import SCRIPTS
from b2b_market.infra.documents.fonts import FONT_FOLDER
from b2b_market.infra.runtime import Runtime
from b2b_market.ui.static_files import STATIC

MOST_SKEW_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Answer:
    """One question: what was looked at, whether it is right, and what to know or do."""

    subject: str
    right: bool
    note: str


def examine(runtime: Runtime) -> Iterator[Answer]:
    """Look at every part that the product needs; a part that cannot be reached is an answer, never an exception."""
    questions: tuple[tuple[str, Callable[[Runtime], str]], ...] = (
        ("database", _database),
        ("schema", _schema),
        ("row-level security", _fence),
        ("clock", _clock),
        ("redis", _redis),
        ("broker", _broker),
        ("data folder", _data_folder),
        ("assets", _assets),
    )
    for subject, ask in questions:
        try:
            yield Answer(subject, right=True, note=ask(runtime))
        except Exception as error:  # noqa: BLE001 - whatever is wrong is what this command is there to say
            yield Answer(
                subject, right=False, note=str(error).strip().splitlines()[0] if str(error) else type(error).__name__
            )


def _database(runtime: Runtime) -> str:
    return f"PostgreSQL {_one(runtime, 'SHOW server_version')}"


def _schema(runtime: Runtime) -> str:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    newest = ScriptDirectory.from_config(config).get_current_head()
    present = _one(runtime, "SELECT version_num FROM alembic_version")
    _require(present == newest, f"the database is at {present}, this version needs {newest}: run b2b-market migrate")
    return f"newest revision {newest}"


def _fence(runtime: Runtime) -> str:
    bypasses = _one(runtime, "SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user")
    _require(not bypasses, "the application's login is superuser or has BYPASSRLS: give it a plain one")
    owned = _one(runtime, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = current_user")
    _require(owned == 0, "the application's login owns tables: let another login own them")
    return "the application's login is bound by it"


def _clock(runtime: Runtime) -> str:
    there = _one(runtime, "SELECT clock_timestamp()")
    _require(isinstance(there, datetime), "the database does not tell the time")
    skew = abs((datetime.now(UTC) - there).total_seconds()) if isinstance(there, datetime) else 0.0
    _require(skew <= MOST_SKEW_SECONDS, f"this machine and the database differ by {skew:.1f} s: synchronise them")
    return f"{skew:.2f} s apart from the database, which alone judges deadlines"


def _redis(runtime: Runtime) -> str:
    runtime.redis.ping()
    return "answers"


def _broker(runtime: Runtime) -> str:
    with Connection(broker_url(runtime.settings), connect_timeout=2) as connection:
        connection.ensure_connection(max_retries=1)
    return "answers"


def _data_folder(runtime: Runtime) -> str:
    folder = runtime.settings.data_dir
    _require(os.access(folder, os.W_OK), f"{folder} cannot be written")
    return str(folder)


def _assets(_runtime: Runtime) -> str:
    _require((STATIC / "vendor" / "htmx.min.js").is_file(), "the browser libraries are missing: run make assets")
    _require(any(FONT_FOLDER.glob("*.ttf")), "the document fonts are missing: run make assets")
    return "browser libraries and document fonts are there"


def _one(runtime: Runtime, statement: str) -> object:
    with runtime.database.session() as session:
        found: object = session.execute(text(statement)).scalar_one()
    return found


def _require(holds: bool, otherwise: str) -> None:  # noqa: FBT001 - the condition is the point
    if not holds:
        raise RuntimeError(otherwise)
