import hashlib
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import select, text, update

from b2b_market.files import public
from b2b_market.files.commands import AdmitUpload, PreparedFile, Upload
from b2b_market.files.models import StoredFile
from b2b_market.files.permissions import GRANTS, FilePermission
from b2b_market.files.rules.refusals import FileCondemned, FileInQuarantine, FileTypeMismatch, FileUnsafe
from b2b_market.files.service import storing
from b2b_market.files.states import FileKind, FileStatus
from b2b_market.infra.audit_trail import AuditEvent
from b2b_market.infra.database import Tenant
from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.ids import new_id
from b2b_market.infra.runtime import Runtime, new_correlation
from b2b_market.infra.sandbox import FileNotReadable
from b2b_market.infra.storage import BlobStore
from b2b_market.infra.who import Cause
from b2b_market.infra.zip_inspection import ArchiveTooLarge, ArchiveUnsafe
from b2b_market.kernel.permission import Role
from b2b_market.kernel.refusal import Forbidden, NotFound, Refusal, Unauthenticated
from b2b_market.rbac.actor import Actor, anonymous, system_actor
from tests.files.samples import DOCX_TYPE, PDF, SAMPLES, XLSX_TYPE, container, docx, xlsx
from tests.support.plain_actors import plain_actor
from tests.support.works import work_for

OWNER = plain_actor(*FilePermission)
STRANGER = plain_actor(*FilePermission)
UPLOAD = SAMPLES[FileKind.PDF]


