"""Veiled entries: read by their own company alone until the veil is lifted, and provable all the while."""

import json
from collections.abc import Sequence
from uuid import UUID

import pytest

from b2b_market.audit.commands import ListEntries, ReadEntry, ReadTimeline
from b2b_market.audit.permissions import AuditPermission
from b2b_market.audit.rules.findings import Fault
from b2b_market.audit.rules.lines import VEILED_FORMAT, entry_line
from b2b_market.audit.rules.verification import verify_export
from b2b_market.audit.service.downloading import log_keys
from b2b_market.audit.service.exploring import list_entries, read_entry, read_timeline
from b2b_market.infra.audit_trail import AuditDetail, AuditEvent, Entry
from b2b_market.infra.database import Tenant, set_tenant
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime
from b2b_market.kernel.refusal import NotFound
from b2b_market.rbac.actor import Actor
from tests.audit.conftest import OwnerDoes
from tests.audit.test_export import export_of, verified, whole_export
from tests.audit.trails import entry, rows, seal, write
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

pytestmark = pytest.mark.committed
RIGHTS = (AuditPermission.READ, AuditPermission.EXPORT)


def auditor() -> Actor:
    return plain_actor(*RIGHTS, platform="auditor")


def veiled(owner: Actor, veil: UUID, thing: UUID) -> Entry:
    told = entry(owner.org_id, thing=thing)
    return Entry(
        told.action, told.object_type, thing, 1, told.visible_to, changes=told.changes, state_hash=bytes(32), veil=veil
    )


def lift(runtime: Runtime, veil: UUID) -> None:
    someone = plain_actor()
    with work_for(runtime, someone) as work:
        work.lift_veil(veil)
        work.lift_veil(veil)


def things_read_by(runtime: Runtime, actor: Actor) -> list[UUID | None]:
    with work_for(runtime, actor) as work:
        return [found.object_id for found in list_entries(work, actor, ListEntries()).items]


def kept_for(runtime: Runtime, tenant: Tenant) -> tuple[int, int, int, int]:
    """Return how many rows of trail, values, places and lists the database itself shows to a tenant."""
    with runtime.database.session() as session:
        set_tenant(session, tenant)
        counts = [
            session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608 - fixed names
            for table in (AuditEvent.__tablename__, AuditDetail.__tablename__, "audit_leaf", "audit_party")
        ]
    first, second, third, fourth = counts
    return first, second, third, fourth


def test_until_it_is_lifted_only_the_own_company_reads_a_veiled_entry(fresh: Runtime) -> None:
    ours, theirs, platform = plain_actor(*RIGHTS), plain_actor(*RIGHTS), auditor()
    veil, thing, plain = new_id(), new_id(), new_id()
    write(fresh, veiled(ours, veil, thing), entry(ours.org_id, thing=plain))
    for sealed in (False, True):
        if sealed:
            seal(fresh)
        assert set(things_read_by(fresh, ours)) == {thing, plain}
        assert things_read_by(fresh, theirs) == []
        assert things_read_by(fresh, platform) == [plain]
    (event_id,) = (row[0] for row in rows(fresh, f"SELECT id FROM audit_event WHERE object_id = '{thing}'"))  # noqa: S608
    command = ReadEntry(event_id, log_keys(fresh))
    with work_for(fresh, ours) as work:
        assert read_entry(work, ours, command).verdict.value == "proven"
    with work_for(fresh, platform) as work, pytest.raises(NotFound):
        read_entry(work, platform, command)
    with work_for(fresh, platform) as work:
        assert read_timeline(work, platform, ReadTimeline("thing", thing, 10)) == []
    lift(fresh, veil)
    assert set(things_read_by(fresh, platform)) == {thing, plain}
    assert things_read_by(fresh, theirs) == []
    with work_for(fresh, platform) as work:
        assert read_entry(work, platform, command).verdict.value == "proven"


def test_the_database_itself_shows_the_auditor_none_of_it(fresh: Runtime) -> None:
    ours, veil = plain_actor(), new_id()
    write(fresh, veiled(ours, veil, new_id()), entry(ours.org_id))
    seal(fresh)
    assert kept_for(fresh, Tenant(platform="auditor")) == (1, 1, 1, 0)
    assert kept_for(fresh, Tenant(platform="operator")) == (0, 0, 0, 0)
    assert kept_for(fresh, ours.tenant()) == (2, 2, 2, 2)
    lift(fresh, veil)
    assert kept_for(fresh, Tenant(platform="auditor")) == (2, 2, 2, 0)


def test_one_veil_does_not_lift_another(fresh: Runtime) -> None:
    ours, platform = plain_actor(), auditor()
    first, second, thing = new_id(), new_id(), new_id()
    write(fresh, veiled(ours, first, new_id()), veiled(ours, second, thing))
    lift(fresh, second)
    assert things_read_by(fresh, platform) == [thing]


