"""Run migrations: one at a time across all deployers, with timeouts, one transaction per revision."""

from alembic import context
from sqlalchemy import create_engine, pool, text

LOCK = 4_203_117


def run() -> None:
    """Migrate on the connection given by the caller, else on the URL of the configuration."""
    given = context.config.attributes.get("connection")
    metadata = context.config.attributes.get("target_metadata")
    if given is not None:
        _migrate(given, metadata)
        return
    url = context.config.get_main_option("sqlalchemy.url")
    if url is None:
        message = "no database to migrate: give a connection or sqlalchemy.url"
        raise RuntimeError(message)
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        _migrate(connection, metadata)
    engine.dispose()


def _migrate(connection, metadata) -> None:  # noqa: ANN001 - Alembic loads this file outside the package's types
    connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
    connection.execute(text("SET lock_timeout = '5s'"))
    connection.execute(text("SET statement_timeout = '15min'"))
    connection.commit()
    context.configure(connection=connection, target_metadata=metadata, transaction_per_migration=True)
    try:
        with context.begin_transaction():
            context.run_migrations()
    finally:
        connection.execute(text("SELECT pg_advisory_unlock(:lock)"), {"lock": LOCK})
        connection.execute(text("RESET lock_timeout"))
        connection.execute(text("RESET statement_timeout"))
        connection.commit()


run()
