"""Bringing a database to the newest schema."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, pool

from b2b_market.entrypoints.modules import load_manifests
from b2b_market.infra.database import Base

SCRIPTS = Path(__file__).parents[2] / "migrations"


def configuration(connection: Connection) -> Config:
    """Return Alembic's configuration on an open connection of the owner."""
    load_manifests()  # the models register their tables as they load
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    config.attributes["target_metadata"] = Base.metadata
    return config


def migrate(url: str, revision: str = "head") -> None:
    """Upgrade the database at ``url`` (the owner's login) to ``revision``; several at once wait for each other."""
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        command.upgrade(configuration(connection), revision)
    engine.dispose()
