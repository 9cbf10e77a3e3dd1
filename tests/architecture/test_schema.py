"""The database schema: one history, no drift from the models, downgrades that work, a fence on every tenant table."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg2.errors import InsufficientPrivilege
from sqlalchemy import Connection, create_engine, pool, text
from sqlalchemy.exc import DBAPIError

from b2b_market.entrypoints.migrating import SCRIPTS, configuration
from b2b_market.infra.database import Base
from b2b_market.infra.ids import new_id
from tests.support import database as db
from tests.support.servers import Servers
from tests.support.world import World

WITHOUT_FENCE = {
    "alembic_version": "Alembic's own",
    "rbac_domain": "read before a tenant is known, by the one query on the credential's hash",
    "rbac_grant": "read before a tenant is known, by the one query on the credential's hash",
    "rbac_role": "read before a tenant is known, by the one query on the credential's hash",
    "identity_user": "people belong to no company; read by the one query on the credential's hash",
    "identity_session": "read before a tenant is known, by the one query on the credential's hash",
    "identity_api_key": "read before a tenant is known, by the one query on the credential's hash",
    "identity_link": "single-use links of people; read by the hash of their secret",
    "notification_setting": "a person's own choice of channels, the same in whichever company they act",
    "exchange_rate": "published by central banks, belongs to nobody",
    "board_entry": "a search table of public requests and tenders: only what every signed-in company may see of them",
    "board_experience": "how much each supplier has quoted and won by kind of thing, as recommendations show everybody",
    "board_word": "the words of public requests, to read misspelled searches",
    "tender_board": "published notices of procedures that say public, for everybody without signing in",
    "organization_directory": "a search table that holds only what every company may see of approved ones",
}
"""The reviewed list: every table here may be read whole by the application's login, for the reason beside it."""
SHARED = {
    "organization": "legal name and address of approved companies",
    "organization_identifier": "numbers of approved companies that partners may see",
    "tender_key": "the public halves of proven opening keys, which every company may seal its tenders to",
    "tender_complaint_notice": "what is published of complaints about tenders that every supplier may read",
    "audit_checkpoint": "roots and signatures that everybody compares; nothing of anybody's entries",
    "audit_node": "hashes inside the tree that proofs are made of",
    "audit_listed": "how far the companies' lists of audit entries go: two numbers",
}
"""Fenced tables of which some rows are there for every signed-in company."""
PUBLIC = {
    "tender_prior_notice": "tenders that their buyers announce to everybody before the notice",
    "tender_edition": "editions of notices; those of public tenders are for everybody without signing in",
    "tender_public_step": "what happened to public tenders, as far as their procedures make it public",
    "classification_scheme": "published by standards bodies, belongs to nobody",
    "classification_code": "published by standards bodies, belongs to nobody",
}
"""Fenced tables of which rows are there for everybody, with the other rows and who may write them fenced."""
NOT_FILLED = {
    "tender_publicity": "published once a lot is judged; tests/tendering/test_publicity.py shows its fence",
    "tender_supplement": "needs a committee that fell short; tests/tendering/test_supplement.py shows it",
    "framework_competition": "needs an agreement by competition; tests/tendering/test_competitions.py shows its fence",
    "tender_sheet": "needs a drawn committee at work; tests/tendering/test_committee.py shows its fence",
}
ROLES = ("b2b_app",)


@contextmanager
def connected(servers: Servers, login: str, name: str) -> Iterator[Connection]:
    engine = create_engine(servers.url(login, name), poolclass=pool.NullPool)
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@pytest.fixture(scope="module")
def fresh(servers: Servers) -> Iterator[str]:
    name = db.clone(servers, "schema")
    yield name
    db.drop(servers, name)


def tables(connection: Connection) -> list[str]:
    rows = connection.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
    return [str(name) for name in rows.scalars()]


def counts(connection: Connection, names: list[str]) -> dict[str, int]:
    union = " UNION ALL ".join(f"SELECT '{name}', (SELECT count(*) FROM \"{name}\")" for name in names)  # noqa: S608 - names from the catalogue
    return {str(name): int(rows) for name, rows in connection.execute(text(union))}


# ---- history


def test_the_history_has_one_head_and_no_branch() -> None:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    script = ScriptDirectory.from_config(config)
    assert len(script.get_heads()) == 1
    revisions = list(script.walk_revisions())
    assert [revision.revision for revision in reversed(revisions)] == [f"{n + 1:04d}" for n in range(len(revisions))]


def test_migrations_import_nothing_of_the_package() -> None:
    wrong = [
        path.name
        for path in sorted((SCRIPTS / "versions").glob("*.py"))
        if "b2b_market" in path.read_text(encoding="utf-8")
    ]
    assert wrong == []


