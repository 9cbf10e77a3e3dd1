"""The database schema: one history, no drift from the models, downgrades that work, a fence on every tenant table."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

from b2b_market.entrypoints.migrating import SCRIPTS, configuration
from b2b_market.infra.database import Base
from tests.support import database as db
from tests.support.servers import Servers

WITHOUT_FENCE = {
    "alembic_version": "Alembic's own",
    "rbac_domain": "read before a tenant is known, by the one query on the credential's hash",
    "rbac_grant": "read before a tenant is known, by the one query on the credential's hash",
    "rbac_role": "read before a tenant is known, by the one query on the credential's hash",
    "identity_user": "people belong to no company; read by the one query on the credential's hash",
    "identity_session": "read before a tenant is known, by the one query on the credential's hash",
    "identity_api_key": "read before a tenant is known, by the one query on the credential's hash",
    "identity_link": "single-use links of people; read by the hash of their secret",
}


@pytest.fixture(scope="module")
def fresh(servers: Servers) -> "pytest.FixtureRequest":
    name = db.clone(servers, "schema")
    yield name  # type: ignore[misc]  # a fixture's own generator
    db.drop(servers, name)


def test_the_history_has_one_head_and_no_branch() -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    revisions = list(script.walk_revisions())
    assert [revision.revision for revision in reversed(revisions)] == [f"{n + 1:04d}" for n in range(len(revisions))]


def test_the_models_equal_the_schema(servers: Servers, fresh: str) -> None:
    engine = create_engine(servers.url("owner", fresh), poolclass=pool.NullPool)
    with engine.connect() as connection:
        configuration(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        differences = [str(item) for item in compare_metadata(context, Base.metadata) if not _is_index_only(item)]
    engine.dispose()
    assert differences == []


def _is_index_only(item: object) -> bool:
    """Partial, GIN and expression indexes stand in migrations alone: models declare what the code reads."""
    return isinstance(item, tuple) and item[0] in ("remove_index", "add_index", "remove_constraint")


def test_every_step_goes_down_and_up_again(servers: Servers) -> None:
    name = db.clone(servers, "steps")
    engine = create_engine(servers.url("owner", name), poolclass=pool.NullPool)
    with engine.connect() as connection:
        config = configuration(connection)
        command.downgrade(config, "base")
        left = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).all()
        connection.commit()
        command.upgrade(config, "head")
    engine.dispose()
    db.drop(servers, name)
    assert left == []


def test_every_tenant_table_has_a_forced_fence(servers: Servers, fresh: str) -> None:
    engine = create_engine(servers.url("owner", fresh), poolclass=pool.NullPool)
    with engine.connect() as connection:
        unfenced = connection.execute(
            text(
                "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
                "WHERE nspname = 'public' AND relkind IN ('r', 'p') AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        ).scalars()
        found = set(unfenced)
    engine.dispose()
    assert found == set(WITHOUT_FENCE)


def test_no_view_or_function_steps_over_the_fence(servers: Servers, fresh: str) -> None:
    engine = create_engine(servers.url("owner", fresh), poolclass=pool.NullPool)
    with engine.connect() as connection:
        views = connection.execute(
            text(
                "SELECT relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
                "WHERE nspname = 'public' AND relkind IN ('v', 'm') "
                "AND NOT ('security_invoker=true' = ANY (coalesce(reloptions, '{}')))"
            )
        ).all()
        definers = connection.execute(
            text(
                "SELECT proname FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace "
                "WHERE nspname = 'public' AND prosecdef"
            )
        ).all()
    engine.dispose()
    assert (views, definers) == ([], [])


def test_without_a_tenant_the_application_sees_no_row_and_with_a_foreign_one_none_of_ours(
    servers: Servers, committed_runtime: "object", worker_database: str
) -> None:
    from tests.support.rfqs import make_market, publish, submit

    market = make_market(committed_runtime)  # type: ignore[arg-type]  # the fixture is a Runtime
    content = publish(committed_runtime, market)  # type: ignore[arg-type]  # the fixture is a Runtime
    submit(committed_runtime, market.sales[0], content, ["9", "9"])  # type: ignore[arg-type]  # the fixture is a Runtime
    engine = create_engine(servers.url("app", worker_database), poolclass=pool.NullPool)
    with engine.connect() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        ).scalars()
        fenced = [name for name in tables if name not in WITHOUT_FENCE]
        seen = {}
        for orgs in ("{}", "{00000000-0000-7000-8000-000000000001}"):
            connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": orgs})
            for name in fenced:
                rows = connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()
                if rows:
                    seen[(orgs, name)] = rows
    engine.dispose()
    # the directory of approved companies is there for every signed-in company
    assert {name for (_, name) in seen} <= SHARED
    assert all(orgs != "{}" for orgs, _ in seen)


SHARED = frozenset({"organization_directory", "reference_rate"})
