"""Exports of a real database, verified; and the same after somebody who rules the database has been at work."""

from dataclasses import replace
from uuid import UUID

import pytest

from b2b_market.audit.commands import BeginExport
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.rules.findings import Fault, Report
from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import chunked, export_stream, log_keys
from b2b_market.audit.service.exporting import begin_export
from b2b_market.audit.states import Reach
from b2b_market.identity.models import User
from b2b_market.identity.states import UserKind
from b2b_market.infra.database import Database, Tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.refusal import Forbidden, NotFound, Unauthenticated
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from b2b_market.ui.language import Language
from b2b_market.ui.viewer import Density, Theme
from tests.audit.conftest import OwnerDoes
from tests.audit.trails import entry, rows, seal, sealer, write, write_many
from tests.support.plain_actors import plain_actor

pytestmark = pytest.mark.committed
CAUSE = Cause("test", new_correlation())
MACHINE = Tenant(machine=True)


def export_of(runtime: Runtime, actor: Actor, tenant: Tenant, held: tuple[int, ...] = ()) -> list[bytes]:
    with runtime.work(actor.who, tenant, CAUSE) as work:
        plan = begin_export(work, actor, BeginExport(held))
    return b"".join(export_stream(runtime, actor, tenant, CAUSE, plan)).splitlines(keepends=True)


def whole_export(runtime: Runtime) -> list[bytes]:
    return export_of(runtime, system_actor("export"), MACHINE)


def verified(runtime: Runtime, lines: list[bytes]) -> Report:
    """Verify with the keys and the witness of the installation."""
    with sealer(runtime).witness.path.open("rb") as witness:
        return verify_export(lines, witness=witness, trusted=log_keys(runtime))


def add_user(runtime: Runtime, *, announced: bool = True) -> UUID:
    """Make a business row as its operation does, or behind the trail's back."""
    actor = system_actor("test")
    with runtime.work(actor.who, MACHINE, CAUSE) as work:
        user = User(
            id=new_id(),
            kind=UserKind.PERSON,
            email="somebody@example.com",
            email_key=str(new_id()),
            name="Somebody",
            locale=Language.EN,
            timezone="UTC",
            theme=Theme.AUTO,
            density=Density.DEFAULT,
            single_key_shortcuts=True,
            password_hash="",
            created_at=work.now(),
            changed_at=work.now(),
            password_changed_at=work.now(),
        )
        work.session.add(user)
        if announced:
            work.record("user.made", user)
    return user.id


def rename_user(runtime: Runtime, user_id: UUID) -> None:
    actor = system_actor("test")
    with runtime.work(actor.who, MACHINE, CAUSE) as work:
        user = work.session.get_one(User, user_id)
        user.name = "Somebody Else"
        work.record("user.renamed", user)


@pytest.fixture
def seeing_all(fresh: Runtime, owner_database: Database) -> Runtime:
    """The runtime with the login that sees every row, as the command line exports."""
    return replace(fresh, database=owner_database)


def test_an_untouched_log_is_sound_and_everything_is_counted(fresh: Runtime, seeing_all: Runtime) -> None:
    user_id = add_user(fresh)
    write_many(fresh, 30)
    seal(fresh)
    rename_user(fresh, user_id)
    write_many(fresh, 2)
    report = verified(fresh, whole_export(seeing_all))
    assert report.findings == ()
    assert report.exit_code == 0
    assert report.tally.entries == report.head == 31
    # the renaming, the two others, and the note of the export itself
    assert report.tally.unsealed == 4
    assert report.tally.states == 1
    assert report.tally.checkpoints == report.tally.witnessed >= 1


def test_an_export_is_noted_before_it_is_written(fresh: Runtime) -> None:
    lines = whole_export(fresh)
    assert rows(fresh, "SELECT action, channel FROM audit_event") == [("audit.exported", "test")]
    assert any(b'"action":"audit.exported"' in line for line in lines)


def test_an_empty_log_can_be_exported(fresh: Runtime) -> None:
    report = verify_export(whole_export(fresh))
    assert report.exit_code == 0
    assert report.head == 0