def test_the_models_equal_the_schema(servers: Servers, fresh: str) -> None:
    with connected(servers, "owner", fresh) as connection:
        configuration(connection)
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        found = compare_metadata(context, Base.metadata)
        known = set(Base.metadata.tables)
        differences = [str(item) for item in found if not _is_index_only(item)]
        stored = set(tables(connection))
    assert differences == []
    assert stored - known == {"alembic_version"}


def _is_index_only(item: object) -> bool:
    """Partial, GIN and expression indexes stand in migrations alone: models declare what the code reads."""
    return isinstance(item, tuple) and item[0] in ("remove_index", "add_index", "remove_constraint")


def test_every_step_goes_down_and_up_again(servers: Servers) -> None:
    name = db.clone(servers, "steps")
    with connected(servers, "owner", name) as connection:
        before = tables(connection)
        config = configuration(connection)
        command.downgrade(config, "base")
        left = tables(connection)
        functions = connection.execute(
            text("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace")
        ).scalar_one()
        connection.commit()
        command.upgrade(config, "head")
        after = tables(connection)
    db.drop(servers, name)
    assert (left, functions) == (["alembic_version"], 0)
    assert after == before


# ---- the fence


def test_the_application_is_neither_owner_nor_above_the_fence(servers: Servers, fresh: str) -> None:
    with connected(servers, "owner", fresh) as connection:
        roles = connection.execute(
            text("SELECT rolname, rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = ANY(:roles)"),
            {"roles": list(ROLES)},
        ).all()
        owned = connection.execute(
            text("SELECT relname FROM pg_class JOIN pg_roles ON pg_roles.oid = relowner WHERE rolname = ANY(:roles)"),
            {"roles": list(ROLES)},
        ).all()
    assert [tuple(row) for row in roles] == [("b2b_app", False, False, False)]
    assert owned == []


def test_every_tenant_table_has_a_forced_fence(servers: Servers, fresh: str) -> None:
    with connected(servers, "owner", fresh) as connection:
        unfenced = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') "
                "AND NOT (relrowsecurity AND relforcerowsecurity)"
            )
        ).scalars()
        found = set(unfenced)
    assert found == set(WITHOUT_FENCE)


def test_the_fences_of_lines_read_their_setting_once_per_statement(servers: Servers, fresh: str) -> None:
    with connected(servers, "owner", fresh) as connection:
        found = connection.execute(
            text(
                "SELECT tablename || '.' || policyname, coalesce(with_check, qual) FROM pg_policies "
                "WHERE tablename LIKE 'rfq%\\_line' OR tablename IN ('rfq_target', 'rfq_price_point', 'contract_line')"
            )
        ).all()
    each = {name for name, condition in found if "app_orgs()" in condition.replace("SELECT app_orgs()", "")}
    assert len(found) == 18
    assert each == set()


def test_no_view_or_function_steps_over_the_fence(servers: Servers, fresh: str) -> None:
    with connected(servers, "owner", fresh) as connection:
        views = connection.execute(
            text(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('v', 'm') "
                "AND NOT (relkind = 'v' AND 'security_invoker=true' = ANY (coalesce(reloptions, '{}')))"
            )
        ).all()
        definers = connection.execute(
            text("SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef")
        ).all()
    assert (views, definers) == ([], [])


def test_without_a_tenant_the_application_sees_no_row_and_with_a_foreign_one_only_what_is_shared(
    servers: Servers, world: World
) -> None:
    with connected(servers, "owner", world.database) as connection:
        everything = counts(connection, tables(connection))
    assert {name for name, rows in everything.items() if not rows} == set(NOT_FILLED)
    fenced = [name for name in everything if name not in WITHOUT_FENCE]
    seen = {tenant: seen_by(servers, world, fenced, tenant) for tenant in ("", "{}", f"{{{new_id()}}}")}
    unnamed, nobody, foreign = seen.values()
    assert set(unnamed) == set(nobody) == set(PUBLIC)
    assert set(foreign) - set(PUBLIC)
    assert set(foreign) <= {*SHARED, *PUBLIC}


def seen_by(servers: Servers, world: World, fenced: list[str], orgs: str) -> dict[str, int]:
    with connected(servers, "app", world.database) as connection:
        if orgs:
            connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": orgs})
        return {name: rows for name, rows in counts(connection, fenced).items() if rows}


