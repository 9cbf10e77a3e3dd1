"""The database writes an entry exactly as RFC 8785 wants it: compared with the library that implements it."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, literal, select

from b2b_market.audit.queries.trail import SEALED
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.canonical import canonical
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.merkle import leaf_hash

TEXTS = st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), max_size=40)
# Canonical keys are ASCII, as field names are.
NAMES = st.text(st.characters(min_codepoint=1, max_codepoint=127), max_size=20)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))  # noqa: DTZ001 - Hypothesis takes naive bounds
ROWS = st.fixed_dictionaries(
    {
        "id": st.uuids(),
        "schema_version": st.integers(min_value=0, max_value=2**31 - 1),
        "occurred_at": MOMENTS,
        "actor_kind": TEXTS,
        "actor_user_id": st.none() | st.uuids(),
        "actor_org_id": st.none() | st.uuids(),
        "session": TEXTS,
        "channel": TEXTS,
        "network": st.none() | TEXTS,
        "action": TEXTS,
        "object_type": TEXTS,
        "object_id": st.none() | st.uuids(),
        "object_version": st.none() | st.integers(min_value=-(2**31), max_value=2**31 - 1),
        "visible_to": st.lists(st.uuids(), max_size=4),
        "outcome": TEXTS,
        "rule": st.none() | TEXTS,
        "changed": st.lists(TEXTS, max_size=4),
        "commitments": st.dictionaries(NAMES, st.tuples(HASHES, HASHES).map(list), max_size=5),
        "state_hash": st.none() | st.binary(min_size=32, max_size=32),
        "correlation_id": TEXTS,
        "idempotency_key": st.none() | TEXTS,
        "cause_event_id": st.none() | st.uuids(),
    }
)


@given(row=ROWS)
@settings(max_examples=200)
def test_the_database_writes_canonical_json(base_runtime: Runtime, row: dict[str, Any]) -> None:
    arguments = [literal(row[column.name], column.type) for column in SEALED]
    with base_runtime.database.session() as session:
        text, leaf = session.execute(select(func.audit_entry_text(*arguments), func.audit_leaf_hash(*arguments))).one()
        session.rollback()
    expected = canonical(row)
    assert text.encode() == expected
    assert bytes(leaf) == leaf_hash(expected)


def test_the_functions_cover_every_column_of_the_trail() -> None:
    covered = {column.name for column in SEALED}
    assert {column.name for column in AuditEvent.__table__.columns} - covered <= {"xid", "leaf_hash", "veil"}