def test_the_export_outlives_many_checkpoints_and_tiles(fresh: Runtime) -> None:
    write_many(fresh, 1500)
    seal(fresh, batch=100)
    write_many(fresh, 900)
    seal(fresh)
    report = verified(fresh, whole_export(fresh))
    assert report.exit_code == 0
    assert report.head == 2400


SEVENTH = "(SELECT event_id FROM audit_leaf WHERE leaf_index = 7)"
SWAP = """
    UPDATE audit_leaf SET leaf_index = leaf_index + 1000 WHERE leaf_index IN (2, 9);
    UPDATE audit_leaf SET leaf_index = 1011 - leaf_index WHERE leaf_index >= 1000;
"""
EDIT_WITH_RECORD = """
    UPDATE audit_event SET outcome = 'denied' WHERE id = SEVENTH;
    UPDATE audit_checkpoint SET leaf_hashes =
        overlay(leaf_hashes PLACING leaf_hash FROM (7 - covers_from)::integer * 32 + 1)
    FROM audit_event WHERE id = SEVENTH AND size > 7 AND covers_from <= 7;
"""
ATTRIBUTE = "UPDATE audit_event SET actor_user_id = gen_random_uuid() WHERE id = SEVENTH"
RECOMMIT = """UPDATE audit_event SET commitments = commitments || '{"x": ["y", "z"]}' WHERE id = SEVENTH"""
TAMPERED: dict[str, tuple[str, Fault, int | None]] = {
    "a field edited": ("UPDATE audit_event SET outcome = 'denied' WHERE id = SEVENTH", Fault.ALTERED, 7),
    "the actor replaced": (ATTRIBUTE, Fault.ALTERED, 7),
    "commitments replaced": (RECOMMIT, Fault.ALTERED, 7),
    "an entry deleted": ("DELETE FROM audit_event WHERE id = SEVENTH", Fault.MISSING, 7),
    "a place deleted": ("DELETE FROM audit_leaf WHERE leaf_index = 3", Fault.MISSING, 3),
    "two entries swapped": (SWAP, Fault.ALTERED, 2),
    "the recorded hash altered too": (EDIT_WITH_RECORD, Fault.ALTERED, None),
    "roots altered": ("UPDATE audit_checkpoint SET root = sha256('x')", Fault.SIGNATURE, None),
    "times altered": ("UPDATE audit_checkpoint SET signed_at = now()", Fault.SIGNATURE, None),
    "a row renamed": ("UPDATE identity_user SET name = 'Nobody'", Fault.SEMANTIC, None),
    "a version raised": ("UPDATE identity_user SET version = version + 1", Fault.SEMANTIC, None),
    "a row deleted": ("DELETE FROM identity_user", Fault.SEMANTIC, None),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_an_administrator_does_to_the_database_is_found(
    fresh: Runtime, seeing_all: Runtime, owner_does: OwnerDoes, what: str
) -> None:
    statement, fault, index = TAMPERED[what]
    add_user(fresh)
    write_many(fresh, 10)
    seal(fresh)
    assert verified(fresh, whole_export(seeing_all)).exit_code == 0
    owner_does(statement.replace("SEVENTH", SEVENTH))
    report = verified(fresh, whole_export(seeing_all))
    assert report.exit_code == fault, report
    if index is not None:
        assert report.first_index == index


def test_a_row_made_behind_the_trails_back_is_found(fresh: Runtime, seeing_all: Runtime) -> None:
    add_user(fresh)
    seal(fresh)
    assert verified(fresh, whole_export(seeing_all)).exit_code == 0
    add_user(fresh, announced=False)
    assert verified(fresh, whole_export(seeing_all)).exit_code == Fault.SEMANTIC


def test_an_event_slipped_in_by_hand_later_is_found(fresh: Runtime, owner_tries: OwnerDoes) -> None:
    write_many(fresh, 4)
    seal(fresh)
    owner_tries(
        "INSERT INTO audit_event (id, schema_version, occurred_at, actor_kind, session, channel, action, object_type, "
        "visible_to, outcome, changed, commitments, correlation_id) SELECT '01900000-0000-7000-8000-000000000001', "
        "schema_version, occurred_at - interval '2 years', actor_kind, session, channel, action, object_type, "
        "visible_to, outcome, changed, commitments, correlation_id FROM audit_event LIMIT 1"
    )
    seal(fresh)
    report = verified(fresh, whole_export(fresh))
    assert report.exit_code == Fault.ALTERED
    assert report.first_index == 4


def test_a_database_set_back_is_found_by_the_witness_alone(fresh: Runtime, owner_does: OwnerDoes) -> None:
    write_many(fresh, 4)
    seal(fresh)
    write_many(fresh, 4)
    seal(fresh)
    owner_does(
        "DELETE FROM audit_event e USING audit_leaf l WHERE l.event_id = e.id AND l.leaf_index >= 4; "
        "DELETE FROM audit_leaf WHERE leaf_index >= 4; DELETE FROM audit_checkpoint WHERE size > 4"
    )
    lines = whole_export(fresh)
    assert verify_export(lines).exit_code == 0
    report = verified(fresh, lines)
    assert report.exit_code == Fault.ROLLBACK
    assert report.first_index == 4


def test_a_company_gets_its_own_entries_with_proofs_and_no_others(fresh: Runtime) -> None:
    ours, theirs = plain_actor(AuditPermission.EXPORT), plain_actor(AuditPermission.EXPORT)
    for _ in range(3):
        write(fresh, entry(ours.org_id), entry(theirs.org_id), entry(theirs.org_id, ours.org_id), entry())
        seal(fresh)
    write(fresh, entry(ours.org_id), entry(theirs.org_id))
    lines = export_of(fresh, ours, ours.tenant())
    report = verify_export(lines, trusted=log_keys(fresh))
    assert report.findings == ()
    assert report.tally.entries == 6
    # the entry written last, and the note of this export
    assert report.tally.unsealed == 2
    assert not any(str(theirs.org_id).encode() in line and str(ours.org_id).encode() not in line for line in lines)


def test_an_own_export_proves_that_the_log_only_grew_since_what_the_company_keeps(
    fresh: Runtime, owner_does: OwnerDoes
) -> None:
    ours = plain_actor(AuditPermission.EXPORT)
    for _ in range(3):
        write(fresh, entry(ours.org_id), entry())
        seal(fresh)
    held = tuple(size for (size,) in rows(fresh, "SELECT size FROM audit_checkpoint"))
    report = verified(fresh, export_of(fresh, ours, ours.tenant(), held))
    assert report.findings == ()
    assert report.tally.witnessed == len(held)
    owner_does("UPDATE audit_event SET outcome = 'denied'")
    assert verified(fresh, export_of(fresh, ours, ours.tenant(), held)).exit_code == Fault.ALTERED


def test_a_checkpoint_that_is_none_cannot_be_held(fresh: Runtime) -> None:
    ours = plain_actor(AuditPermission.EXPORT)
    with pytest.raises(NotFound):
        export_of(fresh, ours, ours.tenant(), (12,))
    assert rows(fresh, "SELECT count(*) FROM audit_event") == [(0,)]


def test_the_auditor_gets_every_entry(fresh: Runtime) -> None:
    auditor = plain_actor(AuditPermission.EXPORT, platform="auditor")
    write(fresh, entry(new_id()), entry())
    seal(fresh)
    report = verified(fresh, export_of(fresh, auditor, auditor.tenant()))
    assert report.findings == ()
    assert report.tally.entries == 2
    assert report.tally.states == 0


@pytest.mark.parametrize("actor", [plain_actor(AuditPermission.READ), anonymous()], ids=["reader", "stranger"])
def test_nobody_else_exports(fresh: Runtime, actor: Actor) -> None:
    with fresh.work(actor.who, actor.tenant(), CAUSE) as work, pytest.raises((Forbidden, Unauthenticated)):
        begin_export(work, actor, BeginExport())
    assert rows(fresh, "SELECT count(*) FROM audit_event") == [(0,)]


def test_parts_hold_whole_lines_and_all_of_them() -> None:
    lines = [b"x" * 999 + b"\n" for _ in range(200)]
    parts = list(chunked(iter(lines)))
    assert b"".join(parts) == b"".join(lines)
    assert len(parts) == 4
    assert all(part.endswith(b"\n") for part in parts)
    assert list(chunked(iter([]))) == []


def test_reach_is_told_in_the_first_line(fresh: Runtime) -> None:
    assert f'"reach":"{Reach.ALL}"'.encode() in whole_export(fresh)[0]
