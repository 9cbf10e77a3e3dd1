"""SELECTs that go past SQLAlchemy bind, read, lock and fail as those that go through it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Date, DateTime, Integer, LargeBinary, Text, Uuid, any_, bindparam, cast, func, literal, select
from sqlalchemy import Enum as EnumType
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from b2b_market.infra.database import ORGS, TOTAL, Base, Database, enum_type, within
from b2b_market.infra.fixed import FixedRecords, FixedRows
from b2b_market.organizations.models import Organization, OrganizationSettings
from b2b_market.organizations.states import CompanyStatus
from b2b_market.rfq.models.quotes import AwardLine
from tests.support.servers import Servers
from tests.support.world import World

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONE, OTHER = UUID(int=7), UUID(int=8)


class Colour(StrEnum):
    """Something with values that are not its names."""

    RED = "rather red"
    BLUE = "rather blue"


@pytest.fixture(scope="module")
def whole(servers: Servers, world: World) -> Iterator[Database]:
    """The world as its owner, whom no fence keeps from any row."""
    database = Database(servers.url("owner", world.database))
    yield database
    database.dispose()


@pytest.fixture
def session(whole: Database) -> Iterator[Session]:
    with whole.session() as made:
        yield made
        made.rollback()


def columns_of(record: object) -> dict[str, Any]:
    return {name: value for name, value in vars(record).items() if not name.startswith("_")}


def test_every_table_reads_as_the_session_reads_it(session: Session) -> None:
    filled = 0
    for mapper in Base.registry.mappers:
        wanted = select(mapper.class_).order_by(*mapper.primary_key)
        read = FixedRecords(wanted).records(session, {})
        loaded = [columns_of(one) for one in session.scalars(wanted)]
        assert [columns_of(one) for one in read] == loaded, mapper
        assert [{name: type(value) for name, value in columns_of(one).items()} for one in read] == [
            {name: type(value) for name, value in one.items()} for one in loaded
        ], mapper
        filled += bool(loaded)
    assert filled > 100


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Uuid(), ONE),
        (ARRAY(Uuid()), [ONE, OTHER]),
        (ARRAY(Uuid()), []),
        (ARRAY(Text()), ["one", 'an "other", {too}']),
        (Text(), "100 % of %(it)s"),
        (Integer(), 5),
        (TOTAL, Decimal("12.5000")),
        (DateTime(timezone=True), NOON),
        (Date(), date(2026, 11, 22)),
        (LargeBinary(), b"\x00\xff"),
        (JSONB(), {"a": [1, 2.5, None, "text", {"b": True}], "c": 2**70}),
        (JSONB(), "text"),
        (JSONB(), []),
        (JSONB(none_as_null=True), None),
        (enum_type(Colour), Colour.BLUE),
        (enum_type(Colour), None),
    ],
    ids=repr,
)
def test_every_type_is_bound_and_read_as_the_session_does(session: Session, kind: TypeEngine[Any], value: Any) -> None:
    asked = Text() if isinstance(kind, EnumType) else kind
    given = bindparam("value", type_=kind)
    wanted = select(cast(given, asked).label("stored"), cast(cast(given, asked), kind).label("read"))
    through = tuple(session.execute(wanted, {"value": value}).one())
    (past,) = FixedRows(wanted).all(session, {"value": value})
    assert past == through
    assert [type(one) for one in past] == [type(one) for one in through]
    assert past[1] == value


def test_json_nothing_is_told_from_nothing(session: Session) -> None:
    wanted = select(func.jsonb_typeof(bindparam("value", type_=JSONB())))
    assert FixedRows(wanted).scalar(session, {"value": None}) == session.scalar(wanted, {"value": None}) == "null"


def test_what_stands_in_the_statement_is_bound_once(session: Session) -> None:
    wanted = (
        select(Organization.id, literal("10 %"))
        .where(Organization.status.in_((CompanyStatus.APPROVED, CompanyStatus.REGISTERED)))
        .where(Organization.status != CompanyStatus.REJECTED, Organization.is_buyer.is_(True))
        .order_by(Organization.id)
    )
    fixed = FixedRows(wanted)
    through = [tuple(row) for row in session.execute(wanted)]
    assert through
    assert fixed.all(session, {}) == fixed.all(session, {}) == through


def test_one_name_may_stand_in_several_places(session: Session) -> None:
    ids = list(session.scalars(select(Organization.id).order_by(Organization.id)))
    wanted = select(Organization.id).where(within(Organization.id) & (Organization.id == any_(ORGS)))
    assert sorted(FixedRows(wanted).all(session, {"orgs": ids[:2]})) == [(one,) for one in ids[:2]]
    assert FixedRows(wanted).first(session, {"orgs": []}) is None
    assert FixedRows(wanted).scalar(session, {"orgs": ids[1:2]}) == ids[1]
    assert FixedRows(wanted).scalar(session, {"orgs": []}) is None


def test_a_statement_is_prepared_when_it_is_run_again(session: Session) -> None:
    fixed = FixedRows(select(func.length(bindparam("prepared_text", type_=Text()))))
    assert [fixed.scalar(session, {"prepared_text": text}) for text in ("a", "bb", "ccc")] == [1, 2, 3]
    known = session.connection().exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars()
    assert any("length(" in statement for statement in known)


def test_a_list_of_any_length_is_refused(session: Session) -> None:
    with pytest.raises(TypeError, match="any_"):
        FixedRows(select(Organization.id).where(Organization.id.in_(bindparam("ids")))).all(session, {"ids": [ONE]})


def test_a_missing_value_is_an_error(session: Session) -> None:
    with pytest.raises(KeyError):
        FixedRecords(select(Organization).where(Organization.id == bindparam("org_id"))).records(session, {})


def test_errors_are_those_of_sqlalchemy(session: Session) -> None:
    with pytest.raises(DataError, match="invalid input syntax"):
        FixedRows(select(cast(bindparam("text", type_=Text()), Integer()))).all(session, {"text": "x"})


def test_a_lock_is_taken(whole: Database, session: Session) -> None:
    wanted = select(Organization).order_by(Organization.id).fetch(1).with_for_update(nowait=True)
    held = FixedRecords(wanted).load(session, {})
    assert held is not None
    with whole.session() as other:
        with pytest.raises(OperationalError, match="could not obtain lock"):
            FixedRecords(wanted).load(other, {})
        other.rollback()


def test_records_are_nobodys_and_objects_are_the_sessions(session: Session) -> None:
    fixed = FixedRecords(select(OrganizationSettings).order_by(OrganizationSettings.id).fetch(1))
    read, loaded = fixed.record(session, {}), fixed.load(session, {})
    assert read is not None
    assert loaded is not None
    assert (read in session, loaded in session, loaded in session.dirty) == (False, True, False)
    assert fixed.load(session, {}) is loaded is session.get(OrganizationSettings, loaded.id)
    assert columns_of(read) == columns_of(loaded)


def test_what_the_session_holds_stays_unless_the_query_says_otherwise(session: Session) -> None:
    wanted = select(OrganizationSettings).order_by(OrganizationSettings.id).fetch(1)
    kept, fresh = FixedRecords(wanted), FixedRecords(wanted.execution_options(populate_existing=True))
    row = kept.load(session, {})
    assert row is not None
    before, row.default_unit = row.default_unit, "ZZZ"
    assert kept.load(session, {}) is row
    assert (row.default_unit, set(row.pending_changes())) == ("ZZZ", {"default_unit"})
    assert fresh.load(session, {}) is row
    assert (row.default_unit, row.pending_changes()) == (before, {})
    session.flush()
    assert session.scalar(select(OrganizationSettings.version).where(OrganizationSettings.id == row.id)) == row.version


def test_what_the_session_had_expired_is_read(session: Session) -> None:
    fixed = FixedRecords(select(OrganizationSettings).order_by(OrganizationSettings.id).fetch(1))
    row = fixed.load(session, {})
    assert row is not None
    zone, row.default_unit = row.timezone, "ZZZ"
    session.expire(row, ["timezone"])
    assert fixed.load(session, {}) is row
    assert (vars(row)["timezone"], row.default_unit) == (zone, "ZZZ")


def test_a_key_of_several_columns_is_found_again(session: Session) -> None:
    fixed = FixedRecords(select(AwardLine).order_by(AwardLine.award_id, AwardLine.position).fetch(2))
    one, other = fixed.load_all(session, {})
    assert one is not other
    assert [one, other] == fixed.load_all(session, {})