def test_a_company_sees_rows_of_its_own_deals_only(servers: Servers, world: World) -> None:
    """The rival sees its own quotations and invitations, and nothing of the winner's, in any table with a supplier."""
    rival = world.people["rival"].org_id
    wanted = (
        "SELECT table_name FROM information_schema.columns "
        "WHERE column_name = 'supplier_id' AND table_schema = 'public'"
    )
    with connected(servers, "app", world.database) as connection:
        connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": f"{{{rival}}}"})
        names = sorted(connection.execute(text(wanted)).scalars())
        found = {
            name: set(connection.execute(text(f'SELECT supplier_id FROM "{name}"')).scalars())  # noqa: S608 - names from the catalogue
            for name in names
        }
    assert {"rfq_invitation", "rfq_quote", "rfq_quote_line", "rfq_quote_revision"} <= set(found)
    assert {suppliers for owners in found.values() for suppliers in owners} == {rival}


def test_of_a_public_request_an_approved_supplier_sees_the_needs_alone(servers: Servers, world: World) -> None:
    """The stranger, an approved supplier that nobody invited, reads what a public request asks for and nothing else."""
    rfq_id = {"id": world.rfqs["public"].rfq.id}
    names = {"rfq": "id", "rfq_line": "rfq_id"} | dict.fromkeys(
        ("rfq_target", "rfq_private", "rfq_invitation", "rfq_quote", "rfq_quote_line"), "rfq_id"
    )
    found = {}
    for company in ("stranger", "newcomer"):
        with connected(servers, "app", world.database) as connection:
            orgs = {"orgs": f"{{{world.people[company].org_id}}}"}
            connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), orgs)
            counted = {
                name: connection.execute(text(f"SELECT count(*) FROM {name} WHERE {key} = :id"), rfq_id).scalar_one()  # noqa: S608 - names above
                for name, key in names.items()
            }
        found[company] = {name: rows for name, rows in counted.items() if rows}
    assert found == {"stranger": {"rfq": 1, "rfq_line": 1}, "newcomer": {}}


def test_a_sealed_quotation_is_not_there_for_its_buyer(servers: Servers, world: World) -> None:
    buyer, rfq_id = world.people["purchaser"].org_id, world.rfqs["sealed"].rfq.id
    with connected(servers, "app", world.database) as connection:
        connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": f"{{{buyer}}}"})
        rows = [
            connection.execute(text(f"SELECT count(*) FROM {name} WHERE rfq_id = :id"), {"id": rfq_id}).scalar_one()  # noqa: S608 - names below
            for name in ("rfq_quote", "rfq_quote_line")
        ]
    with connected(servers, "owner", world.database) as connection:
        there = connection.execute(text("SELECT count(*) FROM rfq_quote WHERE rfq_id = :id"), {"id": rfq_id})
        assert there.scalar_one() == 2
    assert rows == [0, 0]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO rfq_private (rfq_id, buyer_id, estimate) VALUES (:id, :foreign, 1)",
        "INSERT INTO contract_counter (buyer_id, year, last) VALUES (:foreign, 2026, 1)",
        "INSERT INTO document_number (org_id, kind, year, last) VALUES (:foreign, 'RFQ', 2026, 1)",
    ],
)
def test_nothing_is_written_for_another_company(servers: Servers, world: World, statement: str) -> None:
    own, foreign = world.people["stranger"].org_id, world.people["purchaser"].org_id
    with connected(servers, "app", world.database) as connection:
        connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": f"{{{own}}}"})
        with pytest.raises(DBAPIError) as refused:
            connection.execute(text(statement), {"id": new_id(), "foreign": foreign})
        assert isinstance(refused.value.orig, InsufficientPrivilege)


def test_nothing_of_another_company_is_changed_or_deleted(servers: Servers, world: World) -> None:
    own = world.people["stranger"].org_id
    with connected(servers, "owner", world.database) as connection:
        names = [name for name in tables(connection) if name not in WITHOUT_FENCE | SHARED | PUBLIC]
        columns = {
            name: connection.execute(
                text("SELECT column_name FROM information_schema.columns WHERE table_name = :name LIMIT 1"),
                {"name": name},
            ).scalar_one()
            for name in names
        }
    touched = {}
    for name, column in columns.items():
        for statement in (f'UPDATE "{name}" SET "{column}" = "{column}"', f'DELETE FROM "{name}"'):  # noqa: S608 - names from the catalogue
            with connected(servers, "app", world.database) as connection:
                connection.execute(text("SELECT set_config('app.orgs', :orgs, true)"), {"orgs": f"{{{own}}}"})
                before = counts(connection, [name])[name]
                try:
                    touched[statement] = connection.execute(text(statement)).rowcount - before
                except DBAPIError as refused:
                    assert isinstance(refused.orig, InsufficientPrivilege), statement
                connection.rollback()
    assert {statement: rows for statement, rows in touched.items() if rows > 0} == {}
    assert len(touched) > len(names) // 2
