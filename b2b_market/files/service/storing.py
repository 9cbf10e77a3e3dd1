"""Storing in two steps: bytes are checked and put into the store first, then a row is written.

A crash between the two leaves a blob without a row, which nobody can reach and the sweep removes.
"""

import hashlib
from uuid import uuid4

from b2b_market.files import queries
from b2b_market.files.commands import AdmitUpload, PreparedFile, RegisterFile, ShareFile, Upload
from b2b_market.files.models import StoredFile
from b2b_market.files.permissions import FilePermission
from b2b_market.files.rules.kinds import CONTAINERS, check_upload
from b2b_market.files.rules.refusals import FileTypeMismatch, FileUnsafe
from b2b_market.files.service.views import FileView, file_view
from b2b_market.files.states import LIFECYCLE, FileStatus
from b2b_market.infra import sandbox
from b2b_market.infra.settings import Settings
from b2b_market.infra.storage import BlobStore
from b2b_market.infra.work import Work
from b2b_market.infra.zip_inspection import ArchiveTooLarge, ArchiveUnsafe
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_GENERATED = "handlers and tasks store the documents they make for a company"
_INSPECT = "b2b_market.files.intake:inspect_container"


def prepare(settings: Settings, upload: Upload) -> PreparedFile:
    """Check an upload and put its bytes into the store. Call it outside a transaction; then register what it returns.

    Raise the refusals of the checks, or Unavailable where the store is out of reach.
    """
    name, kind = check_upload(upload)
    if kind in CONTAINERS:
        refusals = (ArchiveTooLarge, ArchiveUnsafe, FileTypeMismatch, FileUnsafe)
        sandbox.run(_INSPECT, upload.content, kind.value, refusals=refusals)
    file_id = uuid4()  # not the time-ordered kind: the address of a file must not tell when it was made
    sha256 = hashlib.sha256(upload.content).hexdigest()
    # Its own name for each upload, so that a sweep never meets a blob that somebody is about to register again.
    key = f"{sha256[:2]}/{sha256}/{file_id}"
    BlobStore.open(settings).put(key, upload.content)
    return PreparedFile(
        id=file_id,
        name=name,
        kind=kind,
        size=len(upload.content),
        sha256=sha256,
        storage_key=key,
        quarantine=settings.clamd_address is not None,
    )


@operation(FilePermission.UPLOAD)
def admit_upload(_work: Work, _scope: Scope, _command: AdmitUpload) -> None:
    """Refuse whoever may not upload, before their bytes cost anything; what passes is checked again when it is kept."""


@operation(FilePermission.UPLOAD, system=True, reason=_GENERATED)
def register_file(work: Work, scope: Scope, command: RegisterFile) -> FileView:
    """Write the row of a prepared file, owned by the caller's company; it is read only once it left the quarantine."""
    prepared = command.prepared
    row = StoredFile(
        id=prepared.id,
        org_id=scope.org_id,
        reader_ids=sorted(set(command.readers) - {scope.org_id}),
        uploaded_by=work.who.user_id,
        name=prepared.name,
        kind=prepared.kind,
        size=prepared.size,
        sha256=prepared.sha256,
        storage_key=prepared.storage_key,
        status=FileStatus.QUARANTINED,
        scan_after=work.now(),
        scan_result="",
        created_at=work.now(),
        changed_at=work.now(),
    )
    if not prepared.quarantine:
        LIFECYCLE.advance(row, "release")
    work.session.add(row)
    work.record("file.stored", row)
    work.session.flush()
    return file_view(row)


@operation(FilePermission.UPLOAD, system=True, reason=_GENERATED)
def share_file(work: Work, scope: Scope, command: ShareFile) -> FileView:
    """Let further companies read one of the caller's own files; nobody is taken away."""
    row = queries.lock_own(work.session, scope, command.file_id)
    readers = sorted({*row.reader_ids, *command.readers} - {row.org_id})
    if readers != sorted(row.reader_ids):
        row.reader_ids = readers
        row.changed_at = work.now()
        work.record("file.shared", row)
        work.session.flush()
    return file_view(row)