def test_the_auditors_export_verifies_with_places_and_hashes_alone(fresh: Runtime) -> None:
    ours, veil, thing = plain_actor(*RIGHTS), new_id(), new_id()
    write(fresh, entry(), veiled(ours, veil, thing), veiled(ours, veil, thing), entry())
    seal(fresh)
    write(fresh, veiled(ours, veil, thing))
    platform = auditor()
    lines = export_of(fresh, platform, platform.tenant())
    report = verified(fresh, lines)
    assert (report.findings, report.tally.entries, report.head) == ((), 4, 4)
    assert [notice.facts for notice in report.notices if "held back" in notice.message] == [{"count": 2, "first": 1}]
    told = b"".join(lines)
    assert [one for one in (ours.org_id, veil, thing) if str(one).encode() in told] == []
    assert json.loads(lines[0])["statement"]["format"] == VEILED_FORMAT
    # the entry that waits for the sealer is not counted: what does is the note of the export itself
    assert report.tally.unsealed == 1
    own = export_of(fresh, ours, ours.tenant())
    assert (verify_export(own, trusted=log_keys(fresh)).tally.entries, own[0].count(b"veiled")) == (2, 0)
    lift(fresh, veil)
    report = verified(fresh, export_of(fresh, platform, platform.tenant()))
    assert (report.findings, report.tally.entries) == ((), 4)
    assert not [notice for notice in report.notices if "held back" in notice.message]


def test_the_whole_export_of_the_command_line_holds_nothing_back(fresh: Runtime) -> None:
    write(fresh, veiled(plain_actor(), new_id(), new_id()))
    seal(fresh)
    lines = whole_export(fresh)
    assert b"veiled" not in b"".join(lines)
    assert verified(fresh, lines).tally.entries == 1


class TestTampering:
    """What somebody does who rules the database or the file, while entries are held back."""

    @pytest.fixture
    def log(self, fresh: Runtime) -> Runtime:
        write(fresh, entry(), veiled(plain_actor(), new_id(), new_id()), entry())
        seal(fresh)
        return fresh

    def exported(self, log: Runtime) -> list[bytes]:
        platform = auditor()
        return export_of(log, platform, platform.tenant())

    def test_an_entry_that_is_lost_is_not_taken_for_a_veiled_one(self, log: Runtime, owner_does: OwnerDoes) -> None:
        for index in (0, 1):
            assert verified(log, self.exported(log)).exit_code == (Fault.MISSING if index else 0)
            owner_does(
                f"DELETE FROM audit_event WHERE id = (SELECT event_id FROM audit_leaf WHERE leaf_index = {index})"  # noqa: S608
            )
            report = verified(log, self.exported(log))
            assert (report.exit_code, report.first_index) == (Fault.MISSING, 0)

    def test_a_veiled_entry_that_is_altered_shows_once_the_veil_is_lifted(
        self, log: Runtime, owner_does: OwnerDoes
    ) -> None:
        owner_does("UPDATE audit_event SET outcome = 'denied' WHERE veil IS NOT NULL")
        (veil,) = (row[0] for row in rows(log, "SELECT veil FROM audit_event WHERE veil IS NOT NULL"))
        lift(log, veil)
        report = verified(log, self.exported(log))
        assert (report.exit_code, report.first_index) == (Fault.ALTERED, 1)

    def test_in_the_file_no_entry_can_be_passed_off_as_veiled(self, log: Runtime) -> None:
        lines = self.exported(log)
        places = [number for number, line in enumerate(lines) if b'"leaf_index":0' in line]
        hash_ = bytes.fromhex(json.loads(lines[places[0]])["leaf_hash"])
        bent = [*lines]
        bent[places[0]] = entry_line(None, 0, hash_).replace(b"}\n", b',"veiled":true}\n')
        assert found(log, bent) == (Fault.MISSING, 0)
        # the signed heading says which are: another list is another statement
        head = json.loads(lines[0])
        head["statement"]["veiled"] = [0, 1]
        bent[0] = json.dumps(head, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        assert verified(log, bent).exit_code == Fault.SIGNATURE

    def test_the_hash_of_a_veiled_entry_cannot_be_exchanged(self, log: Runtime) -> None:
        bent = [
            line.replace(json.loads(line)["leaf_hash"].encode(), b"ab" * 32) if b'"veiled":true' in line else line
            for line in self.exported(log)
        ]
        assert found(log, bent)[0] == Fault.ALTERED


def found(log: Runtime, lines: Sequence[bytes]) -> tuple[int, int | None]:
    report = verified(log, list(lines))
    return report.exit_code, report.first_index