@pytest.fixture
def runtime(runtime: Runtime, tmp_path: Path) -> Runtime:
    """The usual means, with a store of this test's own."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"data_dir": tmp_path}))


def guarded(runtime: Runtime) -> Runtime:
    """The same, with a scanner set."""
    return replace(runtime, settings=runtime.settings.model_copy(update={"clamd_address": "127.0.0.1:1"}))


def stored(runtime: Runtime, upload: Upload = UPLOAD, actor: Actor = OWNER, *readers: UUID) -> public.FileView:
    return public.store(runtime, actor, Cause("test", new_correlation()), upload, readers)


def blobs(runtime: Runtime) -> list[Path]:
    return [path for path in (runtime.settings.data_dir / "files").rglob("*") if path.is_file()]


def rows(runtime: Runtime) -> int:
    machine = system_actor("test")
    with work_for(runtime, machine) as work:
        work.act_for(Tenant(machine=True))
        return len(work.session.scalars(select(StoredFile.id)).all())


def trail(runtime: Runtime, file_id: UUID) -> list[tuple[str, list[UUID]]]:
    machine = system_actor("test")
    with work_for(runtime, machine) as work:
        work.act_for(Tenant(machine=True))
        found = select(AuditEvent.action, AuditEvent.visible_to).where(AuditEvent.object_id == file_id)
        return [(action, list(orgs)) for action, orgs in work.session.execute(found.order_by(AuditEvent.id))]


def opened(runtime: Runtime, actor: Actor, file_id: UUID) -> public.FileView:
    with work_for(runtime, actor) as work:
        return public.open_file(work, actor, file_id)


class TestStoring:
    @pytest.mark.parametrize("kind", FileKind)
    def test_every_accepted_type_is_stored_and_comes_back_whole(self, runtime: Runtime, kind: FileKind) -> None:
        sample = SAMPLES[kind]
        view = stored(runtime, sample)
        assert (view.name, view.kind, view.size) == (sample.name, kind, len(sample.content))
        assert view.sha256 == hashlib.sha256(sample.content).hexdigest()
        assert view.status is FileStatus.AVAILABLE
        assert view.org_id == OWNER.org_id
        assert public.read(runtime.settings, opened(runtime, OWNER, view.id)) == sample.content

    def test_the_trail_tells_whose_file_it_is(self, runtime: Runtime) -> None:
        view = stored(runtime)
        assert trail(runtime, view.id) == [("file.stored", [OWNER.org_id])]

    def test_addresses_are_random_and_one_content_may_be_stored_twice(self, runtime: Runtime) -> None:
        one, other = stored(runtime), stored(runtime)
        assert one.id.version == other.id.version == 4
        assert one.sha256 == other.sha256
        assert one.storage_key != other.storage_key
        assert len(blobs(runtime)) == 2

    def test_the_name_of_the_blob_is_its_hash(self, runtime: Runtime) -> None:
        view = stored(runtime)
        assert view.storage_key == f"{view.sha256[:2]}/{view.sha256}/{view.id}"

    def test_handlers_store_for_the_one_company_they_act_for(self, runtime: Runtime) -> None:
        machine = system_actor("contracts.draft", OWNER.org_id)
        view = stored(runtime, actor=machine)
        assert view.org_id == OWNER.org_id
        assert opened(runtime, OWNER, view.id).id == view.id

    def test_a_crash_between_store_and_row_leaves_a_blob_nobody_can_reach(self, runtime: Runtime) -> None:
        prepared = public.prepare(runtime.settings, UPLOAD)
        assert isinstance(prepared, PreparedFile)
        assert len(blobs(runtime)) == 1
        assert rows(runtime) == 0
        with pytest.raises(NotFound):
            opened(runtime, OWNER, prepared.id)

    def test_a_store_out_of_reach_leaves_no_row(self, runtime: Runtime, monkeypatch: pytest.MonkeyPatch) -> None:
        def out_of_reach(*_: object) -> None:
            raise Unavailable(retry_after="30")

        monkeypatch.setattr(BlobStore, "put", out_of_reach)
        with pytest.raises(Unavailable):
            stored(runtime)
        assert rows(runtime) == 0

    @pytest.mark.parametrize(
        ("actor", "refusal"),
        [(plain_actor(FilePermission.READ), Forbidden), (plain_actor(), Forbidden), (anonymous(), Unauthenticated)],
    )
    def test_only_who_may_upload_does(self, runtime: Runtime, actor: Actor, refusal: type[Refusal]) -> None:
        prepared = public.prepare(runtime.settings, UPLOAD)
        with work_for(runtime, actor) as work:
            with pytest.raises(refusal):
                storing.admit_upload(work, actor, AdmitUpload())
            with pytest.raises(refusal):
                public.register(work, actor, prepared)
        assert rows(runtime) == 0

    def test_who_may_upload_is_admitted(self, runtime: Runtime) -> None:
        with work_for(runtime, OWNER) as work:
            storing.admit_upload(work, OWNER, AdmitUpload())


class TestHostileContainers:
    def zipped(self, **parts: bytes) -> bytes:
        buffer = BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("[Content_Types].xml", b"<x/>")
            archive.writestr("xl/workbook.xml", b"<x/>")
            for name, content in parts.items():
                archive.writestr(name, content)
        return buffer.getvalue()

    def refused(self, runtime: Runtime, content: bytes, refusal: type[Refusal], declared: str = XLSX_TYPE) -> Refusal:
        name = "a.xlsx" if declared == XLSX_TYPE else "a.docx"
        with pytest.raises(refusal) as found:
            public.prepare(runtime.settings, Upload(name, declared, content))
        assert blobs(runtime) == []
        assert rows(runtime) == 0
        return found.value

    def test_a_bomb_is_not_unpacked(self, runtime: Runtime) -> None:
        self.refused(runtime, self.zipped(**{"xl/media/a.png": bytes(80_000_000)}), ArchiveTooLarge)

    def test_too_many_parts_are_refused(self, runtime: Runtime) -> None:
        self.refused(runtime, self.zipped(**{f"xl/{number}.xml": b"" for number in range(1100)}), ArchiveTooLarge)

    @pytest.mark.parametrize(
        "entry", ["../evil.xml", "/etc/passwd", "xl\\..\\evil.xml", "xl/inner.zip", "xl/inner.xlsx"]
    )
    def test_parts_with_hostile_names_are_refused(self, runtime: Runtime, entry: str) -> None:
        self.refused(runtime, self.zipped(**{entry: b"x"}), ArchiveUnsafe)

    def test_an_archive_under_another_name_is_refused(self, runtime: Runtime) -> None:
        self.refused(runtime, self.zipped(**{"xl/media/a.png": xlsx()}), ArchiveUnsafe)

    def test_a_link_is_refused(self, runtime: Runtime) -> None:
        buffer = BytesIO(xlsx())
        with zipfile.ZipFile(buffer, "a") as archive:
            link = zipfile.ZipInfo("xl/link.xml")
            link.external_attr = 0o120777 << 16
            archive.writestr(link, "/etc/passwd")
        self.refused(runtime, buffer.getvalue(), ArchiveUnsafe)

    def test_macros_are_refused(self, runtime: Runtime) -> None:
        refusal = self.refused(runtime, xlsx("xl/vbaProject.bin"), FileUnsafe)
        assert refusal.facts == {"found": "xl/vbaproject.bin"}

    def test_a_document_is_no_workbook(self, runtime: Runtime) -> None:
        refusal = self.refused(runtime, docx(), FileTypeMismatch)
        assert refusal.facts["by_content"] == "docx"
        self.refused(runtime, xlsx(), FileTypeMismatch, DOCX_TYPE)

    def test_a_plain_zip_is_no_workbook(self, runtime: Runtime) -> None:
        self.refused(runtime, container("a.txt"), FileTypeMismatch)

    @pytest.mark.parametrize("cut", [4, 30, -30, -4])
    def test_a_damaged_workbook_is_refused(self, runtime: Runtime, cut: int) -> None:
        content = xlsx()
        with pytest.raises((ArchiveUnsafe, FileNotReadable)):
            public.prepare(runtime.settings, Upload("a.xlsx", XLSX_TYPE, content[:cut]))
        assert blobs(runtime) == []


class TestReading:
    def test_a_strangers_file_looks_like_none(self, runtime: Runtime) -> None:
        view = stored(runtime)
        for actor in (STRANGER, system_actor("relay", STRANGER.org_id), system_actor("relay")):
            with work_for(runtime, actor) as work:
                with pytest.raises(NotFound):
                    public.open_file(work, actor, view.id)
                with pytest.raises(NotFound):
                    public.view_file(work, actor, view.id)

    def test_readers_named_at_the_start_may_read(self, runtime: Runtime) -> None:
        view = stored(runtime, UPLOAD, OWNER, STRANGER.org_id, OWNER.org_id)
        assert public.read(runtime.settings, opened(runtime, STRANGER, view.id)) == PDF
        assert trail(runtime, view.id) == [("file.stored", [OWNER.org_id, STRANGER.org_id])]

    def test_sharing_lets_others_read_once_and_is_audited(self, runtime: Runtime) -> None:
        view = stored(runtime)
        for _ in range(2):
            with work_for(runtime, OWNER) as work:
                public.share(work, OWNER, [view.id], [STRANGER.org_id, OWNER.org_id])
            found = opened(runtime, STRANGER, view.id)
            assert (found.id, found.version) == (view.id, 2)
        assert [action for action, _ in trail(runtime, view.id)] == ["file.stored", "file.shared"]

    def test_a_reader_shares_nothing(self, runtime: Runtime) -> None:
        view = stored(runtime, UPLOAD, OWNER, STRANGER.org_id)
        third = plain_actor(*FilePermission)
        with work_for(runtime, STRANGER) as work, pytest.raises(NotFound):
            public.share(work, STRANGER, [view.id], [third.org_id])
        with pytest.raises(NotFound):
            opened(runtime, third, view.id)

    def test_reading_needs_the_permission(self, runtime: Runtime) -> None:
        view = stored(runtime)
        colleague = plain_actor(org=OWNER.org_id)
        with pytest.raises(Forbidden):
            opened(runtime, colleague, view.id)

    def test_a_file_in_quarantine_is_known_but_not_read(self, runtime: Runtime) -> None:
        view = stored(guarded(runtime))
        assert view.status is FileStatus.QUARANTINED
        with pytest.raises(FileInQuarantine):
            opened(runtime, OWNER, view.id)
        with work_for(runtime, OWNER) as work:
            assert public.view_file(work, OWNER, view.id).status is FileStatus.QUARANTINED

    def test_a_condemned_file_stays_locked(self, runtime: Runtime) -> None:
        view = stored(runtime)
        with work_for(runtime, OWNER) as work:
            values = {"status": FileStatus.CONDEMNED, "scan_result": "Eicar"}
            work.session.execute(update(StoredFile).where(StoredFile.id == view.id).values(values))
        with pytest.raises(FileCondemned) as refused:
            opened(runtime, OWNER, view.id)
        assert refused.value.facts == {"found": "Eicar"}

    def test_lost_bytes_are_unavailable_not_a_crash(self, runtime: Runtime) -> None:
        view = stored(runtime)
        for path in blobs(runtime):
            path.unlink()
        with pytest.raises(Unavailable):
            public.read(runtime.settings, opened(runtime, OWNER, view.id))


class TestFence:
    """What the database itself refuses, whatever the code above it asks for."""

    def test_rows_of_others_are_invisible_and_untouchable(self, runtime: Runtime) -> None:
        view = stored(runtime)
        for tenant in (Tenant(), Tenant((STRANGER.org_id,)), Tenant(platform="operator")):
            with work_for(runtime, STRANGER) as work:
                work.act_for(tenant)
                assert work.session.scalars(select(StoredFile.id)).all() == []
                change = update(StoredFile).where(StoredFile.id == view.id).values(name="mine")
                assert work.session.execute(change).rowcount == 0  # type: ignore[attr-defined]  # a CursorResult
        assert opened(runtime, OWNER, view.id).name == UPLOAD.name

    def test_a_reader_cannot_change_the_row(self, runtime: Runtime) -> None:
        view = stored(runtime, UPLOAD, OWNER, STRANGER.org_id)
        with work_for(runtime, STRANGER) as work:
            change = update(StoredFile).where(StoredFile.id == view.id).values(name="mine")
            assert work.session.execute(change).rowcount == 0  # type: ignore[attr-defined]  # a CursorResult

    def test_nobody_deletes_rows(self, runtime: Runtime) -> None:
        with work_for(runtime, OWNER) as work:
            assert not work.session.scalar(text("SELECT has_table_privilege('stored_file', 'DELETE')"))


def test_platform_roles_hold_no_permission_on_company_files() -> None:
    for roles in GRANTS.values():
        assert not roles & {Role.PLATFORM_OPERATOR, Role.PLATFORM_AUDITOR}
    assert GRANTS[FilePermission.UPLOAD] < GRANTS[FilePermission.READ]


def test_an_id_nobody_has_is_not_found(runtime: Runtime) -> None:
    with pytest.raises(NotFound):
        opened(runtime, OWNER, new_id())
