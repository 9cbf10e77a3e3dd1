"""What operations return."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from b2b_market.files.models import StoredFile
from b2b_market.files.rules.kinds import media_type
from b2b_market.files.states import FileKind, FileStatus


@dataclass(frozen=True, slots=True)
class FileView:
    """One stored file. ``storage_key`` is for the store only and never leaves the server."""

    id: UUID
    version: int
    org_id: UUID
    name: str
    kind: FileKind
    media_type: str
    size: int
    sha256: str
    status: FileStatus
    scan_result: str
    created_at: datetime
    storage_key: str

    @property
    def facts(self) -> dict[str, object]:
        """What a row keeps of a file that it names: its id, name, size in bytes and SHA-256 as hex."""
        return {"id": str(self.id), "name": self.name, "size": self.size, "sha256": self.sha256}

    @property
    def usable(self) -> bool:
        """Whether it is worth keeping at hand: the scanner has not condemned it."""
        return self.status is not FileStatus.CONDEMNED


def file_view(row: StoredFile) -> FileView:
    """Return one file as a value."""
    return FileView(
        row.id,
        row.version,
        row.org_id,
        row.name,
        row.kind,
        media_type(row.kind),
        row.size,
        row.sha256,
        row.status,
        row.scan_result,
        row.created_at,
        row.storage_key,
    )
