"""Reading: who may, and that nobody reads what the scanner has not released."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from b2b_market.files import queries
from b2b_market.files.commands import ReadFile, ReadFiles
from b2b_market.files.permissions import FilePermission
from b2b_market.files.rules.refusals import FileCondemned, FileInQuarantine
from b2b_market.files.service.views import FileView, file_view
from b2b_market.files.states import FileStatus
from b2b_market.infra.http.problems import Unavailable
from b2b_market.infra.settings import Settings
from b2b_market.infra.storage import BlobMissing, BlobStore
from b2b_market.infra.work import Work
from b2b_market.rbac.actor import Scope
from b2b_market.rbac.operation import operation

_READERS = "handlers and tasks read their company's files"


@operation(FilePermission.READ, system=True, reason=_READERS)
def read_file(work: Work, scope: Scope, command: ReadFile) -> FileView:
    """Return what is known of a file, whatever its status."""
    return file_view(queries.file(work.session, scope, command.file_id))


@operation(FilePermission.READ, system=True, reason=_READERS)
def read_files(work: Work, scope: Scope, command: ReadFiles) -> Mapping[UUID, FileView]:
    """Return what is known of several files by id, whatever their status; those out of reach are left out."""
    return {row.id: file_view(row) for row in queries.files(work.session, scope, command.file_ids)}


@operation(FilePermission.READ, system=True, reason=_READERS)
def open_file(work: Work, scope: Scope, command: ReadFile) -> FileView:
    """Return a file whose bytes may be read; refuse one that waits for the scanner or was condemned by it."""
    found = queries.file(work.session, scope, command.file_id)
    if found.status is FileStatus.QUARANTINED:
        raise FileInQuarantine
    if found.status is FileStatus.CONDEMNED:
        raise FileCondemned(found=found.scan_result)
    return file_view(found)


def stream(settings: Settings, opened: FileView) -> Iterator[bytes]:
    """Return the bytes of an opened file in parts. Call it outside a transaction.

    Raise Unavailable where the store is out of reach or has lost the bytes; nothing was sent by then.
    """
    try:
        return BlobStore.open(settings).stream(opened.storage_key)
    except BlobMissing as error:
        raise Unavailable(retry_after="30") from error
