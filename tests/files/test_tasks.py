import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select

from b2b_market.files import public, tasks
from b2b_market.files.commands import ClaimQuarantined, SettleScan
from b2b_market.files.models import StoredFile
from b2b_market.files.permissions import FilePermission
from b2b_market.files.service import scanning
from b2b_market.files.states import FileKind, FileStatus
from b2b_market.infra.antivirus import Scanner, ScannerUnavailable
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.who import Cause
from b2b_market.kernel.refusal import Forbidden, IllegalStep
from b2b_market.rbac.actor import system_actor
from tests.files.samples import PDF, SAMPLES
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

OWNER = plain_actor(*FilePermission)
MACHINE = system_actor("schedule")


@pytest.fixture
def runtime(runtime: Runtime, tmp_path: Path) -> Runtime:
    """The usual means, with a store of this test's own and a scanner set."""
    changed = {"data_dir": tmp_path, "clamd_address": "127.0.0.1:1"}
    return replace(runtime, settings=runtime.settings.model_copy(update=changed))


def stored(runtime: Runtime) -> UUID:
    return public.store(runtime, OWNER, Cause("test", new_correlation()), SAMPLES[FileKind.PDF]).id


def row(runtime: Runtime, file_id: UUID) -> StoredFile:
    with work_for(runtime, OWNER) as work:
        return work.session.scalars(select(StoredFile).where(StoredFile.id == file_id)).one()


def actions(runtime: Runtime, file_id: UUID) -> list[str]:
    with work_for(runtime, MACHINE) as work:
        work.act_for(Tenant(machine=True))
        found = select(AuditEvent.action).where(AuditEvent.object_id == file_id).order_by(AuditEvent.id)
        return list(work.session.scalars(found))


def says(monkeypatch: pytest.MonkeyPatch, verdict: str | Exception | None) -> list[bytes]:
    """Let the scanner give ``verdict``; return what it was shown."""
    shown: list[bytes] = []

    def find(_scanner: Scanner, parts: object) -> str | None:
        shown.append(b"".join(parts))  # type: ignore[arg-type]  # an iterator of bytes
        if isinstance(verdict, Exception):
            raise verdict
        return verdict

    monkeypatch.setattr(Scanner, "find", find)
    return shown


def test_a_clean_file_is_released(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id, shown = stored(runtime), says(monkeypatch, None)
    assert tasks.scan(runtime) == 1
    assert shown == [PDF]
    assert row(runtime, file_id).status is FileStatus.AVAILABLE
    assert actions(runtime, file_id) == ["file.stored", "file.released"]
    assert tasks.scan(runtime) == 0


def test_a_harmful_file_is_condemned(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = stored(runtime)
    says(monkeypatch, "Eicar-Test-Signature")
    assert tasks.scan(runtime) == 1
    found = row(runtime, file_id)
    assert (found.status, found.scan_result) == (FileStatus.CONDEMNED, "Eicar-Test-Signature")
    assert actions(runtime, file_id) == ["file.stored", "file.condemned"]


def test_without_a_verdict_the_file_stays_in_quarantine_until_its_lease_ends(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = stored(runtime)
    says(monkeypatch, ScannerUnavailable("down"))
    assert tasks.scan(runtime) == 0
    assert row(runtime, file_id).status is FileStatus.QUARANTINED
    says(monkeypatch, None)
    assert tasks.scan(runtime) == 0
    later = replace(runtime, shift=scanning.LEASE + timedelta(seconds=1))
    assert tasks.scan(later) == 1
    assert row(runtime, file_id).status is FileStatus.AVAILABLE


def test_without_a_scanner_nothing_is_released(runtime: Runtime) -> None:
    file_id = stored(runtime)
    unguarded = replace(runtime, settings=runtime.settings.model_copy(update={"clamd_address": None}))
    assert tasks.scan(unguarded) == 0
    assert row(runtime, file_id).status is FileStatus.QUARANTINED


def test_lost_bytes_do_not_stop_the_others(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    lost, kept = stored(runtime), stored(runtime)
    (runtime.settings.data_dir / "files" / row(runtime, lost).storage_key).unlink()
    says(monkeypatch, None)
    assert tasks.scan(runtime) == 1
    assert row(runtime, lost).status is FileStatus.QUARANTINED
    assert row(runtime, kept).status is FileStatus.AVAILABLE


def test_a_second_verdict_changes_nothing(runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
    file_id = stored(runtime)
    with work_for(runtime, MACHINE) as work:
        waiting = scanning.claim_quarantined(work, MACHINE, ClaimQuarantined(5))
    with work_for(runtime, MACHINE) as work:
        scanning.settle_scan(work, MACHINE, SettleScan(file_id, None))
    with work_for(runtime, MACHINE) as work, pytest.raises(IllegalStep):
        scanning.settle_scan(work, MACHINE, SettleScan(file_id, "late"))
    says(monkeypatch, "late")
    assert tasks._scan_one(runtime, Scanner("127.0.0.1:1"), waiting[0]) == 0
    assert row(runtime, file_id).status is FileStatus.AVAILABLE


def test_people_do_not_do_the_machines_work(runtime: Runtime) -> None:
    with work_for(runtime, OWNER) as work, pytest.raises(Forbidden):
        scanning.claim_quarantined(work, OWNER, ClaimQuarantined(1))


def test_the_sweep_takes_old_blobs_without_a_row_and_nothing_else(runtime: Runtime) -> None:
    file_id = stored(runtime)
    known = row(runtime, file_id).storage_key
    abandoned = public.prepare(runtime.settings, SAMPLES[FileKind.CSV]).storage_key
    young = public.prepare(runtime.settings, SAMPLES[FileKind.TEXT]).storage_key
    folder = runtime.settings.data_dir / "files"
    for key in (known, abandoned):
        old = (folder / key).stat().st_mtime - tasks.ABANDONED_AFTER.total_seconds() - 60
        os.utime(folder / key, (old, old))
    assert tasks.sweep(runtime) == 1
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert left == {known, young}
    assert tasks.sweep(runtime) == 0


def test_both_tasks_are_scheduled() -> None:
    assert {(task.name, task.every) for task in tasks.TASKS} == {("files.scan", 10.0), ("files.sweep", 21600.0)}
